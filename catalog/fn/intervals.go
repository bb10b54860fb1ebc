package fn

import (
	"slipher/catalog/types"
)

// intervalsGroup is functions of intervals and of the time between moments. A day of an interval is 24 hours, so that
// of the functions that justify only months have something to do.
func intervalsGroup() Group {
	V, S, Z, D, T, I := types.TInterval, types.TTimestamp, types.TTimestamptz, types.TDate, types.TTime, types.TInt4
	op := func(name, doc string, emit emitter, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Emit: emit, Doc: doc}
	}
	finite := &Op{Name: "isfinite", Shapes: []Shape{shape(i32, i8), shape(i64, i8), shape(i128, i8)},
		Doc: "Is it no infinity? Intervals (I128) never are.", Emit: func(b Builder, sh Shape, a []Value) Value {
			if sh.In[0] == i128 {
				return b.Bool(true)
			}
			return b.Not(isInfinite(b, sh.In[0], a[0]))
		}}
	g := Group{
		Ops: []*Op{
			op("interval_cmp", "-1, 0 or 1 by the lengths, a month counting 30 days.", emitIntervalOrder, i128, i128, i32),
			op("justify_days", "30 days are a month.", emitJustify(false), i128, i128),
			op("justify_interval", "30 days are a month; all of one sign.", emitJustify(true), i128, i128),
			op("date_bin", "The start of the period, one of such a length and one of which starts at the last operand.",
				emitDateBin, i128, i64, i64, i64),
			{Name: "timestamp_age", Shapes: []Shape{shape(i64, i64, i128)}, MayFail: true,
				Doc: "Years and months between, then days and time: the second operand's first.",
				Host: eachRow(func(c HostCall, row int) error {
					later, earlier := c.Int(0, row), c.Int(1, row)
					if types.IsInfinite(later) || types.IsInfinite(earlier) {
						return TimestampRange.Err()
					}
					months, micros := ageOf(later, earlier)
					c.SetInt128(row, months, micros)
					return nil
				})},
			{Name: "overlaps", Shapes: []Shape{shape(i64, i64, i64, i64, i8)}, Nulls: CustomNull, Host: hostOverlaps,
				Doc: "Do two periods have a time in common? Operands: start and end of each, in any order."},
			finite,
		},
		Rows: []*Row{
			row("interval_cmp", "interval_cmp", I, "-1, 0 or 1 by the lengths of intervals, a month counting 30 days.", V, V),
			row("justify_days", "justify_days", V, "An interval whose 30 days are months.", V),
			{Name: "justify_hours", Args: exact(V), Doc: "The interval itself: 24 hours are a day.",
				Ret: func([]types.Type, []*types.Datum) (Bound, error) { return Bound{Args: []types.Type{V}, Ret: V}, nil }},
			row("justify_interval", "justify_interval", V, "An interval whose 30 days are months, all of one sign.", V),
			row("date_bin", "date_bin", S, "The start of the period that a timestamp lies in.", V, S, S),
			row("date_bin", "date_bin", Z, "The start of the period that a moment lies in.", V, Z, Z),
			{Name: "age", Args: exact(S), Special: true, Doc: "Years, months, days and time since, as the day began."},
			{Name: "age", Args: exact(S, S), Special: true, Doc: "Years, months, days and time from the second to the first."},
			{Name: "overlaps", Special: true,
				Args: []Param{{Class: AnyType}, {Class: AnyType}, {Class: AnyType}, {Class: AnyType}},
				Doc:  "(start, end) OVERLAPS (start, end): do two periods have a time in common? An end may be a length."},
		},
	}
	for _, t := range []types.Type{D, S, Z, T, V} {
		g.Rows = append(g.Rows, row("isfinite", "isfinite", types.TBool, "Is it neither infinity nor -infinity?", t))
	}
	return g
}

func emitIntervalOrder(b Builder, sh Shape, a []Value) Value {
	return emitOrder(b, sh, []Value{emitIntervalLength(b, sh, a[:1]), emitIntervalLength(b, sh, a[1:])})
}

