package optimize

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// accum is one elementary accumulator of an aggregation.
type accum struct {
	id  algebra.ColumnID
	fn  plan.AggFn
	arg *algebra.Expr // nil for count(*)
	out plan.Column
	// distinct: counts each value of arg once; fed in the second level only.
	distinct bool
}

// mergeFn combines partial results of an accumulator.
var mergeFn = map[plan.AggFn]plan.AggFn{
	plan.AggCountStar: plan.AggSumCount, plan.AggCount: plan.AggSumCount, plan.AggSumCount: plan.AggSumCount,
	plan.AggSum: plan.AggSum, plan.AggMin: plan.AggMin, plan.AggMax: plan.AggMax,
	plan.AggBoolAnd: plan.AggBoolAnd, plan.AggBoolOr: plan.AggBoolOr, plan.AggAny: plan.AggAny,
	plan.AggMoments: plan.AggMomentsMerge, plan.AggMomentsMerge: plan.AggMomentsMerge,
}

// aggSplit makes accumulators of SQL's aggregates, equal ones once.
type aggSplit struct {
	p       *planner
	grouped bool
	accs    []*accum
	byKey   map[accumKey]*accum
}

// accumKey is what two accumulators have in common that are one.
type accumKey struct {
	fn       plan.AggFn
	distinct bool
	arg      int // its number, 0 for none
}

// split returns for each call the expression, over the accumulators' ids, that is its result.
func (s *aggSplit) split(calls []algebra.AggCall) ([]*algebra.Expr, error) {
	out := make([]*algebra.Expr, len(calls))
	for i, c := range calls {
		rule := aggRules[c.Name]
		if rule == nil {
			return nil, plan.ErrUnsupported("aggregate function " + c.Name)
		}
		e, err := rule(s, c)
		if err != nil {
			return nil, err
		}
		if e.Type != c.Type {
			if e, err = s.p.cast(e, c.Type); err != nil {
				return nil, err
			}
		}
		out[i] = e
	}
	return out, nil
}

// acc is a reference to the accumulator fn(arg).
func (s *aggSplit) acc(fn plan.AggFn, arg *algebra.Expr, distinct bool) *algebra.Expr {
	key := accumKey{fn: fn, distinct: distinct}
	if arg != nil {
		key.arg = s.p.numbers.Of(arg)
	}
	a := s.byKey[key]
	if a == nil || arg != nil && arg.Volatile() {
		a = &accum{id: s.p.fresh(), fn: fn, arg: arg, distinct: distinct}
		a.out = accColumn(fn, arg, s.grouped)
		s.byKey[key] = a
		s.accs = append(s.accs, a)
	}
	return expr.Col(a.id, a.out.Type, a.out.Nullable)
}

// accColumn is an accumulator's result column: NULL only if there may be no
// value, that is without a group or with NULL arguments.
func accColumn(fn plan.AggFn, arg *algebra.Expr, grouped bool) plan.Column {
	c := plan.Column{Name: accNames[fn]}
	switch fn {
	case plan.AggCountStar, plan.AggCount, plan.AggSumCount:
		c.Type = types.TInt8
		return c
	case plan.AggSum:
		c.Type = sumType(arg.Type)
	case plan.AggMoments, plan.AggMomentsMerge:
		c.Type = plan.MomentsType
	default:
		c.Type = arg.Type
	}
	c.Nullable = arg.Nullable || !grouped
	return c
}

var accNames = map[plan.AggFn]string{
	plan.AggCountStar: "count", plan.AggCount: "count", plan.AggSumCount: "count", plan.AggSum: "sum",
	plan.AggMin: "min", plan.AggMax: "max", plan.AggBoolAnd: "bool_and", plan.AggBoolOr: "bool_or", plan.AggAny: "any", plan.AggMoments: "moments", plan.AggMomentsMerge: "moments",
}

// sumType is what AggSum yields: exact for integers and decimals.
func sumType(t types.Type) types.Type {
	switch {
	case t.IsInteger():
		return types.TDecimal(types.MaxPrecision, 0)
	case t.Kind == types.Decimal:
		return types.TDecimal(types.MaxPrecision, int(t.Scale))
	}
	return types.TFloat8
}

// aggRule makes a call's result of accumulators.
type aggRule func(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error)

var aggRules map[string]aggRule

