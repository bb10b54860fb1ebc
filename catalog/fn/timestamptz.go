package fn

import (
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// timestamptzGroup is moments: timestamps of UTC, read and shown by the clock of the session's time zone, whose
// zone.Table is an operand behind the arguments (Bound.Zoned). Days and months are that clock's; as intervals know no
// days but 24 hours, so does the arithmetic with them (PostgreSQL 8.0's).
func timestamptzGroup() Group {
	op := func(name string, emit emitter, doc string, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Emit: emit, Doc: doc}
	}
	cast := func(name string, emit emitter, doc string, inOut ...types.Phys) *Op {
		o := op(name, emit, doc, inOut...)
		o.Cast, o.Zones = true, []int{1}
		return o
	}
	host := func(name string, f func(HostCall) error, doc string, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Host: f, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			cast("timestamptz_to_timestamp", kernelErr("slp_zone_local"), "What a zone's clock shows at a moment.", i64, str,
				i64),
			cast("timestamp_to_timestamptz", kernelErr("slp_zone_utc"), "The moment at which a zone's clock shows a time.", i64,
				str, i64),
			cast("timestamptz_to_date", func(b Builder, _ Shape, a []Value) Value {
				return b.Trunc(dayOf(b, b.CallErr("slp_zone_local", a...)), i32)
			}, "The date on a zone's clock.", i64, str, i32),
			cast("date_to_timestamptz", func(b Builder, _ Shape, a []Value) Value {
				return b.CallErr("slp_zone_utc", dateMicros(b, a[0]), a[1])
			}, "Midnight by a zone's clock.", i32, str, i64),
			nullInfinity(cast("timestamptz_to_time", nil, "The time of day on a zone's clock.", i64, str, i64),
				func(b Builder, _ Shape, a []Value) Value { return ofDay(b, b.CallErr("slp_zone_local", a...)) }),
			op("timestamptz_add_interval", emitMomentInterval(false),
				"Months by a zone's clock, the day cut to the month's length, then the rest.", i64, i128, str, i64),
			op("interval_add_timestamptz", func(b Builder, sh Shape, a []Value) Value {
				return emitMomentInterval(false)(b, sh, []Value{a[1], a[0], a[2]})
			}, "timestamptz_add_interval, its operands exchanged.", i128, i64, str, i64),
			op("timestamptz_sub_interval", emitMomentInterval(true), "The interval's negative added.", i64, i128, str, i64),
			op("timestamptz_trunc", emitMomentTrunc, "The start of the period on a zone's clock. Operands: moment, zone, part.",
				i64, str, i32, i64),
			op("timestamptz_add_part", emitMomentAddPart,
				"n parts later: days and what is longer by a zone's clock. Operands: n, moment, zone, part.", i64, i64, str, i32,
				i64),
			nullInfinity(op("timestamptz_part", nil,
				"A field of a zone's clock that comes again. Operands: moment, zone, part.", i64, str, i32, f64), emitMomentPart),
			op("timestamptz_count", func(b Builder, sh Shape, a []Value) Value {
				return orInfinity(b, i64, a[0], emitMomentPart(b, sh, a))
			}, "timestamptz_part of a field that grows without end.", i64, str, i32, f64),
			op("timestamptz_series_count", emitMomentSeries("slp_series_times", false), "How many moments a series has.", i64,
				i64, i128, str, i64),
			op("timestamptz_series", emitMomentSeries("slp_series_time", true), "A moment of a series.", i64, i64, i64, i128,
				str, i64),
			inCast(host("str_to_timestamptz", readText(types.TTimestamptz),
				"A moment from text, which a zone reads if it names none.", str, str, i64)),
			inCast(host("timestamptz_to_str", writeText(types.TTimestamptz),
				"YYYY-MM-DD HH:MM:SS[.ffffff]+HH, in at most so many bytes.", i64, str, i32, str)),
			nullInfinityRows(host("timestamptz_to_char", nil, "A zone's clock by a template.", i64, str, str, str),
				momentToChar),
			host("to_timestamptz", hostToMoment(2, 3),
				"A moment by a template. Operands: text, template, zone, whether days may not run over.", str, str, str, i8, i64),
			host("to_timestamptz_strict", hostToMoment(3, 2), "to_timestamptz, the last operands exchanged.", str, str, i8, str,
				i64),
			op("epoch_to_timestamptz", emitEpochMoment, "Seconds since 1970.", f64, i64),
		},
		Kernels: []*Kernel{
			{Name: "slp_zone_local", Args: phys(i64, str), Result: i64, Err: true, Pure: true, Doc: "Moment, zone."},
			{Name: "slp_zone_utc", Args: phys(i64, str), Result: i64, Err: true, Pure: true, Doc: "Time on the clock, zone."},
			{Name: "slp_zone_offset", Args: phys(i64, str), Result: i64, Pure: true, Doc: "Moment, zone: seconds."},
		},
		Rows: timestamptzRows(),
		Casts: []*CastRule{
			{From: types.Timestamp, To: types.Timestamptz, Least: Implicit, Cost: 2, Bind: zonedCast("timestamp_to_timestamptz"),
				Doc: "By the clock of the session's zone."},
			{From: types.Date, To: types.Timestamptz, Least: Implicit, Cost: 3, Bind: zonedCast("date_to_timestamptz"),
				Doc: "Midnight by the clock of the session's zone."},
			{From: types.Timestamptz, To: types.Timestamp, Least: Implicit, Cost: 30,
				Bind: zonedCast("timestamptz_to_timestamp"), Doc: "By the clock of the session's zone."},
			{From: types.Timestamptz, To: types.Date, Least: Implicit, Cost: 45, Bind: zonedCast("timestamptz_to_date"),
				Doc: "By the clock of the session's zone."},
			{From: types.Timestamptz, To: types.Time, Least: Assignment, Bind: zonedCast("timestamptz_to_time"),
				Doc: "By the clock of the session's zone."},
		},
	}
	g.Casts = append(g.Casts, textForm{types.Timestamptz, zonedCast("str_to_timestamptz"), Implicit, costTime + 1,
		func(_, to types.Type, _ CastContext) (Bound, bool) {
			return Bound{Op: opRef("timestamptz_to_str"), Zoned: true, Extra: []Const{i32Const(to.TextBytes())}}, true
		}}.casts()...)
	return g
}

