package bind

import (
	"slices"
	"sort"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// between binds x BETWEEN lo AND hi as two comparisons.
func (b *binder) between(sc *scope, x *parse.BetweenExpr) (value, error) {
	es := []parse.Expr{x.Arg, x.Low, x.High}
	var vs [][]value
	var err error
	if asRow(x.Arg) != nil {
		vs, err = b.rows(sc, x.Pos, es...)
	} else {
		vs, err = b.singles(sc, es)
	}
	if err != nil {
		return value{}, err
	}
	within := func(lo, hi []value) (*algebra.Expr, error) {
		ge, err := b.compareRows(">=", vs[0], lo, x.Pos)
		if err != nil {
			return nil, err
		}
		le, err := b.compareRows("<=", vs[0], hi, x.Pos)
		if err != nil {
			return nil, err
		}
		return expr.AllOf([]*algebra.Expr{ge, le}), nil
	}
	e, err := within(vs[1], vs[2])
	if err != nil {
		return value{}, err
	}
	if x.Symmetric {
		o, err := within(vs[2], vs[1])
		if err != nil {
			return value{}, err
		}
		e = expr.AnyOf([]*algebra.Expr{e, o})
	}
	if x.Not {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}

// comparison binds l op r to an expression.
func (b *binder) comparison(op string, l, r value, at parse.Pos) (*algebra.Expr, error) {
	v, err := b.operator(op, []value{l, r}, at)
	if err != nil {
		return nil, err
	}
	return v.expr, nil
}

// in binds x IN (list): constants of one type become a list parameter, anything
// else a comparison of its own.
func (b *binder) in(sc *scope, x *parse.InExpr) (value, error) {
	if asRow(x.Arg) != nil {
		return b.rowIn(sc, x)
	}
	arg, err := b.operand(sc, x.Arg, "=")
	if err != nil {
		return value{}, err
	}
	items := make([]value, len(x.List))
	for i, e := range x.List {
		if items[i], err = b.operand(sc, e, "="); err != nil {
			return value{}, err
		}
	}
	return b.among(arg, items, x.Not, x.Pos)
}

// among binds arg [NOT] IN (items).
func (b *binder) among(arg value, items []value, not bool, at parse.Pos) (value, error) {
	if arg.expr != nil {
		arg.expr = b.settled(arg.expr)
		arg.typ = arg.expr.Type
	}
	var parts []*algebra.Expr
	hasNull := false
	var consts, rest []value
	for _, it := range items {
		switch {
		case it.lit != nil && it.lit.Null:
			hasNull = true
		case it.lit != nil && arg.lit == nil && (arg.typ.Fold || !arg.typ.OwnOrder()):
			consts = append(consts, it)
		default:
			rest = append(rest, it)
		}
	}
	if len(consts) == 1 { // an index or a zone map likes "=" better
		rest = append([]value{consts[0]}, rest...)
		consts = nil
	}
	if len(consts) > 0 {
		e, err := b.inList(arg, consts, at)
		if err != nil {
			return value{}, err
		}
		parts = append(parts, e)
	}
	for _, it := range rest {
		e, err := b.comparison("=", arg, it, at)
		if err != nil {
			return value{}, err
		}
		parts = append(parts, e)
	}
	if hasNull {
		parts = append(parts, algebra.Null(types.TBool))
	}
	e := expr.AnyOf(parts)
	if not {
		e = expr.Negate(e)
	}
	return boolean(e, at), nil
}

// inList binds x IN (constants): all are parsed as values of the type in which
// = would compare x with each of them.
func (b *binder) inList(arg value, consts []value, at parse.Pos) (*algebra.Expr, error) {
	var t types.Type
	for i, c := range consts {
		narrowInteger(&c, arg)
		consts[i] = c
		if i > 0 && c.typ == consts[i-1].typ {
			continue // compared alike
		}
		_, bd, err := b.fns.Resolve("=", []types.Type{arg.typ, c.typ}, []*types.Datum{nil, c.lit})
		if err != nil {
			return nil, b.place(err, at)
		}
		b.checkResolved("=", []value{{typ: arg.typ}, c}, bd)
		if i == 0 {
			t = bd.Args[0]
			continue
		}
		_, bd, err = b.fns.Resolve("=", []types.Type{t, bd.Args[0]}, []*types.Datum{nil, nil})
		if err != nil {
			return nil, b.place(err, at)
		}
		t = bd.Args[0]
	}
	left, err := b.coerce(arg, t, implicit)
	if err != nil {
		return nil, err
	}
	var list []types.Datum
	var remakes []algebra.Remake
	var others []*algebra.Expr
	for _, c := range consts {
		e, err := b.coerce(c, t, implicit)
		if err != nil {
			return nil, err
		}
		if e.Kind == expr.Parameter && e.Param == len(b.out.Params)-1 {
			p, made := b.out.TakeParam()
			list, remakes = append(list, p.Value), append(remakes, made)
			continue
		}
		eq, err := b.comparison("=", value{expr: left, typ: t, pos: at}, value{expr: e, typ: t, pos: at}, at)
		if err != nil {
			return nil, err
		}
		others = append(others, eq)
	}
	if len(list) > 0 {
		p := plan.Param{Type: listType(t), List: sortedSet(t, list), IsList: true}
		in := &algebra.Expr{Kind: expr.InList, Type: types.TBool, Nullable: left.Nullable,
			Param: b.out.AddParam(p, remadeList(t, remakes)),
			Args:  []*algebra.Expr{b.ordered(left)}}
		others = append([]*algebra.Expr{in}, others...)
	}
	return expr.AnyOf(others), nil
}

// listType is the type of the values in a list, of those that a value of type t is looked for in: keys, if it is
// compared by its key.
func listType(t types.Type) types.Type {
	if t.Fold {
		return t.KeyType()
	}
	return t
}

// sortedSet sorts a list and drops duplicates; strings lose trailing blanks,
// which never count in comparison. What is compared in any case becomes its keys.
func sortedSet(t types.Type, ds []types.Datum) []types.Datum {
	if t.Fold {
		for i := range ds {
			ds[i].S = types.FoldedKey(ds[i].S)
		}
	} else if t.Phys() == types.Str {
		for i := range ds {
			ds[i].S = types.TrimBlanks(ds[i].S)
		}
	}
	sort.Slice(ds, func(i, j int) bool { return types.Compare(t.Phys(), ds[i], ds[j]) < 0 })
	out := ds[:0]
	for i, d := range ds {
		if i == 0 || types.Compare(t.Phys(), out[len(out)-1], d) < 0 {
			out = append(out, d)
		}
	}
	return out
}

// like binds [NOT] LIKE, ILIKE and SIMILAR TO to the functions "like", "ilike" and "similar to", with the
// escape character as a third argument if it is given.
func (b *binder) like(sc *scope, x *parse.LikeExpr) (value, error) {
	es := []parse.Expr{x.Arg, x.Pattern}
	if x.Escape != nil {
		es = append(es, x.Escape)
	}
	vs, err := b.exprs(sc, es)
	if err != nil {
		return value{}, err
	}
	name := "like"
	switch {
	case x.Similar:
		name = "similar to"
	case x.FoldCase:
		name = "ilike"
	}
	v, err := b.resolve(name, vs, x.Pos)
	if err != nil {
		return value{}, err
	}
	if x.Not {
		v.expr = expr.Negate(v.expr)
	}
	return v, nil
}

func (b *binder) nullTest(sc *scope, x *parse.NullTest) (value, error) {
	if asRow(x.Arg) != nil {
		return b.rowNullTest(sc, x)
	}
	v, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	e, err := b.plain(v)
	if err != nil {
		return value{}, err
	}
	switch {
	case x.Not:
		return boolean(expr.TestNotNull(e), x.Pos), nil
	}
	return boolean(expr.TestNull(e), x.Pos), nil
}

// boolTest binds x IS [NOT] TRUE, FALSE, UNKNOWN.
func (b *binder) boolTest(sc *scope, x *parse.BoolTest) (value, error) {
	v, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	e, err := b.condition(v, "IS")
	if err != nil {
		return value{}, err
	}
	switch {
	case x.Kind == parse.IsUnknown:
		e = expr.TestNull(e)
	case x.Kind == parse.IsTrue:
		e = coalesce(e, algebra.Truth(false))
	default:
		e = expr.Negate(coalesce(e, algebra.Truth(true)))
	}
	if x.Not {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}

// coalesce gives e unless it is NULL; what cannot be NULL stays itself.
func coalesce(e, instead *algebra.Expr) *algebra.Expr {
	if !e.Nullable {
		return e
	}
	return &algebra.Expr{Kind: expr.Coalesce, Type: e.Type, Nullable: instead.Nullable, Args: []*algebra.Expr{e, instead}}
}

// distinctFrom binds l IS [NOT] DISTINCT FROM r: two NULLs are equal.
func (b *binder) distinctFrom(sc *scope, x *parse.DistinctExpr) (value, error) {
	if asRow(x.Left) != nil {
		return b.rowDistinct(sc, x)
	}
	vs, err := b.exprs(sc, []parse.Expr{x.Left, x.Right})
	if err != nil {
		return value{}, err
	}
	e, err := b.notDistinct(vs[0], vs[1], x.Pos)
	if err != nil {
		return value{}, err
	}
	if !x.Not {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}

// notDistinct is l IS NOT DISTINCT FROM r.
func (b *binder) notDistinct(l, r value, at parse.Pos) (*algebra.Expr, error) {
	same, err := b.resolve("is not distinct from", []value{l, r}, at)
	if err != nil {
		return nil, err
	}
	same.expr.Nullable = false
	return same.expr, nil
}

// remadeList is the set that constants of type t are in other statements; nil if that of one is not known.
func remadeList(t types.Type, remakes []algebra.Remake) algebra.Remake {
	if slices.ContainsFunc(remakes, func(r algebra.Remake) bool { return r == nil }) {
		return nil
	}
	return func(o *algebra.Other) (plan.Param, bool) {
		list := make([]types.Datum, len(remakes))
		for i, made := range remakes {
			p, ok := made(o)
			if !ok || p.Type != t {
				return plan.Param{}, false
			}
			list[i] = p.Value
		}
		return plan.Param{Type: listType(t), List: sortedSet(t, list), IsList: true}, true
	}
}
