package fn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// timetzGroup is times of day with a zone. In UTC, as tables have them, they are times, and computed with as such;
// those that have a zone of their own (types.TZonedTime) keep it where PostgreSQL does. A time without a zone is one of
// the session's zone, as it is today.
func timetzGroup() Group {
	op := func(name, doc string, emit emitter, fails bool, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Emit: emit, Doc: doc}
	}
	cast := func(name, doc string, emit emitter, fails bool, inOut ...types.Phys) *Op {
		o := op(name, doc, emit, fails, inOut...)
		o.Cast = true
		return o
	}
	host := func(name, doc string, f func(HostCall) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Host: f, Doc: doc}
	}
	ofZone := func(name string, f func(HostCall) error, doc string, inOut ...types.Phys) *Op {
		o := host(name, doc, f, inOut...)
		o.Cast, o.Zones = true, []int{1}
		return o
	}
	g := Group{
		Ops: []*Op{
			cast("zoned_to_utc", "A time with a zone in UTC, within a day.", emitZonedToUTC, false, i64, i64),
			cast("utc_to_zoned", "A time in UTC, with its zone.", func(b Builder, _ Shape, a []Value) Value {
				return zonedParts{utc: a[0], west: b.Const(i64, 0)}.value(b)
			}, false, i64, i64),
			cast("zoned_to_time", "What the clock shows, without its zone.", func(b Builder, _ Shape, a []Value) Value {
				return zonedOf(b, a[0]).local(b)
			}, false, i64, i64),
			ofZone("time_to_timetz", timeInZone(types.TTimetz), "A time on a zone's clock today, in UTC.", i64, str, i64),
			ofZone("time_to_zoned", timeInZone(types.TZonedTime), "A time on a zone's clock today, with its distance.", i64, str,
				i64),
			nullInfinityRows(ofZone("timestamptz_to_zoned", nil, "The time of day on a zone's clock, with its distance.", i64,
				str, i64), func(c HostCall, row int) error {
				at := c.Int(0, row)
				offset := zoneOperand(c, 1, row).Offset(at)
				_, local := types.SplitTimestamp(at + int64(offset)*1000000)
				return setTimetz(c, row, types.TZonedTime, local, offset)
			}),
			ofZone("str_to_timetz", readText(types.TTimetz), "A time in UTC from text, by a zone's clock if it names none.", str,
				str, i64),
			ofZone("str_to_zoned", readText(types.TZonedTime), "A time with a zone from text, which may name one.", str, str,
				i64),
			inCast(host("timetz_to_str", "HH:MM:SS[.ffffff]+00, in at most so many bytes.", writeText(types.TTimetz), i64, i32,
				str)),
			inCast(host("zoned_to_str", "HH:MM:SS[.ffffff]+HH, in at most so many bytes.", writeText(types.TZonedTime), i64, i32,
				str)),
			op("zoned_add_interval", "An interval later, in the same zone.", emitZonedInterval(Builder.Add), false, i64, i128,
				i64),
			op("interval_add_zoned", "zoned_add_interval, its operands exchanged.",
				exchanged(emitZonedInterval(Builder.Add)), false, i128, i64, i64),
			op("zoned_sub_interval", "An interval earlier, in the same zone.", emitZonedInterval(Builder.Sub), false, i64, i128,
				i64),
			op("date_add_zoned", "The moment of a date and a time with a zone.", emitDateZoned, true, i32, i64, i64),
			op("zoned_add_date", "date_add_zoned, its operands exchanged.", exchanged(emitDateZoned), true, i64, i32, i64),
			{Name: "zoned_part", Shapes: []Shape{shape(i64, i32, i64, i64, i32), shape(i64, i32, i64, i64, f64)},
				Emit: emitZonedPart,
				Doc: "A field of a time with a zone. Operands: the time, of what (0 the clock, 1 UTC, 2 the zone), " +
					"microseconds of a unit, units of the next larger one."},
			host("zoned_at_zone", "The same time by the clock of a zone, by its name, today.", func(c HostCall) error {
				return c.Rows(func(row int) error {
					z, err := findZone(string(c.Str(0, row)))
					if err != nil {
						return err
					}
					local, offset := types.SplitZoned(c.Int(1, row))
					now := z.Now()
					_, local = types.SplitTimestamp(local + int64(now-offset)*1000000)
					return setTimetz(c, row, types.TZonedTime, local, now)
				})
			}, str, i64, i64),
			op("zoned_at_interval", "The same time by a clock an interval ahead of Greenwich's.", emitZonedAway, true, i128, i64,
				i64),
		},
		Rows: timetzRows(),
		Casts: []*CastRule{
			{From: types.Timetz, To: types.Timetz, Least: Implicit, Cost: 1, SameText: true,
				Bind: func(from, to types.Type, _ CastContext) (Bound, bool) {
					if from.IsZoned() {
						return Bound{Op: opRef("zoned_to_utc")}, true
					}
					return Bound{Op: opRef("utc_to_zoned")}, true
				}, Doc: "In UTC, as tables have it, or with its zone."},
			{From: types.Time, To: types.Timetz, Least: Implicit, Cost: 2,
				Bind: byZoned("time_to_timetz", "time_to_zoned"), Doc: "By the clock of the session's zone, today."},
			{From: types.Timetz, To: types.Time, Least: Assignment,
				Bind: func(from, _ types.Type, _ CastContext) (Bound, bool) {
					if from.IsZoned() {
						return Bound{Op: opRef("zoned_to_time")}, true
					}
					return Bound{}, true
				}, Doc: "Without the zone; of a table's value, in UTC."},
			{From: types.Timestamptz, To: types.Timetz, Least: Assignment,
				Bind: func(_, to types.Type, _ CastContext) (Bound, bool) {
					if to.IsZoned() {
						return Bound{Op: opRef("timestamptz_to_zoned"), Zoned: true}, true
					}
					return Bound{Op: opRef("timestamp_to_time")}, true
				}, Doc: "The time of day."},
		},
	}
	g.Casts = append(g.Casts, textForm{types.Timetz, byZoned("str_to_timetz", "str_to_zoned"), Implicit, costNumber + 2,
		func(from, to types.Type, _ CastContext) (Bound, bool) {
			name := "timetz_to_str"
			if from.IsZoned() {
				name = "zoned_to_str"
			}
			return Bound{Op: opRef(name), Extra: []Const{i32Const(to.TextBytes())}}, true
		}}.casts()...)
	return g
}

