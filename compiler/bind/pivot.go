package bind

import (
	"cmp"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// pivot binds input PIVOT (aggregates FOR column IN (values)): a grouping by all columns of the input that it does not
// name, with each aggregate over the rows of each value. NULL is a value like others.
func (b *binder) pivot(x *parse.PivotRef, env around, before *scope) (algebra.Node, *scope, error) {
	node, sc, err := b.tableExpr(x.Input, env, before)
	if err != nil {
		return nil, nil, err
	}
	sc.env = env
	named := map[*column]bool{}
	for _, e := range append([]parse.PivotItem{{Expr: x.For}}, x.Aggs...) {
		if err := b.namedColumns(sc, e.Expr, named); err != nil {
			return nil, nil, err
		}
	}
	q := &parse.Query{Pos: x.Pos}
	for _, c := range sc.visible {
		if !named[c] {
			star := &starExpr{x.Pos, c}
			q.Targets = append(q.Targets, parse.Target{Pos: x.Pos, Expr: star, Alias: c.name})
			q.GroupBy = append(q.GroupBy, star)
		}
	}
	for _, v := range x.Values {
		for _, a := range x.Aggs {
			t, err := b.pivoted(x, a, v)
			if err != nil {
				return nil, nil, err
			}
			q.Targets = append(q.Targets, t)
		}
	}
	s := &selection{b: b, q: q, sc: sc, targets: q.Targets, node: node}
	r, err := s.bind()
	if err != nil {
		return nil, nil, err
	}
	return b.reshaped(r, x.Input, x.Alias, x.Columns, x.Pos)
}

// namedColumns adds the columns that e names.
func (b *binder) namedColumns(sc *scope, e parse.Expr, to map[*column]bool) error {
	var err error
	visit(e, func(r *parse.ColumnRef) {
		c, bad := b.columnRef(sc, r)
		if c == nil && bad == nil {
			bad = b.noColumn(sc, r)
		}
		err = cmp.Or(err, bad)
		to[c] = true
	})
	return err
}

// pivoted is the column of an aggregate over the rows of one value.
func (b *binder) pivoted(x *parse.PivotRef, a, v parse.PivotItem) (target, error) {
	f, ok := a.Expr.(*parse.FuncCall)
	if !ok || !builtIn(f) || b.fns.Aggregate(f.Name) == nil || f.Over != nil {
		return target{}, b.errorAt(a.At(), sqlerr.SyntaxError, "PIVOT takes calls of aggregate functions")
	}
	var refs *parse.ColumnRef
	visit(v.Expr, func(r *parse.ColumnRef) { refs = r })
	if refs != nil {
		return target{}, b.unsupported(refs.Pos, "a column in the IN list of PIVOT")
	}
	own := *f
	own.Filter = &parse.DistinctExpr{Pos: v.At(), Left: x.For, Right: v.Expr, Not: true}
	if f.Filter != nil {
		own.Filter = &parse.LogicExpr{Pos: v.At(), Op: parse.And, Args: []parse.Expr{own.Filter, f.Filter}}
	}
	name := v.Name
	if name == "" {
		name, _ = b.figureName(v.Expr)
		if l, ok := v.Expr.(*parse.Literal); ok {
			name = cmp.Or(l.Text, "null")
			b.exactText(l)
		}
	}
	if of := a.Name; of != "" || len(x.Aggs) > 1 {
		name += "_" + cmp.Or(of, b.fns.Shown(f.Name))
	}
	return target{Pos: v.At(), Expr: &own, Alias: cmp.Or(name, "?column?")}, nil
}

// unpivot binds input UNPIVOT (value FOR name IN (columns)): each row comes once for each of the columns, with its name
// and value in their place.
func (b *binder) unpivot(x *parse.UnpivotRef, env around, before *scope) (algebra.Node, *scope, error) {
	node, sc, err := b.tableExpr(x.Input, env, before)
	if err != nil {
		return nil, nil, err
	}
	sc.env = env
	number := b.newID()
	turned := map[*column]bool{}
	values := make([]value, len(x.From))
	names := make([]string, len(x.From))
	longest := 1
	for i, it := range x.From {
		r, ok := it.Expr.(*parse.ColumnRef)
		if !ok || r.Star {
			return nil, nil, b.errorAt(it.At(), sqlerr.SyntaxError, "UNPIVOT takes names of columns")
		}
		c, err := b.columnRef(sc, r)
		if err == nil && c == nil {
			err = b.noColumn(sc, r)
		}
		if err != nil {
			return nil, nil, err
		}
		turned[c] = true
		values[i] = b.column(c, r.Pos)
		names[i] = cmp.Or(it.Name, c.name)
		longest = max(longest, len(names[i]))
	}
	t, err := b.common(values, "UNPIVOT")
	if err != nil {
		return nil, nil, err
	}
	es, err := b.coerceAll(values, t)
	if err != nil {
		return nil, nil, err
	}
	labels := make([]*algebra.Expr, len(names))
	for i, n := range names {
		labels[i] = b.hoistSame(types.TVarchar(longest), types.String(n))
	}
	copies := algebra.NewExpand(node, algebra.Number(types.TInt8, int64(len(es))), "column", number)
	proj := &algebra.Project{In: copies}
	r := &result{node: proj}
	add := func(name string, e *algebra.Expr) algebra.Column {
		c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable}
		proj.Exprs, proj.Cols = append(proj.Exprs, e), append(proj.Cols, c)
		r.cols = append(r.cols, column{name: name, id: c.ID, typ: c.Type, nullable: c.Nullable})
		return c
	}
	for _, c := range sc.visible {
		if !turned[c] {
			add(c.name, b.ref(c, nil))
		}
	}
	add(x.Name, b.numbered(copies.Number, labels))
	v := add(x.Value, b.numbered(copies.Number, es))
	if !x.Nulls {
		r.node = algebra.Where(proj, []*algebra.Expr{expr.TestNotNull(v.Ref())})
	}
	return b.reshaped(r, x.Input, x.Alias, x.Columns, x.Pos)
}

// numbered is es[n] in the copy of number n.
func (b *binder) numbered(number algebra.Column, es []*algebra.Expr) *algebra.Expr {
	last := es[len(es)-1]
	if len(es) == 1 {
		return last
	}
	out := &algebra.Expr{Kind: expr.Case, Type: last.Type}
	for i, e := range es[:len(es)-1] {
		is := expr.CallOf(b.fns.Op("eq"), types.TBool, nil, number.Ref(), algebra.Number(types.TInt8, int64(i)))
		out.Args = append(out.Args, is, e)
	}
	out.Args = append(out.Args, last)
	out.Nullable = slices.ContainsFunc(es, func(e *algebra.Expr) bool { return e.Nullable })
	return out
}

// reshaped is the scope of what PIVOT or UNPIVOT makes of input: under its own alias, else under the input's.
func (b *binder) reshaped(r *result, input parse.TableExpr, alias string, names []string, at parse.Pos) (algebra.Node,
	*scope, error) {
	switch x := input.(type) {
	case *parse.TableRef:
		alias = cmp.Or(alias, x.Alias, x.Name)
	case *parse.SubqueryRef:
		alias = cmp.Or(alias, x.Alias)
	}
	sc, err := b.derived(r, alias, names, at)
	return r.node, sc, err
}
