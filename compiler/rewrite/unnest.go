package rewrite

import (
	"maps"
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// unnestSubqueries turns subqueries in expressions into joins, so that no expression holds a relation and no relation
// reads columns of rows around it (Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015):
//
//	select(any(u, u.k = t.k))(t)              →  semi join(u.k = t.k)(t, u)
//	project(scalar(max(u.b), u.k = t.k))(t)   →  project(max)(left join(k = t.k)(t, aggregate(k, max(b))(u)))
//
// What stands outside goes first: a subquery of a subquery then reads columns of one row around it alone. Where the
// conditions that tie the subquery to the row can be asked above it, they become the join's (unnest_pull.go). Where
// they cannot, the subquery is computed for all distinct bindings of its free columns at once (unnest_push.go). What
// takes the place of the expression is in unnest_value.go.
func unnestSubqueries(r *run) {
	defs, now := r.st.Defs, map[int]int{}
	r.st.Defs = nil
	u := &unnester{r, map[algebra.ColumnID]bool{}}
	for i, d := range defs {
		root := u.node(renumbered(d.Root, now))
		now[i] = u.define(d.Name, root)
	}
	r.st.Root = u.node(renumbered(r.st.Root, now))
	inlineSingles(r)
}

type unnester struct {
	r *run
	// asked are the columns of subqueries whose place has been taken.
	asked map[algebra.ColumnID]bool
}

// node is n without subqueries in it or below.
func (u *unnester) node(n algebra.Node) algebra.Node {
	switch x := n.(type) {
	case *algebra.Join:
		if x.Lateral {
			n = u.lateral(x)
		}
	case *algebra.Aggregate:
		n = u.valuesOnce(x)
	}
	n = algebra.MapInputs(n, u.node)
	if !holdsRelations(n) {
		return n
	}
	switch x := n.(type) {
	case *algebra.Select:
		return u.selection(x)
	case *algebra.Join:
		return u.joinConditions(x)
	case *algebra.Values:
		return u.node(u.rows(x))
	}
	in := n.Inputs()[0]
	n = n.MapExprs(func(e *algebra.Expr) *algebra.Expr { return u.expr(&in, e, nil) })
	return n.WithInputs([]algebra.Node{in})
}

// valuesOnce computes below n the different values that an aggregate sorts, if they ask subqueries: what they are
// sorted by is made of them, not of other answers.
//
//	aggregate(array_agg(distinct x, key(x)))(t)  →  aggregate(array_agg(distinct v, key(v)))(project(x as v)(t))
func (u *unnester) valuesOnce(n *algebra.Aggregate) *algebra.Aggregate {
	out := *n
	out.Aggs = slices.Clone(n.Aggs)
	for i := range out.Aggs {
		call := &out.Aggs[i]
		if !call.Distinct || !call.Fn.Ordered || !holdsRelation(call.Args[0]) {
			continue
		}
		x := call.Args[0]
		v := u.beside(&out.In, "value", x)
		call.Args = slices.Clone(call.Args)
		for k, arg := range call.Args {
			call.Args[k] = arg.Map(func(e *algebra.Expr) *algebra.Expr {
				if u.r.numbers.Same(e, x) {
					return v.Ref()
				}
				return nil
			})
		}
	}
	return &out
}

// beside computes e beside the columns of in, and gives the column.
func (u *unnester) beside(in *algebra.Node, name string, e *algebra.Expr) algebra.Column {
	c := algebra.Column{ID: u.r.st.Fresh(), Name: name, Type: e.Type, Nullable: e.Nullable}
	cols := slices.Clip((*in).Columns())
	*in = &algebra.Project{In: *in, Exprs: append(algebra.Refs(cols), e), Cols: append(cols, c)}
	return c
}

func holdsRelations(n algebra.Node) bool {
	found := false
	n.EachExpr(func(e *algebra.Expr) { found = found || holdsRelation(e) })
	return found
}

func holdsRelation(e *algebra.Expr) bool {
	found := false
	e.Walk(func(x *algebra.Expr) { found = found || x.Rel != nil })
	return found
}

// selection replaces the subqueries of a selection, those that are conjuncts by joins that keep rows or not. What
// asks no subquery is asked first.
func (u *unnester) selection(n *algebra.Select) algebra.Node {
	plain, asking := apart(n.Preds)
	in := algebra.Where(n.In, plain)
	for _, e := range asking {
		switch {
		case e.Kind == expr.Any:
			in = u.filter(algebra.Semi, in, e)
		case e.Kind == expr.Not && e.Args[0].Kind == expr.Any && !e.Args[0].Nullable:
			in = u.filter(algebra.Anti, in, e.Args[0])
		default:
			e = u.expr(&in, wanted(e), nil)
			in = algebra.Where(in, expr.Conjuncts(e))
		}
	}
	return in
}

// apart are those of es that ask no subquery, and the others.
func apart(es []*algebra.Expr) (plain, asking []*algebra.Expr) {
	for _, e := range es {
		if holdsRelation(e) {
			asking = append(asking, e)
		} else {
			plain = append(plain, e)
		}
	}
	return plain, asking
}

// expr is e without subqueries, whose values are columns of in, to which what computes them is added. guards are
// what must be true of a row for e to be evaluated for it.
func (u *unnester) expr(in *algebra.Node, e *algebra.Expr, guards []*algebra.Expr) *algebra.Expr {
	if !holdsRelation(e) {
		return e
	}
	var own []*algebra.Expr // guards of the arguments that follow
	arg := func(a *algebra.Expr) *algebra.Expr {
		return u.expr(in, a, append(guards[:len(guards):len(guards)], own...))
	}
	args := make([]*algebra.Expr, len(e.Args))
	switch e.Kind {
	case expr.Any:
		return u.mark(in, u.own(e), guards)
	case expr.Scalar:
		return u.scalar(in, u.own(e), guards)
	case expr.Case:
		for i := 0; i+1 < len(e.Args); i += 2 {
			args[i] = arg(wanted(e.Args[i]))
			before := own
			own = append(own[:len(own):len(own)], args[i])
			args[i+1] = arg(e.Args[i+1])
			own = append(before[:len(before):len(before)], isFalse(args[i], false))
		}
		args[len(args)-1] = arg(e.Args[len(args)-1])
	case expr.And, expr.Or, expr.Coalesce:
		for i, a := range e.Args {
			args[i] = arg(a)
			switch e.Kind {
			case expr.And: // evaluated where no earlier argument is false
				own = append(own, expr.Negate(isFalse(args[i], true)))
			case expr.Or:
				own = append(own, isFalse(args[i], false))
			default:
				own = append(own, expr.TestNull(args[i]))
			}
		}
	default:
		for i, a := range e.Args {
			args[i] = arg(a)
		}
	}
	c := *e
	c.Args = args
	return &c
}

// wanted is e for whoever asks whether it is true: of subqueries in it NULL is then as good as false.
func wanted(e *algebra.Expr) *algebra.Expr {
	switch e.Kind {
	case expr.And, expr.Or:
		return e.MapArgs(wanted)
	case expr.Any:
		c := *e
		c.Nullable = false
		return &c
	}
	return e
}

// own is e, which asks a subquery, with columns of its own if the same one was asked before: the binder lets a
// comparison of rows, BETWEEN and others hold an operand more than once, each time evaluated for other rows.
func (u *unnester) own(e *algebra.Expr) *algebra.Expr {
	s := e.Rel.(*algebra.Subquery)
	again := false
	for _, c := range s.Root.Columns() {
		again = again || u.asked[c.ID]
		u.asked[c.ID] = true
	}
	if !again {
		return e
	}
	root, by := u.r.copied(s.Root)
	cond := s.Cond
	if cond != nil {
		cond = cond.Substitute(by)
	}
	c := *e
	c.Rel = algebra.NewSubquery(root, cond)
	return &c
}

// isFalse is true where e is false, or, of NULL as unknown says, where it is that.
func isFalse(e *algebra.Expr, unknown bool) *algebra.Expr {
	if e.Nullable {
		e = &algebra.Expr{Kind: expr.Coalesce, Type: e.Type, Args: []*algebra.Expr{e, algebra.Truth(unknown)}}
	}
	return expr.Negate(e)
}

// rows makes rows with subqueries projections of the row without columns.
func (u *unnester) rows(n *algebra.Values) algebra.Node {
	one := func(row []*algebra.Expr, cols []algebra.Column) algebra.Node {
		return &algebra.Project{In: &algebra.Values{Rows: [][]*algebra.Expr{{}}}, Exprs: row, Cols: cols}
	}
	if len(n.Rows) == 1 {
		return one(n.Rows[0], n.Cols)
	}
	out := &algebra.Union{Cols: n.Cols}
	for _, row := range n.Rows {
		out.In = append(out.In, one(row, u.fresh(n.Cols)))
	}
	return out
}

// fresh are columns like cols with ids of their own.
func (u *unnester) fresh(cols []algebra.Column) []algebra.Column {
	out := slices.Clone(cols)
	for i := range out {
		out[i].ID = u.r.st.Fresh()
	}
	return out
}

// joinConditions replaces the subqueries in a join's conditions: of an inner join they are asked behind it, of
// another one on the side that they read.
func (u *unnester) joinConditions(n *algebra.Join) algebra.Node {
	plain, asking := apart(n.On)
	if n.Kind == algebra.Inner {
		return u.selection(&algebra.Select{In: n.WithOn(plain), Preds: asking})
	}
	left, right := algebra.IDsOf(n.Left.Columns()), algebra.IDsOf(n.Right.Columns())
	out := *n
	out.On = plain
	var both []*algebra.Expr
	for _, e := range asking {
		switch {
		case !left.Meets(e) && n.Kind == algebra.Full: // rows that it is not true for are kept, too
			out.On = append(out.On, u.expr(&out.Right, wanted(e), nil))
		case !left.Meets(e):
			out.Right = u.selection(&algebra.Select{In: out.Right, Preds: []*algebra.Expr{e}})
		case !right.Meets(e):
			out.On = append(out.On, u.expr(&out.Left, wanted(e), nil))
		default:
			both = append(both, e)
		}
	}
	if len(both) == 0 {
		return &out
	}
	if n.Kind == algebra.Full {
		return u.fullJoinByRow(&out, both)
	}
	return u.joinByRow(&out, both)
}

// fullJoinByRow is a full join whose conditions ask subqueries about both sides. An inner join finds the pairs that
// fit, of distinct rows; each row of the left side takes the pairs that it is in, and these, or none, meet the right
// side's rows:
//
//	full join(same, paired)(left join(same)(l, project(l', r', TRUE)(select(asking)(join(distinct l', distinct r')))), r)
func (u *unnester) fullJoinByRow(n *algebra.Join, asking []*algebra.Expr) algebra.Node {
	left, copiedLeft, by := u.share(n.Left)
	right, copiedRight, byRight := u.share(n.Right)
	maps.Copy(by, byRight)
	found := u.selection(&algebra.Select{In: &algebra.Join{Kind: algebra.Inner, Left: &algebra.Distinct{In: copiedLeft},
		Right: &algebra.Distinct{In: copiedRight}, On: substituteAll(n.On, by)}, Preds: substituteAll(asking, by)})
	pairs := &algebra.Project{In: found}
	add := func(e *algebra.Expr, name string) *algebra.Expr {
		c := algebra.Column{ID: u.r.st.Fresh(), Name: name, Type: e.Type, Nullable: e.Nullable}
		pairs.Exprs, pairs.Cols = append(pairs.Exprs, e), append(pairs.Cols, c)
		return c.Ref()
	}
	padded := func(e *algebra.Expr) *algebra.Expr { // of a row that is in no pair
		c := *e
		c.Nullable = true
		return &c
	}
	paired := &algebra.Join{Kind: algebra.Left, Left: left, Right: pairs}
	for _, c := range left.Columns() {
		paired.On = append(paired.On, u.same(c.Ref(), add(by[c.ID], c.Name))...)
	}
	out := &algebra.Join{Kind: algebra.Full, Left: paired, Right: right,
		On: []*algebra.Expr{padded(add(algebra.Truth(true), "paired"))}}
	for _, c := range right.Columns() {
		out.On = append(out.On, u.same(padded(add(by[c.ID], c.Name)), c.Ref())...)
	}
	return out
}

// joinByRow is a left join whose conditions ask subqueries about both sides: for each distinct row of the left side the
// rows of the right one that fit are found by an inner join.
func (u *unnester) joinByRow(n *algebra.Join, asking []*algebra.Expr) algebra.Node {
	left, copied, by := u.share(n.Left)
	pairs := u.selection(&algebra.Select{In: &algebra.Join{Kind: algebra.Inner,
		Left: &algebra.Distinct{In: copied}, Right: n.Right, On: substituteAll(n.On, by)}, Preds: substituteAll(asking, by)})
	out := &algebra.Join{Kind: n.Kind, Left: left, Right: pairs}
	for _, c := range left.Columns() {
		out.On = append(out.On, u.same(c.Ref(), by[c.ID])...)
	}
	return out
}

func substituteAll(es []*algebra.Expr, by map[algebra.ColumnID]*algebra.Expr) []*algebra.Expr {
	out := make([]*algebra.Expr, len(es))
	for i, e := range es {
		out[i] = e.Substitute(by)
	}
	return out
}

// same are conditions that are true where a and b are not distinct.
func (u *unnester) same(a, b *algebra.Expr) []*algebra.Expr {
	if !a.Nullable || !b.Nullable {
		return []*algebra.Expr{u.eq(a, b)}
	}
	x, y := expr.NotNull(a), expr.NotNull(b)
	return []*algebra.Expr{u.eq(x[0], y[0]), u.eq(x[1], y[1])}
}

func (u *unnester) eq(a, b *algebra.Expr) *algebra.Expr { return u.call("eq", boolType, a, b) }

func (u *unnester) call(op string, t types.Type, args ...*algebra.Expr) *algebra.Expr {
	return expr.CallOf(u.r.env.Fn.Op(op), t, nil, args...)
}

var boolType = types.TBool

// keyColumns are columns for keys of a relation, and the conditions that they are what of says.
func (u *unnester) keyColumns(keys, of []*algebra.Expr) (cols []algebra.Column, on []*algebra.Expr) {
	for i, k := range keys {
		c := algebra.Column{ID: u.r.st.Fresh(), Name: "binding", Type: k.Type, Nullable: k.Nullable}
		cols, on = append(cols, c), append(on, u.eq(of[i], c.Ref()))
	}
	return cols, on
}

// copied is n with columns of its own; by has them in the place of n's.
func (r *run) copied(n algebra.Node) (own algebra.Node, by map[algebra.ColumnID]*algebra.Expr) {
	to := map[algebra.ColumnID]algebra.ColumnID{}
	own, by = algebra.Rename(n, to, r.st.Fresh), map[algebra.ColumnID]*algebra.Expr{}
	for _, c := range n.Columns() {
		id := c.ID
		c.ID = to[id]
		by[id] = c.Ref()
	}
	return own, by
}

// share lets n be read twice: it gives n, and a copy with columns of its own, by's answers for n's. What is cheap is
// done twice, all else once: it becomes a definition.
func (u *unnester) share(n algebra.Node) (first, second algebra.Node, by map[algebra.ColumnID]*algebra.Expr) {
	own, by := u.r.copied(n)
	if cheap(n) || algebra.InStep(n) {
		return n, own, by
	}
	d, cols := u.define("outer", own), n.Columns()
	copied := u.fresh(cols)
	for i, c := range cols {
		by[c.ID] = copied[i].Ref()
	}
	return &algebra.Reference{Def: d, Name: "outer", Cols: cols},
		&algebra.Reference{Def: d, Name: "outer", Cols: copied}, by
}

// define enters a definition and gives its number.
func (u *unnester) define(name string, root algebra.Node) int {
	u.r.st.Defs = append(u.r.st.Defs[:len(u.r.st.Defs):len(u.r.st.Defs)], algebra.Definition{Name: name, Root: root})
	return len(u.r.st.Defs) - 1
}

// cheap reports whether reading n twice is better than keeping its rows: a table with filters.
func cheap(n algebra.Node) bool {
	volatile := false
	n.EachExpr(func(e *algebra.Expr) { volatile = volatile || e.Volatile() })
	if volatile {
		return false
	}
	switch x := n.(type) {
	case *algebra.Scan, *algebra.Reference:
		return true
	case *algebra.Values:
		return x.Literals == nil && len(x.Rows) <= 1
	case *algebra.Select:
		return cheap(x.In)
	case *algebra.Project:
		return cheap(x.In)
	}
	return false
}