// zonedCast binds an op on the value and the session's zone.
func zonedCast(op string) castBind {
	return func(_, _ types.Type, _ CastContext) (Bound, bool) { return Bound{Op: opRef(op), Zoned: true}, true }
}

// onClock is a moment that f makes of what a zone's clock shows at ts.
func onClock(b Builder, ts, zone Value, f func(local Value) Value) Value {
	return b.CallErr("slp_zone_utc", f(b.CallErr("slp_zone_local", ts, zone)), zone)
}

// emitMomentInterval: whole months are the clock's, all else is the same everywhere.
func emitMomentInterval(negate bool) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		months, micros := signedParts(b, a[1], negate)
		zero := b.Const(i64, 0)
		none := b.ICmp(EQ, months, zero)
		later := b.If(none, func() []Value { return []Value{a[0]} }, func() []Value {
			return []Value{onClock(b, a[0], a[2], func(local Value) Value {
				return b.CallErr("slp_ts_add_interval", local, months, zero)
			})}
		})
		return b.CallErr("slp_ts_add_interval", later[0], zero, micros)
	}
}

// emitMomentTrunc keeps the offset where the clock is cut below a day: an hour that comes twice stays the one it is.
func emitMomentTrunc(b Builder, _ Shape, a []Value) Value {
	off := b.Mul(b.Call("slp_zone_offset", a[0], a[1]), b.Const(i64, 1000000))
	start := b.Call("slp_date_trunc", b.CallErr("slp_zone_local", a[0], a[1]), a[2])
	cut := finite(b, i64, start, b.Sub(start, off))
	return b.Select(shortPart(b, a[2]), cut, b.CallErr("slp_zone_utc", start, a[1]))
}

// shortPart is an i1: the part is less than a day.
func shortPart(b Builder, part Value) Value { return b.ICmp(LT, part, b.Const(i32, int64(Day))) }

func emitMomentAddPart(b Builder, _ Shape, a []Value) Value {
	n, ts, zone, part := a[0], a[1], a[2], a[3]
	return b.If(shortPart(b, part),
		func() []Value { return []Value{b.CallErr("slp_date_add", ts, n, part)} },
		func() []Value {
			return []Value{onClock(b, ts, zone, func(local Value) Value { return b.CallErr("slp_date_add", local, n, part) })}
		})[0]
}