// byZoned is a cast to TIMETZ by an op for each of its two forms, on the value and the session's zone.
func byZoned(utc, zoned string) castBind {
	return func(_, to types.Type, _ CastContext) (Bound, bool) {
		b := Bound{Op: opRef(utc), Zoned: true}
		if to.IsZoned() {
			b.Op = opRef(zoned)
		}
		return b, true
	}
}

func timetzRows() []*Row {
	T, V, D, Z, I, X := types.TZonedTime, types.TInterval, types.TDate, types.TTimestamptz, types.TInt8, types.TText
	U := types.TTimetz
	// form is a row for times of both forms, of which arg is one, by an op for each. A nil type is the form's own.
	form := func(name, doc string, arg int, utc, zoned string, ret types.Type, params ...types.Type) *Row {
		return &Row{Name: name, Args: exact(params...), Doc: doc,
			Ret: func(args []types.Type, _ []*types.Datum) (Bound, error) {
				b := Bound{Op: opRef(utc), Args: append([]types.Type{}, params...), Ret: ret}
				if b.Args[arg] = U; args[arg].IsZoned() {
					b.Op, b.Args[arg] = opRef(zoned), T
				}
				if ret.Kind == types.Timetz {
					b.Ret = b.Args[arg]
				}
				return b, nil
			}}
	}
	rows := []*Row{
		form("+", "An interval later, within a day.", 0, "time_add_interval", "zoned_add_interval", T, T, V),
		form("+", "An interval later, within a day.", 1, "interval_add_time", "interval_add_zoned", T, V, T),
		form("-", "An interval earlier, within a day.", 0, "time_sub_interval", "zoned_sub_interval", T, T, V),
		form("+", "The moment of a date and a time.", 1, "date_add_time", "date_add_zoned", Z, D, T),
		form("+", "The moment of a date and a time.", 0, "time_add_date", "zoned_add_date", Z, T, D),
		row("timezone", "zoned_at_zone", T, "AT TIME ZONE: the same time by the clock of a zone, today.", X, T),
		row("timezone", "zoned_at_interval", T, "AT TIME ZONE: the same time by the clock of a zone.", V, T),
		timetzPartRow("extract", types.TInt4),
		timetzPartRow("date_part", types.TFloat8), timetzPartRow("pgdate_part", types.TFloat8),
	}
	for _, name := range []string{"dateadd", "date_add"} {
		rows = append(rows, timeUnitRow(name, "So many units later, in UTC, within a day.", func(u timeUnit) Bound {
			return Bound{Op: opRef("time_add_units"), Args: []types.Type{types.TUnknown, I, U},
				Extra: []Const{i64Const(u.micros), i64Const(types.MicrosPerDay / u.micros)}, Ret: U}
		}, I, U))
	}
	for _, name := range []string{"datediff", "date_diff"} {
		rows = append(rows, timeUnitRow(name, "Boundaries of the unit crossed from the first to the second, in UTC.",
			func(u timeUnit) Bound {
				return Bound{Op: opRef("time_diff"), Args: []types.Type{types.TUnknown, U, U}, Extra: []Const{i64Const(u.micros)},
					Ret: I}
			}, U, U))
	}
	for _, r := range rows {
		r.Shown = shownTimeFunctions[r.Name]
	}
	return rows
}

