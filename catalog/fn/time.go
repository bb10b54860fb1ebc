package fn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// timeGroup is times of day. What is counted beyond midnight starts the day anew.
func timeGroup() Group {
	op := func(name, doc string, emit emitter, fails bool, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Emit: emit, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			{Name: "str_to_time", Shapes: []Shape{shape(str, i64)}, MayFail: true, Cast: true, Host: readText(types.TTime),
				Doc: "A time from text; a date and a zone are ignored."},
			{Name: "time_to_str", Shapes: []Shape{shape(i64, i32, str)}, MayFail: true, Cast: true, Host: writeText(types.TTime),
				Doc: "HH:MM:SS[.ffffff], in at most so many bytes."},
			{Name: "time_to_char", Shapes: []Shape{shape(i64, str, str)}, MayFail: true, Host: hostTimeToChar,
				Doc: "A time by a template."},
			nullInfinity(&Op{Name: "timestamp_to_time", Shapes: []Shape{shape(i64, i64)}, Cast: true,
				Doc: "The time of day of a timestamp."}, func(b Builder, _ Shape, a []Value) Value { return ofDay(b, a[0]) }),
			{Name: "time_to_interval", Shapes: []Shape{shape(i64, i128)}, Cast: true, Doc: "The time since midnight.",
				Emit: func(b Builder, _ Shape, a []Value) Value { return makeInterval(b, b.Const(i64, 0), a[0]) }},
			{Name: "interval_to_time", Shapes: []Shape{shape(i128, i64)}, Cast: true, Doc: "An interval behind midnight.",
				Emit: func(b Builder, _ Shape, a []Value) Value {
					_, micros := intervalParts(b, a[0])
					return ofDay(b, micros)
				}},
			op("time_add_interval", "An interval later.", emitTimeInterval(Builder.Add), false, i64, i128, i64),
			op("interval_add_time", "time_add_interval, its operands exchanged.", exchanged(emitTimeInterval(Builder.Add)),
				false, i128, i64, i64),
			op("time_sub_interval", "An interval earlier.", emitTimeInterval(Builder.Sub), false, i64, i128, i64),
			op("time_minus_time", "The time between.", func(b Builder, _ Shape, a []Value) Value {
				return makeInterval(b, b.Const(i64, 0), b.Sub(a[0], a[1]))
			}, false, i64, i64, i128),
			op("date_add_time", "A date at a time of day.", emitDateTime, true, i32, i64, i64),
			op("time_add_date", "date_add_time, its operands exchanged.", exchanged(emitDateTime), true, i64, i32, i64),
			op("time_add_units", "n units later. Operands: n, time, microseconds of a unit, units of a day.", emitTimeAddUnits,
				false, i64, i64, i64, i64, i64),
			op("time_diff", "Boundaries of units of so many microseconds between two times.", emitTimeDiff, false, i64, i64, i64,
				i64),
			{Name: "time_part", Shapes: []Shape{shape(i64, i64, i64, i32), shape(i64, i64, i64, f64)}, Emit: emitTimePart,
				Doc: "A field of a time. Operands: time, microseconds of a unit, units of the next larger one."},
		},
		Rows: timeRows(),
		Casts: []*CastRule{
			{From: types.Timestamp, To: types.Time, Least: Assignment, Bind: bindTo("timestamp_to_time"),
				Doc: "The time of day."},
			{From: types.Time, To: types.Interval, Least: Implicit, Cost: 3, SameText: true, Bind: bindTo("time_to_interval"),
				Doc: "The time since midnight."},
			{From: types.Interval, To: types.Time, Least: Assignment, Bind: bindTo("interval_to_time"),
				Doc: "The time of day; days and months do not count."},
		},
	}
	// Text beside a date is rather a number of days than a time.
	g.Casts = append(g.Casts, textForm{types.Time, bindTo("str_to_time"), Implicit, costNumber + 1,
		bindToText("time_to_str")}.casts()...)
	return g
}

func timeRows() []*Row {
	T, V, D, S, I := types.TTime, types.TInterval, types.TDate, types.TTimestamp, types.TInt8
	rows := []*Row{
		row("+", "time_add_interval", T, "An interval later, within a day.", T, V),
		row("+", "interval_add_time", T, "An interval later, within a day.", V, T),
		row("-", "time_sub_interval", T, "An interval earlier, within a day.", T, V),
		row("-", "time_minus_time", V, "Time between.", T, T),
		row("+", "date_add_time", S, "A date at a time of day.", D, T),
		row("+", "time_add_date", S, "A date at a time of day.", T, D),
		row("to_char", "time_to_char", types.TText, "A time as text by a template.", T, types.TText),
		// Not the sum of a time and of what another is as an interval.
		{Name: "+", Args: exact(T, T), Ret: func([]types.Type, []*types.Datum) (Bound, error) { return Bound{}, errNoMatch },
			Doc: "Refused: times have no sum."},
		timeUnitRow("extract", "The number of a field of a time.", func(u timeUnit) Bound {
			return Bound{Op: opRef("time_part"), Args: []types.Type{types.TUnknown, T}, Extra: u.field(), Ret: types.TInt4}
		}, T),
	}
	for _, name := range []string{"date_part", "pgdate_part"} {
		rows = append(rows, timeUnitRow(name, "The number of a field of a time.", func(u timeUnit) Bound {
			return Bound{Op: opRef("time_part"), Args: []types.Type{types.TUnknown, T}, Extra: u.field(), Ret: types.TFloat8}
		}, T))
	}
	for _, name := range []string{"dateadd", "date_add"} {
		rows = append(rows, timeUnitRow(name, "So many units later, within a day.", func(u timeUnit) Bound {
			return Bound{Op: opRef("time_add_units"), Args: []types.Type{types.TUnknown, I, T},
				Extra: []Const{i64Const(u.micros), i64Const(types.MicrosPerDay / u.micros)}, Ret: T}
		}, I, T))
	}
	for _, name := range []string{"datediff", "date_diff"} {
		rows = append(rows, timeUnitRow(name, "Boundaries of the unit crossed from the first to the second.",
			func(u timeUnit) Bound {
				return Bound{Op: opRef("time_diff"), Args: []types.Type{types.TUnknown, T, T}, Extra: []Const{i64Const(u.micros)},
					Ret: I}
			}, T, T))
	}
	for _, r := range rows {
		r.Shown = shownTimeFunctions[r.Name]
	}
	return rows
}

