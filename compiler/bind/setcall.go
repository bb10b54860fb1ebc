package bind

import (
	"cmp"
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// setCalls collects the calls of functions of several rows in a select list or an item of FROM: they make copies of
// each row (Expand), as many as the longest of them has rows, and a call is an expression over the copy's number.
type setCalls struct {
	b       *binder
	number  algebra.ColumnID
	several bool // there may be others: a call's value is NULL where it has no more rows
	calls   []*algebra.Expr
	counts  []*algebra.Expr
}

// setCallsIn are the set calls of expressions that are not bound yet, nil if there are none.
func (b *binder) setCallsIn(es []parse.Expr) *setCalls {
	n := 0
	for _, e := range es {
		visit(e, func(f *parse.FuncCall) {
			if builtIn(f) && b.fns.Set(f.Name) {
				n++
			}
		})
	}
	if n == 0 {
		return nil
	}
	return &setCalls{b: b, number: b.newID(), several: n > 1}
}

func (s *setCalls) ref() *algebra.Expr { return expr.Col(s.number, types.TInt8, false) }

// setCall binds a call of a function of several rows.
func (b *binder) setCall(sc *scope, f *parse.FuncCall) (value, error) {
	s := sc.sets
	switch {
	case sc.agg != nil && sc.agg.inside:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported,
			"aggregate function calls cannot contain set-returning function calls")
	case s == nil:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported, "set-returning functions are not allowed in %s",
			cmp.Or(sc.noSets, "this context"))
	}
	args, err := b.arguments(sc.withoutSets("the arguments of one"), f)
	if err != nil {
		return value{}, err
	}
	row, bd, err := b.overload(f.Name, args, f.Pos)
	if err != nil {
		return value{}, err
	}
	if args, err = b.collate(&bd, args, f.Pos); err != nil {
		return value{}, err
	}
	es := make([]*algebra.Expr, len(args))
	for i, t := range bd.Args {
		if es[i], err = b.coerce(args[i], t, implicit); err != nil {
			return value{}, err
		}
	}
	count := b.call(fn.Bound{Op: row.Set.Count, Ret: types.TInt8, Extra: bd.Extra, Zoned: bd.Zoned}, es)
	e := b.call(bd, append([]*algebra.Expr{s.ref()}, es...))
	e, ok := s.add(e, count)
	if !ok {
		return value{}, b.unsupported(f.Pos, "a set-returning function in ORDER BY that is not in the select list")
	}
	return value{expr: e, typ: bd.Ret, pos: f.Pos}, nil
}

// add enters a call, of so many rows, and gives its value; false if it is one more than there were to be.
func (s *setCalls) add(e, count *algebra.Expr) (*algebra.Expr, bool) {
	if !slices.ContainsFunc(s.calls, func(o *algebra.Expr) bool { return s.b.equal(o, e) }) {
		s.calls, s.counts = append(s.calls, e), append(s.counts, count)
	}
	if !s.several {
		return e, len(s.calls) == 1
	}
	return expr.Choose(s.reaches(count), e, algebra.Null(e.Type)), true
}

// reaches reports whether a copy's number is one of count.
func (s *setCalls) reaches(count *algebra.Expr) *algebra.Expr {
	return expr.CallOf(s.b.fns.Op("lt"), types.TBool, nil, s.ref(), count)
}

// over makes the copies of in's rows.
func (s *setCalls) over(in algebra.Node) *algebra.Expand {
	count := s.counts[0]
	for _, c := range s.counts[1:] {
		count = expr.CallOf(s.b.fns.Op("greatest"), types.TInt8, nil, count, c)
	}
	return algebra.NewExpand(in, count, "row", s.number)
}

// withoutSets returns a copy of s in which what forbids functions of several rows.
func (s *scope) withoutSets(what string) *scope {
	c := *s
	c.sets, c.noSets = nil, what
	return &c
}