func init() { // a table of functions that lead back to it
	aggRules = map[string]aggRule{
		"count": aggCount, "sum": aggSum, "avg": aggAvg,
		"min": plainAgg(plan.AggMin), "max": plainAgg(plan.AggMax), "any_value": plainAgg(plan.AggAny),
		"bool_and": plainAgg(plan.AggBoolAnd), "bool_or": plainAgg(plan.AggBoolOr), "every": plainAgg(plan.AggBoolAnd),
		"stddev": deviation(true, true), "stddev_samp": deviation(true, true), "stddev_pop": deviation(false, true),
		"variance": deviation(true, false), "var_samp": deviation(true, false), "var_pop": deviation(false, false),
	}
}

func aggCount(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error) {
	if c.Star || len(c.Args) == 0 {
		return s.acc(plan.AggCountStar, nil, false), nil
	}
	return s.count(c.Args[0], c.Distinct), nil
}

// count is the number of non-NULL values: of rows, where arg is never NULL.
func (s *aggSplit) count(arg *algebra.Expr, distinct bool) *algebra.Expr {
	if !arg.Nullable && !distinct {
		return s.acc(plan.AggCountStar, nil, false)
	}
	return s.acc(plan.AggCount, arg, distinct)
}

func aggSum(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error) {
	arg, err := s.summand(c.Args[0])
	if err != nil {
		return nil, err
	}
	sum := s.acc(plan.AggSum, arg, c.Distinct)
	if arg.Type.Phys() != types.I128 { // 2^63 rows of 64 bits have no more than 38 digits
		return sum, nil
	}
	limit := &algebra.Expr{Kind: expr.Constant, Type: sum.Type, Const: types.MaxUnscaled(types.MaxPrecision).Datum()}
	return s.p.call("dec_check", sum.Type, sum, limit), nil
}

// summand gives REAL arguments the class that sums have.
func (s *aggSplit) summand(e *algebra.Expr) (*algebra.Expr, error) {
	if e.Type.Kind == types.Float4 {
		return s.p.cast(e, types.TFloat8)
	}
	return e, nil
}

// aggAvg is sum/count: truncated for integers, and at the sum's scale for decimals.
func aggAvg(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error) {
	arg, err := s.summand(c.Args[0])
	if err != nil {
		return nil, err
	}
	sum, n := s.acc(plan.AggSum, arg, c.Distinct), s.count(arg, c.Distinct)
	if sum.Type.Kind == types.Decimal { // unscaled: the quotient of integers cuts where the scale ends
		return s.p.call("div", sum.Type, sum, s.p.call("dec_widen", sum.Type, n)), nil
	}
	f, err := s.p.cast(n, types.TFloat8)
	if err != nil {
		return nil, err
	}
	return s.p.call("div", types.TFloat8, sum, f), nil
}

// plainAgg is an aggregate that is an accumulator itself, DISTINCT or not.
func plainAgg(fn plan.AggFn) aggRule {
	return func(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error) { return s.acc(fn, c.Args[0], false), nil }
}

// deviation is the variance (sample: over n-1) or its root. NULL if n is 0, or 1 for the sample forms.
// Integers and decimals are summed exactly.
func deviation(sample, root bool) aggRule {
	return func(s *aggSplit, c algebra.AggCall) (*algebra.Expr, error) {
		arg, scale := c.Args[0], 0
		switch {
		case arg.Type.Kind == types.Decimal:
			scale = int(arg.Type.Scale)
		default:
			wide := types.TFloat8
			if arg.Type.IsInteger() {
				wide = types.TInt8
			}
			var err error
			if arg, err = s.p.cast(arg, wide); err != nil {
				return nil, err
			}
		}
		less := int64(0)
		if sample {
			less = 1
		}
		int4 := func(n int64) *algebra.Expr { return algebra.Number(types.TInt4, n) }
		n, moments := s.count(arg, c.Distinct), s.acc(plan.AggMoments, arg, c.Distinct)
		value := s.p.call("variance", types.TFloat8, moments, int4(less), int4(int64(scale)))
		if root {
			value = s.p.call("sqrt", types.TFloat8, value)
		}
		enough := s.p.call("gt", types.TBool, n, algebra.Number(types.TInt8, less))
		return expr.Choose(enough, value, algebra.Null(types.TFloat8)), nil
	}
}