func emitMomentPart(b Builder, _ Shape, a []Value) Value {
	is := func(p DatePart) Value { return b.ICmp(EQ, a[2], b.Const(i32, int64(p))) }
	off := b.Call("slp_zone_offset", a[0], a[1])
	hour := b.Const(i64, 3600)
	r := b.Call("slp_date_part", b.CallErr("slp_zone_local", a[0], a[1]), a[2])
	r = b.Select(is(Timezone), off, r)
	r = b.Select(is(TimezoneHour), b.SDiv(off, hour), r)
	r = b.Select(is(TimezoneMinute), b.SDiv(b.SRem(off, hour), b.Const(i64, 60)), r)
	r = b.Select(is(Epoch), b.Call("slp_date_part", a[0], a[2]), r)
	return b.SIToFP(r, f64)
}

// emitMomentSeries: a step with months goes by the clock. Operands: the number of one if value is set, start, end,
// step, zone.
func emitMomentSeries(kernel string, value bool) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		k := len(a) - 4
		months, _ := intervalParts(b, a[k+2])
		args := func(start, end Value) []Value { return append(append([]Value{}, a[:k]...), start, end, a[k+2]) }
		return b.If(b.ICmp(EQ, months, b.Const(i64, 0)),
			func() []Value { return []Value{b.CallErr(kernel, args(a[k], a[k+1])...)} },
			func() []Value {
				zone := a[k+3]
				r := b.CallErr(kernel, args(b.CallErr("slp_zone_local", a[k], zone), b.CallErr("slp_zone_local", a[k+1], zone))...)
				if value {
					r = b.CallErr("slp_zone_utc", r, zone)
				}
				return []Value{r}
			})[0]
	}
}

// emitEpochMoment rounds to microseconds; what is no number is out of range.
func emitEpochMoment(b Builder, _ Shape, a []Value) Value {
	const limit = 9.3e12 // seconds, beyond all timestamps
	fits := b.And(b.FCmp(LT, a[0], b.ConstF(f64, limit)), b.FCmp(GT, a[0], b.ConstF(f64, -limit)))
	endless := isInf(b, f64, a[0])
	b.Fail(TimestampRange, b.Not(b.Or(fits, endless)))
	secs := b.Select(fits, a[0], b.ConstF(f64, 0))
	whole := b.FPToSI(secs, i64)
	micros := b.FPToSI(b.Call("slp_rint", b.Mul(b.Sub(secs, b.SIToFP(whole, f64)), b.ConstF(f64, 1e6))), i64)
	since := b.Sub(whole, b.Const(i64, -unixEpoch/1000000))
	at := b.CallErr("slp_date_add", micros, since, b.Const(i32, int64(Second)))
	return b.Select(endless, infinityOf(b, i64, b.FloatBits(a[0])), at)
}

func zoneOperand(c HostCall, arg, row int) zone.Table { return zone.Table(c.Str(arg, row)) }

func momentToChar(c HostCall, row int) error {
	s, err := formatMoment(c.Int(0, row), string(c.Str(1, row)), zoneOperand(c, 2, row))
	if err == nil {
		c.SetStr(row, []byte(s))
	}
	return err
}

// hostToMoment reads by a template, with the operands of the zone and of strictness at these places.
func hostToMoment(zoneArg, strictArg int) func(HostCall) error {
	return func(c HostCall) error {
		return c.Rows(func(row int) error {
			t, err := parseByTemplate(string(c.Str(0, row)), string(c.Str(1, row)), c.Int(strictArg, row) != 0)
			if err != nil {
				return err
			}
			v, err := t.moment(zoneOperand(c, zoneArg, row))
			if err == nil {
				c.SetInt(row, v)
			}
			return err
		})
	}
}

// moment is the moment that a text says; what names no zone is z's.
func (t templateTime) moment(z zone.Table) (int64, error) {
	at := t.ts
	switch {
	case t.name != "":
		named, ok := zone.Find(t.name)
		if !ok {
			return 0, unknownZone(t.name)
		}
		at = named.Table.UTC(at)
	case t.zoned:
		at -= int64(t.offset) * 1000000
	default:
		at = z.UTC(at)
	}
	if at < types.MinTimestamp || at > types.MaxTimestamp {
		return 0, TimestampRange.Err()
	}
	return at, nil
}
