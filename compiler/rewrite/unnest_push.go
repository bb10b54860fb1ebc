package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// bindings are the distinct values, in the rows for which a subquery is wanted, of the columns that it reads of them.
type bindings struct {
	u    *unnester
	free []algebra.Column // the columns, as the rows have them
	def  int              // the definition of the bindings
	root algebra.Node     // instead of def: they are of a recursion's step, of whose rows no definition can be made
	// inside are the recursions that are being computed for all bindings: their working rows are of one each.
	inside map[int]bool
	// guarded: there may be rows for which the subquery is not wanted.
	guarded bool
}

// bind makes the bindings of what n reads of in's rows, of those for which guards are true; in is read twice, and
// becomes what is to be read beside them. If n gives another value each time it is computed for each row, which gets a
// number. If it reads nothing of the rows, TRUE is what it reads of those that there are.
func (u *unnester) bind(in *algebra.Node, n algebra.Node, guards []*algebra.Expr) *bindings {
	ids := algebra.Free(n)
	free := slices.DeleteFunc(slices.Clone((*in).Columns()), func(c algebra.Column) bool {
		return !slices.Contains(ids, c.ID)
	})
	if volatileIn(n) {
		c := algebra.Column{ID: u.r.st.Fresh(), Name: "row_number", Type: types.TInt8}
		*in = &algebra.Window{In: *in, Cols: []algebra.Column{c},
			Calls: []algebra.WindowCall{{Fn: u.r.env.Fn.Window("row_number"), Type: types.TInt8}}}
		free = append(free, c)
	}
	if len(free) == 0 {
		free = append(free, u.beside(in, "asked", algebra.Truth(true)))
	}
	first, rows, by := u.share(*in)
	*in = first
	p := &algebra.Project{In: algebra.Where(rows, substituteAll(guards, by)), Cols: u.fresh(free),
		Exprs: substituteAll(algebra.Refs(free), by)}
	b := &bindings{u: u, free: free, inside: map[int]bool{}, guarded: len(guards) > 0}
	if root := (&algebra.Distinct{In: p}); algebra.InStep(root) {
		b.root = root
	} else {
		b.def = u.define("bindings", root)
	}
	return b
}

// read is the bindings, and their columns.
func (b *bindings) read() (algebra.Node, []*algebra.Expr) {
	if b.root != nil {
		n, _ := b.u.r.copied(b.root)
		return n, algebra.Refs(n.Columns())
	}
	cols := b.u.fresh(b.free)
	return &algebra.Reference{Def: b.def, Name: "bindings", Cols: cols}, algebra.Refs(cols)
}

// by puts values in the place of the free columns.
func (b *bindings) by(values []*algebra.Expr) map[algebra.ColumnID]*algebra.Expr {
	by := map[algebra.ColumnID]*algebra.Expr{}
	for i, c := range b.free {
		by[c.ID] = values[i]
	}
	return by
}

// over is n with values in the place of the free columns.
func (b *bindings) over(n algebra.Node, values []*algebra.Expr) algebra.Node {
	by := b.by(values)
	return n.MapExprs(func(e *algebra.Expr) *algebra.Expr { return e.Substitute(by) })
}

func (b *bindings) same(x, y []*algebra.Expr) []*algebra.Expr {
	var on []*algebra.Expr
	for i := range x {
		on = append(on, b.u.same(x[i], y[i])...)
	}
	return on
}