// zoneFields are the parts of a zone.
var zoneFields = map[DatePart]timeUnit{Timezone: {1e6, 1e6}, TimezoneHour: {3600e6, 100}, TimezoneMinute: {60e6, 60}}

// timetzPartRow is a field of the clock, of the zone, or, in seconds, of UTC.
func timetzPartRow(name string, ret types.Type) *Row {
	return &Row{Name: name, Args: append([]Param{{Kind: types.Varchar, Name: partName}}, exact(types.TZonedTime)...),
		Doc: "The number of a field of a time, or of its zone.",
		Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
			p, err := constPart(consts, 0)
			if err != nil {
				return Bound{}, err
			}
			of := 0
			u, ok := timeUnits[p]
			if p == Epoch {
				of, u.inNext = 1, 1e6
			}
			if z, ofZone := zoneFields[p]; ofZone {
				of, u, ok = 2, z, true
			}
			if !ok {
				return Bound{}, sqlerr.New(sqlerr.InvalidParameterValue, "\"time with time zone\" units \"%s\" not recognized",
					consts[0].S)
			}
			return Bound{Op: opRef("zoned_part"), Args: []types.Type{types.TUnknown, types.TZonedTime},
				Extra: append([]Const{i32Const(of)}, u.field()...), Ret: ret}, nil
		}}
}

// zonedParts are those of a value of TZonedTime: the time in UTC in microseconds, and the zone in seconds west of
// Greenwich.
type zonedParts struct{ utc, west Value }

func zonedOf(b Builder, v Value) zonedParts {
	return zonedParts{utc: b.AShr(v, b.Const(i64, types.ZonedBits)),
		west: b.Sub(b.And(v, b.Const(i64, 1<<types.ZonedBits-1)), b.Const(i64, types.ZonedWest))}
}

func (z zonedParts) value(b Builder) Value {
	return b.Or(b.Shl(z.utc, b.Const(i64, types.ZonedBits)), b.Add(z.west, b.Const(i64, types.ZonedWest)))
}

// away is the zone's distance in microseconds east of Greenwich.
func (z zonedParts) away(b Builder) Value { return b.Mul(z.west, b.Const(i64, -1000000)) }

func (z zonedParts) local(b Builder) Value { return b.Add(z.utc, z.away(b)) }

func emitZonedToUTC(b Builder, _ Shape, a []Value) Value {
	z := zonedOf(b, a[0])
	return b.Select(b.ICmp(EQ, z.west, b.Const(i64, 0)), z.utc, ofDay(b, z.utc))
}

// emitZonedInterval: the clock goes round once a day.
func emitZonedInterval(f func(b Builder, x, y Value) Value) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		z := zonedOf(b, a[0])
		_, micros := intervalParts(b, a[1])
		local := ofDay(b, f(b, z.local(b), ofDay(b, micros)))
		return zonedParts{utc: b.Sub(local, z.away(b)), west: z.west}.value(b)
	}
}

func emitDateZoned(b Builder, _ Shape, a []Value) Value {
	return dayAt(b, a[0], zonedOf(b, a[1]).utc)
}

func emitZonedPart(b Builder, sh Shape, a []Value) Value {
	z := zonedOf(b, a[0])
	is := func(of int64) Value { return b.ICmp(EQ, a[1], b.Const(i32, of)) }
	of := b.Select(is(1), z.utc, b.Select(is(2), z.away(b), z.local(b)))
	return emitTimePart(b, sh, []Value{of, a[2], a[3]})
}

// emitZonedAway: months have no length that a zone could be away, and a zone is less than 16 hours away.
func emitZonedAway(b Builder, _ Shape, a []Value) Value {
	months, micros := intervalParts(b, a[0])
	most := b.Const(i64, 16*3600*1000000)
	b.Fail(UnknownZone, any1(b, b.ICmp(NE, months, b.Const(i64, 0)), b.ICmp(GE, micros, most),
		b.ICmp(LE, micros, b.Neg(most))))
	z := zonedParts{west: b.SDiv(micros, b.Const(i64, -1000000))}
	z.utc = b.Sub(ofDay(b, b.Add(zonedOf(b, a[1]).utc, z.away(b))), z.away(b))
	return z.value(b)
}

// timeInZone is the host of a cast from TIME, by the clock of a zone.
func timeInZone(t types.Type) func(HostCall) error {
	return func(c HostCall) error {
		var z zone.Table
		offset := 0
		return c.Rows(func(row int) error {
			if own := zoneOperand(c, 1, row); own != z {
				z, offset = own, own.Now()
			}
			return setTimetz(c, row, t, c.Int(0, row), offset)
		})
	}
}

func setTimetz(c HostCall, row int, t types.Type, local int64, offset int) error {
	v, err := types.TimetzOf(t, local, offset)
	c.SetInt(row, v)
	return err
}
