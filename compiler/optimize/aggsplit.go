package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// accum is one elementary accumulator of an aggregation.
type accum struct {
	id  algebra.ColumnID
	fn  *fn.Accumulator
	arg *algebra.Expr // nil for count(*)
	out plan.Column
	// distinct is of what each value counts once, nil if every row does. arg is made of it alone; fed in the second
	// level only.
	distinct *algebra.Expr
}

// aggSplit makes accumulators of SQL's aggregates, equal ones once.
type aggSplit struct {
	p       *planner
	grouped bool
	accs    []*accum
	byKey   map[accumKey]*accum
	shifts  map[int]bool // expressions, by number, of whose accumulators those of their shifts are made
}

// accumKey is what two accumulators have in common that are one.
type accumKey struct {
	fn            *fn.Accumulator
	distinct, arg int // their numbers, 0 for none
}

// split returns for each call the expression, over the accumulators' ids, that is its result.
func (s *aggSplit) split(calls []algebra.AggCall) ([]*algebra.Expr, error) {
	s.findShifts(calls)
	out := make([]*algebra.Expr, len(calls))
	for i, c := range calls {
		f := &finisher{s: s}
		if c.Distinct && !c.Fn.IgnoresDuplicates {
			f.distinct = c.Args[0]
		}
		args := make([]fn.Term, len(c.Args))
		for i, a := range c.Args {
			args[i] = a
		}
		r, err := c.Fn.Finish(f, args)
		if err != nil {
			return nil, err
		}
		if out[i], err = s.p.cast(term(r), c.Type); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// acc is a reference to the accumulator fn(arg).
func (s *aggSplit) acc(f *fn.Accumulator, arg, distinct *algebra.Expr) *algebra.Expr {
	key := accumKey{fn: f}
	if arg != nil {
		key.arg = s.p.numbers.Of(arg)
	}
	if distinct != nil {
		key.distinct = s.p.numbers.Of(distinct)
	}
	a := s.byKey[key]
	if a == nil || arg != nil && arg.Volatile() {
		a = &accum{id: s.p.st.Fresh(), fn: f, arg: arg, distinct: distinct}
		a.out = accColumn(f, arg, s.grouped)
		s.byKey[key] = a
		s.accs = append(s.accs, a)
	}
	return expr.Col(a.id, a.out.Type, a.out.Nullable)
}

// accColumn is an accumulator's result column: NULL only if there may be no
// value, that is without a group or with NULL arguments.
func accColumn(f *fn.Accumulator, arg *algebra.Expr, grouped bool) plan.Column {
	t := types.TUnknown
	if arg != nil {
		t = arg.Type
	}
	return plan.Column{Name: f.Name, Type: f.Type(t), Nullable: !f.NeverNull && (arg == nil || arg.Nullable || !grouped)}
}

// finisher makes the result of one call: fn.Finisher. Terms are expressions over accumulators' ids, or rows' columns.
type finisher struct {
	s        *aggSplit
	distinct *algebra.Expr
}

func term(x fn.Term) *algebra.Expr { return x.(*algebra.Expr) }

func (f *finisher) Type(x fn.Term) types.Type { return term(x).Type }

func (f *finisher) Accumulate(name string, x fn.Term) fn.Term {
	if x == nil {
		return f.s.acc(f.s.p.env.Fn.Accumulator(name), nil, nil)
	}
	if of, ok := f.shifted(name, term(x)); ok {
		return of
	}
	return f.s.acc(f.s.p.env.Fn.Accumulator(name), term(x), f.distinct)
}

// Count: where no value is NULL it is the number of rows.
func (f *finisher) Count(x fn.Term) fn.Term {
	if of, ok := f.shifted("", term(x)); ok {
		return of
	}
	if !term(x).Nullable && f.distinct == nil {
		x = nil
	}
	return f.Accumulate("count", x)
}

func (f *finisher) Cast(x fn.Term, to types.Type) (fn.Term, error) { return f.s.p.cast(term(x), to) }

func (f *finisher) Call(op string, ret types.Type, args ...fn.Term) fn.Term {
	es := make([]*algebra.Expr, len(args))
	for i, a := range args {
		es[i] = term(a)
	}
	return f.s.p.call(op, ret, es...)
}

func (f *finisher) Const(t types.Type, d types.Datum) fn.Term {
	return &algebra.Expr{Kind: expr.Constant, Type: t, Nullable: d.Null, Const: d}
}

func (f *finisher) Case(cond, a, b fn.Term) fn.Term {
	return expr.Choose(term(cond), term(a), term(b))
}