// push is n computed for all bindings at once: the rows that it has for each, and the binding that each is of, over
// columns beside n's own. Nothing of it reads a row around any more.
func (b *bindings) push(n algebra.Node) (algebra.Node, []*algebra.Expr) {
	if !b.depends(n) {
		d, of := b.read()
		return &algebra.Join{Kind: algebra.Inner, Left: d, Right: n}, of
	}
	switch x := n.(type) {
	case *algebra.Select, *algebra.Expand:
		in, of := b.push(x.Inputs()[0])
		return b.over(x, of).WithInputs([]algebra.Node{in}), of
	case *algebra.Distinct:
		in, of := b.push(x.In)
		in, by := b.u.r.copied(in)
		cols, own := x.Columns(), b.u.fresh(b.free)
		return &algebra.Distinct{In: &algebra.Project{In: in, Exprs: substituteAll(append(algebra.Refs(cols), of...), by),
			Cols: slices.Concat(cols, own)}}, algebra.Refs(own)
	case *algebra.Sort: // without a limit nobody sees the order
		return b.push(x.In)
	case *algebra.Limit:
		return b.pushLimit(x)
	case *algebra.Working:
		own := b.u.fresh(b.free)
		return &algebra.Working{Number: x.Number, Cols: slices.Concat(x.Cols, own)}, algebra.Refs(own)
	case *algebra.Recursive:
		b.inside[x.Number] = true
		out := *x
		own := b.u.fresh(b.free)
		out.Cols = slices.Concat(x.Cols, own)
		out.Base, out.Step = b.arm(x.Base, out.Cols), b.arm(x.Step, out.Cols)
		return &out, algebra.Refs(own)
	case *algebra.Project:
		in, of := b.push(x.In)
		p := b.over(x, of).(*algebra.Project)
		out := b.u.fresh(b.free)
		in = &algebra.Project{In: in, Exprs: slices.Concat(p.Exprs, of), Cols: slices.Concat(p.Cols, out)}
		return in, algebra.Refs(out)
	case *algebra.Values:
		return b.push(b.u.rows(x))
	case *algebra.Join:
		return b.pushJoin(x)
	case *algebra.Union:
		out := &algebra.Union{Cols: slices.Concat(x.Cols, b.u.fresh(b.free))}
		for _, in := range x.In {
			out.In = append(out.In, b.arm(in, out.Cols))
		}
		return out, algebra.Refs(out.Cols[len(x.Cols):])
	case *algebra.Aggregate:
		return b.pushAggregate(x)
	case *algebra.Window: // each binding's rows by themselves
		in, of := b.push(x.In)
		w := b.over(x, of).(*algebra.Window)
		return &algebra.Window{In: in, PartitionBy: slices.Concat(w.PartitionBy, of), OrderBy: w.OrderBy, Calls: w.Calls,
			Cols: w.Cols}, of
	}
	b.u.r.refuse("a correlated subquery with %s in it", name(n))
	d, of := b.read()
	return &algebra.Join{Kind: algebra.Inner, Left: d, Right: n}, of
}

// depends reports whether n is computed for bindings: not, if there are none.
func (b *bindings) depends(n algebra.Node) bool {
	found := reads(n, algebra.IDsOf(b.free)) || b.guarded && failing(n)
	algebra.Walk(n, func(n algebra.Node) {
		w, ok := n.(*algebra.Working)
		found = found || ok && b.inside[w.Number]
	})
	return found
}

// arm is n for all bindings, its columns and theirs alone, with ids of their own: like as.
func (b *bindings) arm(n algebra.Node, as []algebra.Column) algebra.Node {
	cols := n.Columns()
	in, of := b.push(n)
	return &algebra.Project{In: in, Exprs: slices.Concat(algebra.Refs(cols), of), Cols: b.u.fresh(as)}
}

// pushJoin computes the side that reads the bindings for them, or both, for which then the same binding is a condition.
func (b *bindings) pushJoin(x *algebra.Join) (algebra.Node, []*algebra.Expr) {
	right := b.depends(x.Right) || x.Kind == algebra.Full
	left := b.depends(x.Left) || !right || x.Kind != algebra.Inner
	out := *x
	if x.Lateral { // the right side reads the binding from the left one
		in, of := b.push(x.Left)
		by := b.by(of)
		out.Left = in
		out.Right = algebra.MapAllExprs(x.Right, func(e *algebra.Expr) *algebra.Expr { return e.Substitute(by) })
		return b.over(&out, of), of
	}
	var of, others []*algebra.Expr
	if left {
		out.Left, of = b.push(x.Left)
	}
	if right {
		out.Right, others = b.push(x.Right)
	}
	if left && right {
		out.On = slices.Concat(out.On, b.same(of, others))
	}
	if !left {
		of = others
	}
	n := b.over(&out, of)
	if x.Kind == algebra.Full { // a row without a match has its binding on one side
		both := make([]*algebra.Expr, len(of))
		for i := range of {
			l, r := *of[i], *others[i]
			l.Nullable, r.Nullable = true, true
			both[i] = &algebra.Expr{Kind: expr.Coalesce, Type: l.Type, Nullable: true, Args: []*algebra.Expr{&l, &r}}
			if !b.free[i].Nullable { // one of the two has it
				both[i].Nullable, both[i].Args = false, append(both[i].Args, algebra.Zero(l.Type))
			}
		}
		of = both
	}
	return n, of
}

