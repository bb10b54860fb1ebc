package fn

import "slipher/catalog/types"

// datetimeGroup is dates, timestamps and intervals.
func datetimeGroup() Group {
	op := func(name string, emit emitter, fails bool, doc string, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Emit: emit, Doc: doc}
	}
	pure := func(name string, result types.Phys, err bool, doc string, args ...types.Phys) *Kernel {
		return &Kernel{Name: name, Args: args, Result: result, Err: err, Pure: true, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			{Name: "date_to_timestamp", Shapes: []Shape{shape(i32, i64)}, Cast: true, Monotone: true, Doc: "Midnight of a date.",
				Emit: func(b Builder, _ Shape, a []Value) Value { return dateMicros(b, a[0]) }},
			{Name: "timestamp_to_date", Shapes: []Shape{shape(i64, i32)}, Cast: true, Doc: "The date of a timestamp.",
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.Trunc(dayOf(b, a[0]), i32) }},
			op("date_add_days", emitDateAddDays(Builder.AddOvf), true, "A date so many days later.", i32, i64, i32),
			op("date_sub_days", emitDateAddDays(Builder.SubOvf), true, "A date so many days earlier.", i32, i64, i32),
			op("date_minus_date", between(plain(Builder.Sub)), true, "Days between two dates.", i32, i32, i32),
			op("timestamp_add_interval", emitAddInterval(false), true,
				"Months first, the day cut to the month's length, then the rest.", i64, i128, i64),
			op("interval_add_timestamp", exchanged(emitAddInterval(false)), true,
				"timestamp_add_interval, its operands exchanged.", i128, i64, i64),
			op("days_add_date", exchanged(emitDateAddDays(Builder.AddOvf)), true, "date_add_days, its operands exchanged.", i64,
				i32, i32),
			op("factor_mul_interval", exchanged(kernelErr("slp_interval_mul")), true, "interval_mul, its operands exchanged.",
				f64, i128, i128),
			op("timestamp_sub_interval", emitAddInterval(true), true, "The interval's negative added.", i64, i128, i64),
			op("timestamp_minus_timestamp", between(emitTimestampDiff), true, "Days and time between; no months.", i64, i64,
				i128),
			op("interval_add", emitIntervalSum(Builder.AddOvf), true, "Part by part.", i128, i128, i128),
			op("interval_sub", emitIntervalSum(Builder.SubOvf), true, "Part by part.", i128, i128, i128),
			op("interval_neg", emitIntervalNeg, true, "Part by part.", i128, i128),
			op("interval_mul", kernelErr("slp_interval_mul"), true, "Part by part; a month's fraction counts 30 days.", i128,
				f64, i128),
			op("interval_div", emitIntervalDiv, true, "Multiplication by the reciprocal.", i128, f64, i128),
			nullInfinity(&Op{Name: "date_part", Shapes: []Shape{shape(i64, i32, i32), shape(i32, i32, i32)},
				Doc: "The number of a date part that comes again, of a timestamp (I64) or a date (I32)."}, emitDatePart),
			nullInfinity(&Op{Name: "date_part_double", Shapes: []Shape{shape(i64, i32, f64)}, Doc: "date_part as a double."},
				emitPartDouble),
			{Name: "date_count", Shapes: []Shape{shape(i64, i32, i64), shape(i64, i32, i32), shape(i32, i32, i64),
				shape(i32, i32, i32)}, MayFail: true, Doc: "date_part of a part that grows without end: of no infinity.",
				Emit: func(b Builder, sh Shape, a []Value) Value {
					b.Fail(rangeCode(sh.Out), isInfinite(b, sh.In[0], a[0]))
					return emitDatePart(b, sh, a)
				}},
			op("date_count_double", func(b Builder, sh Shape, a []Value) Value {
				return orInfinity(b, i64, a[0], emitPartDouble(b, sh, a))
			}, false, "date_count as a double, of infinities, too.", i64, i32, f64),
			op("date_year", func(b Builder, sh Shape, a []Value) Value {
				b.Fail(IntegerRange, isInfinite(b, i32, a[0]))
				return emitCivil(Year)(b, sh, a)
			}, true, "The year of a date.", i32, i32),
			nullInfinity(&Op{Name: "date_month", Shapes: []Shape{shape(i32, i32)}, Doc: "The month of a date."},
				emitCivil(Month)),
			nullInfinity(&Op{Name: "date_day", Shapes: []Shape{shape(i32, i32)}, Doc: "The day of the month of a date."},
				emitCivil(Day)),
			op("interval_part", kernel("slp_interval_part"), false, "The number of a date part of an interval.", i128, i32, f64),
			op("date_trunc", kernel("slp_date_trunc"), false, "The start of the period; weeks start on Monday.", i64, i32, i64),
			op("date_add", func(b Builder, _ Shape, a []Value) Value { return b.CallErr("slp_date_add", a[1], a[0], a[2]) },
				true,
				"n parts later: months cut the day, years run over. Operands: n, timestamp, part.", i64, i64, i32, i64),
			op("date_diff", between(kernel("slp_date_diff")), true,
				"Boundaries of the part between two timestamps; weeks start on Sunday.", i64, i64, i32, i64),
			op("add_months", kernelErr("slp_add_months"), true, "n months later; a month's last day stays one.", i64, i64, i64),
			op("months_between", between(kernel("slp_months_between")), true, "Months between; the rest in 31sts.", i64,
				i64, f64),
			op("last_day", kernel("slp_last_day"), false, "The last day of the month.", i32, i32),
			op("next_day", kernelErr("slp_next_day"), true, "The next day of that name.", i32, str, i32),
		},
		Kernels: []*Kernel{
			pure("slp_date_part", i64, false, "Timestamp, part.", i64, i32),
			pure("slp_interval_part", f64, false, "Interval, part.", i128, i32),
			pure("slp_date_trunc", i64, false, "Timestamp, part.", i64, i32),
			pure("slp_date_add", i64, true, "Timestamp, n, part.", i64, i64, i32),
			pure("slp_date_diff", i64, false, "Two timestamps, part.", i64, i64, i32),
			pure("slp_add_months", i64, true, "Timestamp, n.", i64, i64),
			pure("slp_ts_add_interval", i64, true, "Timestamp, months, microseconds.", i64, i64, i64),
			pure("slp_months_between", f64, false, "Two timestamps.", i64, i64),
			pure("slp_last_day", i32, false, "Date.", i32),
			pure("slp_next_day", i32, true, "Date, name.", i32, str),
			pure("slp_interval_mul", i128, true, "Interval, factor.", i128, f64),
		},
		Rows: dateRows(),
		Casts: []*CastRule{
			{From: types.Date, To: types.Timestamp, Least: Implicit, Cost: 2, SameText: true, Bind: bindTo("date_to_timestamp"),
				Doc: "Midnight."},
			{From: types.Timestamp, To: types.Date, Least: Implicit, Cost: 40, Bind: bindTo("timestamp_to_date"),
				Doc: "The date part."},
		},
	}
	for _, f := range []textForm{
		{types.Date, bindTo("str_to_date"), Implicit, costTime, bindToText("date_to_str")},
		{types.Timestamp, bindTo("str_to_timestamp"), Implicit, costTime, bindToText("timestamp_to_str")},
		{types.Interval, bindTo("str_to_interval"), Explicit, 0, bindToText("interval_to_str")},
	} {
		g.Casts = append(g.Casts, f.casts()...)
	}
	g.Ops = append(g.Ops, &Op{Name: "interval_key", Shapes: []Shape{shape(i128, i128)}, Emit: emitIntervalLength,
		Key: true, Doc: "A number that orders intervals by their lengths, a month counting 30 days."})
	extreme := func(name string, p Pred) *Op {
		return &Op{Name: "interval_" + name, Shapes: same(2, i128), Nulls: CustomNull,
			EmitNull: emitExtreme(emitIntervalCompare(p)),
			Doc:      "The " + name + " of two intervals by their lengths; a NULL counts only if both are."}
	}
	g.Ops = append(g.Ops, extreme("greatest", GE), extreme("least", LE))
	return g
}

