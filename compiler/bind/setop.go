package bind

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// setQuery binds UNION, INTERSECT or EXCEPT, and the ORDER BY and LIMIT behind.
func (b *binder) setQuery(q *parse.Query, env around) (*result, error) {
	r, err := b.setOperation(q.Set, q.Pos, env)
	if err != nil {
		return nil, err
	}
	return b.orderedResult(r, q, env, func(o parse.OrderItem) error {
		if c, ok := o.Expr.(*parse.ColumnRef); ok && len(c.Parts) == 1 && !c.Star {
			for i := range r.cols {
				if r.cols[i].name == c.Parts[0] {
					return nil
				}
			}
			return b.errorAt(c.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", c.Parts[0])
		}
		if _, ok := o.Expr.(*parse.Literal); ok {
			return nil
		}
		return b.errorAt(o.Expr.At(), sqlerr.FeatureNotSupported,
			"invalid UNION/INTERSECT/EXCEPT ORDER BY clause").(*sqlerr.Error).
			WithDetail("Only result column names can be used, not expressions or functions.").
			WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
	})
}

// orderedResult puts the ORDER BY, LIMIT and OFFSET of q behind r, which has no select list. allowed says whether an
// item may stand there; nil: any.
func (b *binder) orderedResult(r *result, q *parse.Query, env around,
	allowed func(parse.OrderItem) error) (*result, error) {
	if len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil {
		return r, nil
	}
	for _, o := range q.OrderBy {
		if allowed != nil {
			if err := allowed(o); err != nil {
				return nil, err
			}
		}
	}
	s := &selection{b: b, q: &parse.Query{Pos: q.Pos, OrderBy: q.OrderBy, Limit: q.Limit, Ties: q.Ties, Offset: q.Offset},
		node: r.node, agg: newAggregation(b), sc: &scope{env: env}}
	for i := range r.cols {
		c := &r.cols[i]
		s.sc.visible = append(s.sc.visible, c)
		s.exprs, s.names = append(s.exprs, b.ref(c, nil)), append(s.names, c.name)
		s.targets = append(s.targets, target{Pos: q.Pos, Expr: &starExpr{q.Pos, c}, Alias: c.name})
	}
	if err := s.orderBy(s.sc.with("ORDER BY")); err != nil {
		return nil, err
	}
	return s.build()
}

// setOperation binds the arms of o and what is made of their rows. UNIONs of UNIONs are one with many arms.
func (b *binder) setOperation(o *parse.SetOperation, at parse.Pos, env around) (*result, error) {
	arms := []*parse.Query{o.Left, o.Right}
	for o.Kind == parse.Union {
		l := arms[0]
		if l.Set == nil || l.Set.Kind != parse.Union || l.Set.All != o.All || bare(l) {
			break
		}
		arms = append([]*parse.Query{l.Set.Left, l.Set.Right}, arms[1:]...)
	}
	rs := make([]*result, len(arms))
	for i, q := range arms {
		var err error
		if err = b.step(q.Pos); err != nil {
			return nil, err
		}
		arm := func() error {
			rs[i], err = b.query(q, env)
			return err
		}
		if o.Kind == parse.Union {
			err = arm()
		} else {
			err = b.withoutRecursion(env, o.Kind.String(), arm)
		}
		if err != nil {
			return nil, err
		}
	}
	cols, err := b.unify(o, arms, rs)
	if err != nil {
		return nil, err
	}
	if !o.All || o.Kind != parse.Union {
		if err := b.equatedAll(cols, at); err != nil {
			return nil, err
		}
	}
	if o.Kind != parse.Union {
		return b.compared(o, rs, cols), nil
	}
	u := &algebra.Union{Cols: cols}
	for _, r := range rs {
		u.In = append(u.In, r.node)
	}
	if o.All {
		return resultOf(u), nil
	}
	return resultOf(b.distinct(u)), nil
}

// bare reports whether q has clauses of its own around its set operation.
func bare(q *parse.Query) bool {
	return len(q.With.Items) > 0 || len(q.OrderBy) > 0 || q.Limit != nil || q.Offset != nil
}

// resultOf is n with its columns' names.
func resultOf(n algebra.Node) *result {
	r := &result{node: n}
	for _, c := range n.Columns() {
		r.cols = append(r.cols, column{name: c.Name, id: c.ID, typ: c.Type, nullable: c.Nullable})
	}
	return r
}

// copied is n's columns cols under ids of their own.
func (b *binder) copied(n algebra.Node, cols []algebra.Column) *algebra.Project {
	p := &algebra.Project{In: n, Exprs: algebra.Refs(cols), Cols: slices.Clone(cols)}
	for i := range p.Cols {
		p.Cols[i].ID = b.newID()
		b.renamed(cols[i].ID, p.Cols[i].ID)
	}
	return p
}

// armColumn is column i of an arm: a literal that has no type yet is what the other arms make of it.
func (b *binder) armColumn(r *result, i int, at parse.Pos) value {
	if lit := r.cols[i].lit; lit != nil {
		return *lit
	}
	return b.column(&r.cols[i], at)
}

// unify gives the arms of a set operation columns of common types, and makes the columns of the whole.
func (b *binder) unify(o *parse.SetOperation, arms []*parse.Query, rs []*result) ([]algebra.Column, error) {
	width := len(rs[0].cols)
	for i, r := range rs {
		if len(r.cols) != width {
			return nil, b.errorAt(arms[i].Pos, sqlerr.SyntaxError, "each %s query must have the same number of columns", o.Kind)
		}
	}
	cols := make([]algebra.Column, width)
	casts := make([][]*algebra.Expr, len(rs))
	for i := range cols {
		vs := make([]value, len(rs))
		for k, r := range rs {
			vs[k] = b.armColumn(r, i, arms[k].Pos)
		}
		t, err := b.common(vs, o.Kind.String())
		if err != nil {
			return nil, err
		}
		c := algebra.Column{ID: b.newID(), Name: rs[0].cols[i].name, Type: t}
		neutral := true
		for k := range rs {
			e, err := b.coerce(vs[k], t, implicit)
			if err != nil {
				return nil, err
			}
			casts[k] = append(casts[k], e)
			c.Nullable = c.Nullable || e.Nullable
			neutral = neutral && b.collation(e) == noCollation
		}
		if cols[i] = c; neutral {
			b.keepNeutral(c.ID, casts[0][i])
		}
	}
	for k, r := range rs {
		r.node = b.recast(r, casts[k])
	}
	return cols, nil
}

// recast is r with exprs as its columns: what they change nothing of stays as it is.
func (b *binder) recast(r *result, exprs []*algebra.Expr) algebra.Node {
	same := true
	for i, e := range exprs {
		same = same && e.Kind == expr.Column && e.Col == r.cols[i].id
	}
	if same {
		return r.node
	}
	p := &algebra.Project{In: r.node, Exprs: exprs}
	for i, e := range exprs {
		p.Cols = append(p.Cols, algebra.Column{ID: b.newID(), Name: r.cols[i].name, Type: e.Type, Nullable: e.Nullable})
		b.keepNeutral(p.Cols[i].ID, e)
	}
	return p
}

// setWords are what EXPLAIN calls set operations that are groupings, without and with ALL.
var setWords = map[parse.SetKind]map[bool]string{
	parse.Intersect: {false: "Hash Intersect Distinct", true: "Hash Intersect All"},
	parse.Except:    {false: "SetOp Except", true: "SetOp Except All"},
}

// compared binds INTERSECT and EXCEPT: rows that are the same are a group (NULLs too), which knows how many of them
// came from the left and from the right.
func (b *binder) compared(o *parse.SetOperation, rs []*result, cols []algebra.Column) *result {
	u := &algebra.Union{}
	for _, c := range cols {
		c.ID = b.newID()
		u.Cols = append(u.Cols, c)
	}
	sides := [2]algebra.Column{}
	for i := range sides {
		sides[i] = algebra.Column{ID: b.newID(), Name: [...]string{"left", "right"}[i], Type: types.TInt4, Nullable: true}
	}
	u.Cols = append(u.Cols, sides[:]...)
	for i, r := range rs {
		p := b.copied(r.node, r.node.Columns())
		for k, c := range sides {
			mark := algebra.Null(types.TInt4)
			if k == i {
				mark = algebra.Number(types.TInt4, 1)
			}
			c.ID, c.Nullable = b.newID(), k != i
			p.Exprs, p.Cols = append(p.Exprs, mark), append(p.Cols, c)
		}
		u.In = append(u.In, p)
	}
	agg := &algebra.Aggregate{In: u, SetOp: setWords[o.Kind][o.All]}
	for i, c := range cols { // where equal values may differ, any of the left side's
		key := b.ordered(u.Cols[i].Ref())
		if agg.Keys = append(agg.Keys, key); key.Type != c.Type {
			c.ID, c.Type = b.newID(), key.Type
		}
		agg.Cols = append(agg.Cols, c)
	}
	for i, c := range cols {
		if c.Type.OwnOrder() {
			ofLeft := expr.Choose(expr.TestNotNull(sides[0].Ref()), u.Cols[i].Ref(), algebra.Null(c.Type))
			agg.Aggs = append(agg.Aggs, algebra.AggCall{Fn: b.fns.Aggregate("any_value"), Type: c.Type,
				Args: []*algebra.Expr{ofLeft}})
			agg.Cols = append(agg.Cols, c)
		}
	}
	count := b.fns.Aggregate("count")
	var counts [2]algebra.Column
	for i, c := range sides {
		counts[i] = algebra.Column{ID: b.newID(), Name: "count", Type: types.TInt8}
		agg.Aggs = append(agg.Aggs, algebra.AggCall{Fn: count, Args: []*algebra.Expr{c.Ref()}, Type: types.TInt8})
		agg.Cols = append(agg.Cols[:len(agg.Cols):len(agg.Cols)], counts[i])
	}
	call := func(op string, t types.Type, x, y *algebra.Expr) *algebra.Expr {
		return expr.CallOf(b.fns.Op(op), t, nil, x, y)
	}
	left, right, zero := counts[0].Ref(), counts[1].Ref(), algebra.Number(types.TInt8, 0)
	var chosen algebra.Node
	switch {
	case o.All && o.Kind == parse.Intersect: // as often as on the side that has fewer
		chosen = algebra.NewExpand(agg, call("least", types.TInt8, left, right), "copy", b.newID())
	case o.All: // what the right side leaves; a count below 1 leaves nothing
		chosen = algebra.NewExpand(agg, call("sub", types.TInt8, left, right), "copy", b.newID())
	case o.Kind == parse.Intersect:
		chosen = algebra.Where(agg, []*algebra.Expr{call("gt", types.TBool, left, zero),
			call("gt", types.TBool, right, zero)})
	default:
		chosen = algebra.Where(agg, []*algebra.Expr{call("gt", types.TBool, left, zero),
			call("eq", types.TBool, right, zero)})
	}
	return resultOf(b.copied(chosen, cols))
}