// pushAggregate groups by the binding, too. Where there was one group for all rows, a binding without rows has its
// group as well.
func (b *bindings) pushAggregate(x *algebra.Aggregate) (algebra.Node, []*algebra.Expr) {
	out, own := b.groups(x)
	if len(x.Keys) > 0 {
		return out, algebra.Refs(own)
	}
	d, all := b.read()
	p := &algebra.Project{In: &algebra.Join{Kind: algebra.Left, Left: d, Right: out, On: b.same(all, algebra.Refs(own))}}
	for i, c := range x.Cols {
		g := c
		g.ID = b.u.r.st.Fresh()
		out.Cols[len(own)+i] = g
		p.Exprs, p.Cols = append(p.Exprs, ofNoRows(x.Aggs[i], g)), append(p.Cols, c)
	}
	last := b.u.fresh(b.free)
	p.Exprs, p.Cols = append(p.Exprs, all...), append(p.Cols, last...)
	return p, algebra.Refs(last)
}

// groups are x's for each binding that has rows; the bindings are the columns behind x's keys.
func (b *bindings) groups(x *algebra.Aggregate) (*algebra.Aggregate, []algebra.Column) {
	in, of := b.push(x.In)
	a := b.over(x, of).(*algebra.Aggregate)
	k, own := len(a.Keys), b.u.fresh(b.free)
	return &algebra.Aggregate{In: in, SetOp: a.SetOp, Keys: slices.Concat(a.Keys, of), Aggs: a.Aggs,
		Cols: slices.Concat(a.Cols[:k], own, a.Cols[k:])}, own
}

// ofNoRows is the result c of an aggregate behind a left join to its group: that of no rows where there is no group.
func ofNoRows(a algebra.AggCall, c algebra.Column) *algebra.Expr {
	c.Nullable = true
	e := c.Ref()
	if !a.Fn.NeverNull {
		return e
	}
	return &algebra.Expr{Kind: expr.Coalesce, Type: c.Type, Args: []*algebra.Expr{e, algebra.Zero(c.Type)}}
}

// name is what a kind of node is called in an error.
func name(n algebra.Node) string {
	return strings.ToUpper(strings.TrimPrefix(fmt.Sprintf("%T", n), "*algebra."))
}

// pushLimit keeps the first rows of each binding, by numbers of their own.
func (b *bindings) pushLimit(x *algebra.Limit) (algebra.Node, []*algebra.Expr) {
	below, keys := x.In, []algebra.SortKey(nil)
	if s, ok := below.(*algebra.Sort); ok {
		below, keys = s.In, s.Keys
	}
	in, of := b.push(below)
	number := algebra.Column{ID: b.u.r.st.Fresh(), Name: "row_number", Type: types.TInt8}
	w := &algebra.Window{In: in, PartitionBy: of, Cols: []algebra.Column{number},
		Calls: []algebra.WindowCall{{Fn: b.u.r.env.Fn.Window("row_number"), Type: types.TInt8}}}
	by := b.by(of)
	for _, k := range keys {
		k.Expr = k.Expr.Substitute(by)
		w.OrderBy = append(w.OrderBy, k)
	}
	param := func(i int) *algebra.Expr {
		return &algebra.Expr{Kind: expr.Parameter, Type: types.TInt8, Nullable: true, Param: i}
	}
	var preds []*algebra.Expr
	place := number.Ref()
	if x.Offset >= 0 {
		skipped := &algebra.Expr{Kind: expr.Coalesce, Type: types.TInt8,
			Args: []*algebra.Expr{param(x.Offset), algebra.Zero(types.TInt8)}}
		preds = append(preds, b.u.call("gt", boolType, place, skipped))
		place = b.u.call("sub", types.TInt8, place, skipped)
	}
	if x.Count >= 0 { // NULL is no limit
		within := b.u.call("le", boolType, place, param(x.Count))
		none := expr.TestNull(param(x.Count))
		preds = append(preds, expr.AnyOf([]*algebra.Expr{none, within}))
	}
	return algebra.Where(w, preds), of
}