// dateMicros is the timestamp at which a day begins.
func dateMicros(b Builder, d Value) Value {
	wide := b.SExt(d, i64)
	return b.Select(isInfinite(b, i32, d), infinityOf(b, i64, wide), b.Mul(wide, b.Const(i64, types.MicrosPerDay)))
}

// dayOf is the day number of a timestamp, as an I64: division rounded down.
func dayOf(b Builder, ts Value) Value {
	day := b.Const(i64, types.MicrosPerDay)
	q := b.SDiv(ts, day)
	before := b.ICmp(LT, ts, b.Mul(q, day))
	r := b.Select(before, b.Sub(q, b.Const(i64, 1)), q)
	sign := b.AShr(ts, b.Const(i64, 63))
	return b.Select(isInfinite(b, i64, ts), b.Xor(sign, b.Const(i64, types.InfiniteDate)), r)
}

func emitDateAddDays(f func(b Builder, x, y Value) (Value, Value)) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		r, o := f(b, b.SExt(a[0], i64), a[1])
		out := any1(b, o, b.ICmp(LT, r, b.Const(i64, types.MinDate)), b.ICmp(GT, r, b.Const(i64, types.MaxDate)))
		b.Fail(DatetimeRange, b.And(out, b.Not(isInfinite(b, i32, a[0]))))
		return finite(b, i32, a[0], b.Trunc(r, i32))
	}
}

// intervalParts are the months and microseconds of an interval, I64 each.
func intervalParts(b Builder, v Value) (months, micros Value) {
	return b.Trunc(b.LShr(v, b.Const(i128, 64)), i64), b.Trunc(v, i64)
}

