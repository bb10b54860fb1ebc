package fn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// timezoneGroup is AT TIME ZONE and CONVERT_TIMEZONE. A zone that is a constant is looked up while the call is bound:
// its zone.Table is the operand; another is looked up for each row.
func timezoneGroup() Group {
	host := func(name string, f func(z zone.Table, micros int64) int64, doc string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, i64, i64)}, MayFail: true, Doc: doc,
			Host: func(c HostCall) error {
				return c.Rows(func(row int) error {
					z, err := findZone(string(c.Str(0, row)))
					if err != nil {
						return err
					}
					return setTimestamp(c, row, onFinite(c.Int(1, row), func(ts int64) int64 { return f(z, ts) }))
				})
			}}
	}
	return Group{
		Ops: []*Op{
			host("timezone_local", zone.Table.Local, "What the clock of a zone, by its name, shows at a moment."),
			host("timezone_utc", zone.Table.UTC, "The moment at which the clock of a zone, by its name, shows a time."),
			{Name: "timezone_away", Shapes: []Shape{shape(i128, i64, i64)}, MayFail: true, Emit: emitAway(Builder.Add),
				Doc: "What a clock an interval ahead of Greenwich's shows at a moment."},
			{Name: "timezone_back", Shapes: []Shape{shape(i128, i64, i64)}, MayFail: true, Emit: emitAway(Builder.Sub),
				Doc: "The moment at which a clock an interval ahead of Greenwich's shows a time."},
			{Name: "convert_timezone", Shapes: []Shape{shape(i64, str, str, i64)}, MayFail: true, Zones: []int{1, 2},
				Emit: func(b Builder, _ Shape, a []Value) Value {
					return b.CallErr("slp_zone_local", b.CallErr("slp_zone_utc", a[0], a[1]), a[2])
				}, Doc: "What a zone's clock, the second, shows when another's, the first, shows a time."},
			{Name: "convert_timezone_named", Shapes: []Shape{shape(str, str, i64, i64)}, MayFail: true,
				Doc: "convert_timezone of zones by their names, which stand first.", Host: hostConvertZone},
		},
		Rows: timezoneRows(),
	}
}

func timezoneRows() []*Row {
	Z, S, V, T := types.TTimestamptz, types.TTimestamp, types.TInterval, types.TText
	at := func(arg, ret types.Type, known, named, doc string) *Row {
		return &Row{Name: "timezone", Args: exact(T, arg), Doc: doc,
			Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
				z, ok, err := constZone(consts[0])
				if !ok || err != nil {
					return Bound{Op: opRef(named), Args: []types.Type{T, arg}, Ret: ret}, err
				}
				return Bound{Op: opRef(known), Args: []types.Type{types.TUnknown, arg}, Extra: []Const{z}, Ret: ret}, nil
			}}
	}
	const toLocal = "AT TIME ZONE: what the clock of a zone shows at a moment."
	const toMoment = "AT TIME ZONE: the moment at which the clock of a zone shows a time."
	const convert = "What the clock of the last zone shows when that of the one before it, or of UTC, shows a time."
	return []*Row{
		at(Z, S, "timestamptz_to_timestamp", "timezone_local", toLocal),
		at(S, Z, "timestamp_to_timestamptz", "timezone_utc", toMoment),
		row("timezone", "timezone_away", S, toLocal, V, Z),
		row("timezone", "timezone_back", Z, toMoment, V, S),
		{Name: "convert_timezone", Args: exact(T, S), Doc: convert,
			Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
				z, ok, err := constZone(consts[0])
				if !ok || err != nil {
					return Bound{Op: opRef("timezone_local"), Args: []types.Type{T, S}, Ret: S}, err
				}
				return Bound{Op: opRef("timestamptz_to_timestamp"), Args: []types.Type{types.TUnknown, S}, Extra: []Const{z},
					Ret: S}, nil
			}},
		{Name: "convert_timezone", Args: exact(T, T, S), Doc: convert,
			Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
				from, ok1, err1 := constZone(consts[0])
				to, ok2, err2 := constZone(consts[1])
				switch {
				case err1 != nil:
					return Bound{}, err1
				case err2 != nil:
					return Bound{}, err2
				case ok1 && ok2:
					return Bound{Op: opRef("convert_timezone"), Args: []types.Type{types.TUnknown, types.TUnknown, S},
						Extra: []Const{from, to}, Ret: S}, nil
				}
				return Bound{Op: opRef("convert_timezone_named"), Args: []types.Type{T, T, S}, Ret: S}, nil
			}},
	}
}

// constZone is the table of a zone whose name is known.
func constZone(name *types.Datum) (Const, bool, error) {
	if name == nil || name.Null {
		return Const{}, false, nil
	}
	z, err := findZone(name.S)
	return strConst(string(z)), true, err
}

// findZone: 22023 for a name of none.
func findZone(name string) (zone.Table, error) {
	z, ok := zone.FindAny(name)
	if !ok {
		return "", unknownZone(name)
	}
	return z.Table, nil
}

func unknownZone(name string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", name)
}

// onFinite is what f makes of a timestamp, but an infinity itself.
func onFinite(ts int64, f func(int64) int64) int64 {
	if types.IsInfinite(ts) {
		return ts
	}
	return f(ts)
}

func setTimestamp(c HostCall, row int, v int64) error {
	if (v < types.MinTimestamp || v > types.MaxTimestamp) && !types.IsInfinite(v) {
		return TimestampRange.Err()
	}
	c.SetInt(row, v)
	return nil
}

func hostConvertZone(c HostCall) error {
	return c.Rows(func(row int) error {
		from, err := findZone(string(c.Str(0, row)))
		if err != nil {
			return err
		}
		to, err := findZone(string(c.Str(1, row)))
		if err != nil {
			return err
		}
		at := onFinite(c.Int(2, row), from.UTC)
		if err := setTimestamp(c, row, at); err != nil { // the moment between is one, as where the zones are constants
			return err
		}
		return setTimestamp(c, row, onFinite(at, to.Local))
	})
}

// emitAway: months have no length that a zone could be away.
func emitAway(f func(b Builder, x, y Value) Value) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		months, micros := intervalParts(b, a[0])
		week := b.Const(i64, 168*3600*1000000)
		b.Fail(UnknownZone, any1(b, b.ICmp(NE, months, b.Const(i64, 0)), b.ICmp(GE, micros, week),
			b.ICmp(LE, micros, b.Neg(week))))
		r := finite(b, i64, a[1], f(b, a[1], micros))
		b.Fail(TimestampRange, outOfTime(b, r))
		return r
	}
}