// emitJustify: whole months are taken from the days; signed: then the rest gets the months' sign.
func emitJustify(signed bool) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		months, micros := intervalParts(b, a[0])
		month, zero, one := b.Const(i64, 30*types.MicrosPerDay), b.Const(i64, 0), b.Const(i64, 1)
		more := b.SDiv(micros, month)
		micros = b.Sub(micros, b.Mul(more, month))
		months, over := b.AddOvf(months, more)
		b.Fail(IntervalRange, over)
		if signed {
			short := b.And(b.ICmp(GT, months, zero), b.ICmp(LT, micros, zero))
			long := b.And(b.ICmp(LT, months, zero), b.ICmp(GT, micros, zero))
			micros = b.Select(short, b.Add(micros, month), b.Select(long, b.Sub(micros, month), micros))
			months = b.Select(short, b.Sub(months, one), b.Select(long, b.Add(months, one), months))
		}
		return makeInterval(b, months, micros)
	}
}

// emitDateBin: differences of timestamps fit 65 bits. An infinite one lies in a period of its own.
func emitDateBin(b Builder, _ Shape, a []Value) Value {
	months, stride := intervalParts(b, a[0])
	bounded := b.Not(isInfinite(b, i64, a[1]))
	b.Fail(BinOrigin, b.And(bounded, isInfinite(b, i64, a[2])))
	b.Fail(BinMonths, b.And(bounded, b.ICmp(NE, months, b.Const(i64, 0))))
	b.Fail(BinStride, b.And(bounded, b.ICmp(LE, stride, b.Const(i64, 0))))
	step := b.SExt(positive(b, stride), i128)
	from := b.SExt(a[2], i128)
	start := b.Add(from, b.Mul(floorQuotient(b, i128, b.Sub(b.SExt(a[1], i128), from), step), step))
	b.Fail(TimestampRange, b.And(bounded, b.ICmp(LT, start, b.SExt(b.Const(i64, types.MinTimestamp), i128))))
	return finite(b, i64, a[1], b.Trunc(start, i64))
}

// ageOf is the time from the second to the first by the calendar. Days are borrowed from the earlier one's month.
func ageOf(later, earlier int64) (months, micros int64) {
	if later < earlier {
		months, micros = ageOf(earlier, later)
		return -months, -micros
	}
	d1, t1 := types.SplitTimestamp(later)
	d2, t2 := types.SplitTimestamp(earlier)
	y1, m1, day1 := types.CivilOf(d1)
	y2, m2, day2 := types.CivilOf(d2)
	months, days, time := int64((y1-y2)*12+m1-m2), int64(day1-day2), t1-t2
	if time < 0 {
		time += types.MicrosPerDay
		days--
	}
	if days < 0 {
		days += int64(types.DaysInMonth(y2, m2))
		months--
	}
	return months, days*types.MicrosPerDay + time
}

// hostOverlaps: of a period whose start or end is unknown, the other is a time in it.
func hostOverlaps(c HostCall) error {
	return c.AllRows(func(row int) error {
		type period struct {
			from, to int64
			open     bool // to is unknown
		}
		read := func(i int) (p period, known bool) {
			a, b := c.Null(i, row), c.Null(i+1, row)
			switch {
			case a && b:
				return p, false
			case a:
				return period{from: c.Int(i+1, row), open: true}, true
			case b:
				return period{from: c.Int(i, row), open: true}, true
			}
			x, y := c.Int(i, row), c.Int(i+1, row)
			return period{from: min(x, y), to: max(x, y)}, true
		}
		x, ok1 := read(0)
		y, ok2 := read(2)
		if x.from > y.from {
			x, y = y, x
		}
		switch {
		case !ok1 || !ok2:
			c.SetNull(row)
		case x.from == y.from && (x.open || y.open), x.open:
			c.SetNull(row)
		case x.from == y.from, y.from < x.to:
			c.SetInt(row, 1)
		case y.open:
			c.SetNull(row)
		default:
			c.SetInt(row, 0)
		}
		return nil
	})
}
