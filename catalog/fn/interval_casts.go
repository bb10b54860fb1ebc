package fn

import "slipher/catalog/types"

// intervalCastsGroup is casts between intervals of expressions and those that tables store, which are computed with as
// intervals.
func intervalCastsGroup() Group {
	V, M, S := types.TInterval, types.TIntervalYM, types.TIntervalDS
	cast := func(name, doc string, emit emitter, fails bool, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Cast: true, Emit: emit, Doc: doc}
	}
	host := func(name, doc string, host func(HostCall) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Cast: true, Host: host, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			cast("months_to_interval", "So many months.", func(b Builder, _ Shape, a []Value) Value {
				return makeInterval(b, b.SExt(a[0], i64), b.Const(i64, 0))
			}, false, i32, i128),
			cast("micros_to_interval", "So many microseconds.", func(b Builder, _ Shape, a []Value) Value {
				return makeInterval(b, b.Const(i64, 0), a[0])
			}, false, i64, i128),
			cast("interval_to_months", "An interval's months; it is an error if it has anything else.",
				func(b Builder, _ Shape, a []Value) Value {
					months, micros := intervalParts(b, a[0])
					b.Fail(MixedInterval, b.ICmp(NE, micros, b.Const(i64, 0)))
					short := b.Trunc(months, i32)
					b.Fail(IntervalRange, b.ICmp(NE, b.SExt(short, i64), months))
					return short
				}, true, i128, i32),
			cast("interval_to_micros", "An interval's days and time; it is an error if it has months.",
				func(b Builder, _ Shape, a []Value) Value {
					months, micros := intervalParts(b, a[0])
					b.Fail(MixedInterval, b.ICmp(NE, months, b.Const(i64, 0)))
					return micros
				}, true, i128, i64),
			host("str_to_months", "An interval of years and months from text.", readText(M), str, i32),
			host("str_to_micros", "An interval of days and time from text.", readText(S), str, i64),
			host("months_to_str", "1 year 2 mons, in at most so many bytes.", writeText(M), i32, i32, str),
			host("micros_to_str", "3 days 04:05:06, in at most so many bytes.", writeText(S), i64, i32, str),
		},
		Casts: []*CastRule{
			{From: M.Kind, To: V.Kind, Least: Implicit, Cost: 1, SameText: true, Bind: bindTo("months_to_interval"),
				Doc: "The same interval."},
			{From: S.Kind, To: V.Kind, Least: Implicit, Cost: 1, SameText: true, Bind: bindTo("micros_to_interval"),
				Doc: "The same interval."},
			{From: V.Kind, To: M.Kind, Least: Assignment, Bind: bindTo("interval_to_months"),
				Doc: "The same interval, of years and months alone."},
			{From: V.Kind, To: S.Kind, Least: Assignment, Bind: bindTo("interval_to_micros"),
				Doc: "The same interval, of days and time alone."},
		},
	}
	for _, f := range []textForm{
		{M.Kind, bindTo("str_to_months"), Implicit, 0, bindToText("months_to_str")},
		{S.Kind, bindTo("str_to_micros"), Implicit, 0, bindToText("micros_to_str")},
	} {
		g.Casts = append(g.Casts, f.casts()...)
	}
	return g
}