// signedParts are the parts of an interval, or of its opposite.
func signedParts(b Builder, v Value, negate bool) (months, micros Value) {
	months, micros = intervalParts(b, v)
	if negate {
		b.Fail(IntervalRange, b.ICmp(EQ, micros, minConst(b, i64)))
		months, micros = b.Neg(months), b.Neg(micros)
	}
	return months, micros
}

func makeInterval(b Builder, months, micros Value) Value {
	return b.Or(b.Shl(b.SExt(months, i128), b.Const(i128, 64)), b.ZExt(micros, i128))
}

func emitAddInterval(negate bool) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		months, micros := signedParts(b, a[1], negate)
		return b.CallErr("slp_ts_add_interval", a[0], months, micros)
	}
}

// emitTimestampDiff: timestamps span 300,000 years, so no difference of two overflows in practice;
// the extremes (9.4e18 apart) wrap like any garbage.
func emitTimestampDiff(b Builder, _ Shape, a []Value) Value {
	return makeInterval(b, b.Const(i64, 0), b.Sub(a[0], a[1]))
}

func emitIntervalSum(f func(b Builder, x, y Value) (Value, Value)) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		xm, xu := intervalParts(b, a[0])
		ym, yu := intervalParts(b, a[1])
		m, o1 := f(b, xm, ym)
		u, o2 := f(b, xu, yu)
		b.Fail(IntervalRange, b.Or(o1, o2))
		return makeInterval(b, m, u)
	}
}

func emitIntervalNeg(b Builder, _ Shape, a []Value) Value {
	months, micros := signedParts(b, a[0], true)
	return makeInterval(b, months, micros)
}

func emitIntervalDiv(b Builder, _ Shape, a []Value) Value {
	zero := isZero(b, f64, a[1])
	b.Fail(DivideByZero, zero)
	one := b.ConstF(f64, 1)
	return b.CallErr("slp_interval_mul", a[0], b.FDiv(one, b.Select(zero, one, a[1])))
}

// emitIntervalCompare compares lengths.
func emitIntervalCompare(p Pred) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		return b.ICmp(p, emitIntervalLength(b, sh, a[:1]), emitIntervalLength(b, sh, a[1:]))
	}
}

// emitIntervalLength is the microseconds of an interval, as I128.
func emitIntervalLength(b Builder, _ Shape, a []Value) Value {
	m, u := intervalParts(b, a[0])
	return b.Add(b.Mul(b.SExt(m, i128), b.Const(i128, 30*types.MicrosPerDay)), b.SExt(u, i128))
}

// exchanged is an emitter of two operands that come the other way round.
func exchanged(e emitter) emitter {
	return func(b Builder, sh Shape, a []Value) Value { return e(b, sh, []Value{a[1], a[0]}) }
}

func emitDatePart(b Builder, sh Shape, a []Value) Value {
	ts := a[0]
	if sh.In[0] == i32 {
		ts = b.Mul(b.SExt(ts, i64), b.Const(i64, types.MicrosPerDay)) // of infinities it does not count
	}
	r := b.Call("slp_date_part", ts, a[1])
	if sh.Out == i32 {
		return b.Trunc(r, i32)
	}
	return r
}

func emitPartDouble(b Builder, _ Shape, a []Value) Value {
	return b.SIToFP(b.Call("slp_date_part", a...), f64)
}

// emitCivil emits the Gregorian calendar inline, in 32 bits (catalog/types,
// CivilOf): extract(year from d) is too common in queries for a call.
func emitCivil(part DatePart) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		c := func(v int64) Value { return b.Const(i32, v) }
		div := func(x Value, d int64) Value { return b.SDiv(x, c(d)) }
		// Days from the March 1st that starts a 400-year cycle before all dates, so
		// that no division meets a negative number.
		const cycles = 13
		z := b.Add(a[0], c(730425+cycles*146097))
		era := div(z, 146097)
		doe := b.Sub(z, b.Mul(era, c(146097)))
		yoe := div(b.Sub(b.Add(b.Sub(doe, div(doe, 1460)), div(doe, 36524)), div(doe, 146096)), 365)
		doy := b.Sub(doe, b.Sub(b.Add(b.Mul(yoe, c(365)), div(yoe, 4)), div(yoe, 100)))
		m := div(b.Add(b.Mul(doy, c(5)), c(2)), 153)
		late := b.ICmp(GE, m, c(10)) // January and February belong to the next year
		switch part {
		case Day:
			return b.Add(b.Sub(doy, div(b.Add(b.Mul(m, c(153)), c(2)), 5)), c(1))
		case Month:
			return b.Select(late, b.Sub(m, c(9)), b.Add(m, c(3)))
		}
		y := b.Sub(b.Add(yoe, b.Mul(era, c(400))), c(400*cycles))
		y = b.Select(late, b.Add(y, c(1)), y)
		// There is no year 0: it is 1 BC, shown as -1.
		return b.Select(b.ICmp(GT, y, c(0)), y, b.Sub(y, c(1)))
	}
}