// shownTimeFunctions are what result columns are called, if not as the function.
var shownTimeFunctions = map[string]string{"extract": "date_part", "dateadd": "date_add", "datediff": "date_diff"}

// timeUnit is a part of a time of day: so many microseconds, of which so many are the next larger unit.
type timeUnit struct{ micros, inNext int64 }

func (u timeUnit) field() []Const { return []Const{i64Const(u.micros), i64Const(u.inNext)} }

// timeUnits are the parts that a time has. Fractions of a second are counted as those of a timestamp are; a day of
// 25 hours makes 24:00:00 the 24th hour.
var timeUnits = map[DatePart]timeUnit{
	Microsecond: {1, 1e6},
	Millisecond: {1e3, 1e3},
	Second:      {1e6, 60},
	Minute:      {60e6, 60},
	Hour:        {3600e6, 25},
	Epoch:       {1e6, 100000},
}

// timeUnitRow is a row whose first argument is a constant part of a time.
func timeUnitRow(name, doc string, bind func(u timeUnit) Bound, rest ...types.Type) *Row {
	return &Row{Name: name, Args: append([]Param{{Kind: types.Varchar, Name: partName}}, exact(rest...)...), Doc: doc,
		Ret: func(_ []types.Type, consts []*types.Datum) (Bound, error) {
			p, err := constPart(consts, 0)
			if err != nil {
				return Bound{}, err
			}
			u, ok := timeUnits[p]
			if !ok {
				return Bound{}, sqlerr.New(sqlerr.InvalidParameterValue, "\"time\" units \"%s\" not recognized", consts[0].S)
			}
			return bind(u), nil
		}}
}

func i64Const(v int64) Const { return Const{Phys: i64, V: types.Int(v)} }

// ofDay is what is left of microseconds when whole days are taken away, rounded down.
func ofDay(b Builder, micros Value) Value {
	day := b.Const(i64, types.MicrosPerDay)
	r := b.SRem(micros, day)
	return b.Select(b.ICmp(LT, r, b.Const(i64, 0)), b.Add(r, day), r)
}

func emitTimeInterval(f func(b Builder, x, y Value) Value) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		_, micros := intervalParts(b, a[1])
		return ofDay(b, f(b, a[0], ofDay(b, micros)))
	}
}

// emitDateTime: 24:00:00 of the last day is out of range.
func emitDateTime(b Builder, _ Shape, a []Value) Value { return dayAt(b, a[0], a[1]) }

// dayAt is a day at microseconds behind, or in front of, its midnight.
func dayAt(b Builder, day, micros Value) Value {
	midnight := dateMicros(b, day)
	r := finite(b, i64, midnight, b.Add(midnight, micros))
	b.Fail(TimestampRange, outOfTime(b, r))
	return r
}

// outOfTime is an i1: a moment is neither a timestamp nor an infinity.
func outOfTime(b Builder, at Value) Value {
	beyond := b.Or(b.ICmp(LT, at, b.Const(i64, types.MinTimestamp)), b.ICmp(GT, at, b.Const(i64, types.MaxTimestamp)))
	return b.And(beyond, b.Not(isInfinite(b, i64, at)))
}

// positive is a constant divisor, whatever garbage stands there.
func positive(b Builder, v Value) Value {
	return b.Select(b.ICmp(GT, v, b.Const(i64, 0)), v, b.Const(i64, 1))
}

func emitTimeAddUnits(b Builder, _ Shape, a []Value) Value {
	return ofDay(b, b.Add(a[1], b.Mul(b.SRem(a[0], positive(b, a[3])), a[2])))
}

func emitTimeDiff(b Builder, _ Shape, a []Value) Value {
	unit := positive(b, a[2])
	return b.Sub(b.SDiv(a[1], unit), b.SDiv(a[0], unit))
}

func emitTimePart(b Builder, sh Shape, a []Value) Value {
	r := b.SRem(b.SDiv(a[0], positive(b, a[1])), positive(b, a[2]))
	if sh.Out == f64 {
		return b.SIToFP(r, f64)
	}
	return b.Trunc(r, i32)
}

// hostTimeToChar: a time has the fields of an interval.
func hostTimeToChar(c HostCall) error {
	return c.Rows(func(row int) error {
		m := moment{interval: true}
		m.setClock(c.Int(0, row))
		s, err := m.format(string(c.Str(1, row)))
		if err == nil {
			c.SetStr(row, []byte(s))
		}
		return err
	})
}
