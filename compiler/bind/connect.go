package bind

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// hierarchy is what the expressions of a query with CONNECT BY may read beside the columns of FROM.
type hierarchy struct {
	level       *column
	prior, root *scope // of the row above, of the one at the top; nil where they cannot be asked for
	// of CONNECT BY: whether it asks for LEVEL, and what it asks the row above for
	leveled bool
	above   []parse.Expr
}

// pseudoColumn is what a name means in a hierarchical query in front of the columns of its tables, nil for nothing.
func (b *binder) pseudoColumn(h *hierarchy, r *parse.ColumnRef) (*column, error) {
	switch r.Parts[0] {
	case "level":
		h.leveled = true
		return h.level, nil
	case "connect_by_isleaf", "connect_by_iscycle":
		return nil, b.unsupported(r.Pos, "%s", r.Parts[0])
	}
	return nil, nil
}

// makes is scope's, of what is read beside the columns of FROM.
func (h *hierarchy) makes(id algebra.ColumnID) bool {
	return h.level.id == id || h.prior != nil && h.prior.makes(id) || h.root != nil && h.root.makes(id)
}

// ancestor binds PRIOR and CONNECT_BY_ROOT.
func (b *binder) ancestor(sc *scope, x *parse.AncestorExpr) (value, error) {
	what := "PRIOR"
	if x.Root {
		what = "CONNECT_BY_ROOT"
	}
	for s := sc; s != nil; s = s.env.outer {
		h := s.hier
		if h == nil {
			continue
		}
		rows := h.prior
		if x.Root {
			rows = h.root
		}
		if rows == nil {
			break
		}
		h.above = append(h.above, x.Arg)
		return b.expr(rows.with(what), x.Arg)
	}
	return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "%s is not allowed in this context", what)
}

// connection makes the rows of a hierarchical query. Those of FROM are a definition, which a recursion reads at its
// start and in each step:
//
//	project(c, 1, NULL, c)(select(start)(reference))
//	  ∪ project(c, level + 1, above.c, above.root)(select(by)(join(above, reference)))
type connection struct {
	b    *binder
	sc   *scope // of FROM
	def  int
	cols []algebra.Column   // of the definition
	of   []algebra.ColumnID // what they are in FROM
	// prior and root are the places in cols of what is kept of the row above and of the one at the top.
	prior, root []int
}

// connect binds START WITH and CONNECT BY over the rows of FROM, which took work to bind.
func (b *binder) connect(node algebra.Node, sc *scope, q *parse.Query, work int) (algebra.Node, *scope, error) {
	var outer *parse.OuterColumn
	parse.Visit(q.Where, func(x *parse.OuterColumn) { outer = x })
	if outer != nil {
		return nil, nil, b.unsupported(outer.Pos, "the outer join operator (+) beside CONNECT BY")
	}
	if b.stands += work; b.stands > maxWork { // rules may put the definition in both places
		return nil, nil, b.tooComplex(q.Connect.Pos)
	}
	c := &connection{b: b, sc: sc}
	c.define(node, q)

	start, first := c.rows()
	if q.Connect.Roots != nil {
		preds, err := b.conjuncts(c.scope(first, c.all(), nil).with("START WITH"), q.Connect.Roots, "START WITH")
		if err != nil {
			return nil, nil, err
		}
		start = algebra.Where(start, preds)
	}

	// A step joins the rows above, with the level of those below, to the definition's.
	above := make([]algebra.Column, len(c.cols))
	for i, col := range c.cols {
		above[i] = b.fresh(col)
	}
	level := algebra.Column{ID: b.newID(), Name: "level", Type: types.TInt4}
	next := b.fresh(level)
	rows, below := c.rows()
	h := &hierarchy{level: columnOf(next), prior: c.scope(above, c.all(), nil)}
	by, err := b.conjuncts(c.scope(below, c.all(), h).with("CONNECT BY"), q.Connect.By, "CONNECT BY")
	if err != nil {
		return nil, nil, err
	}
	if len(h.above) == 0 && !h.leveled { // all rows would be below each row, for ever
		return nil, nil, b.errorAt(q.Connect.Pos, sqlerr.SyntaxError, "CONNECT BY needs a condition with PRIOR or LEVEL")
	}
	loop, err := c.loop(h, by, first, below)
	if err != nil {
		return nil, nil, err
	}

	rec := &algebra.Recursive{Name: "connect by", Number: int(b.newID())}
	working := &algebra.Working{Number: rec.Number}
	leveled := &algebra.Project{In: working}
	var firstExprs, stepExprs []*algebra.Expr
	add := func(up algebra.Column, first, step *algebra.Expr) {
		up.Nullable = up.Nullable || first.Nullable || step.Nullable
		was := b.fresh(up)
		rec.Cols, working.Cols = append(rec.Cols, b.fresh(up)), append(working.Cols, was)
		leveled.Cols, leveled.Exprs = append(leveled.Cols, up), append(leveled.Exprs, was.Ref())
		firstExprs, stepExprs = append(firstExprs, first), append(stepExprs, step)
	}
	for i, up := range above {
		add(up, first[i].Ref(), below[i].Ref())
	}
	add(level, algebra.Number(types.TInt4, 1), loop.checked(next.Ref()))
	for _, i := range c.prior {
		add(b.fresh(c.cols[i]), algebra.Null(c.cols[i].Type), above[i].Ref())
	}
	for _, i := range c.root {
		up := b.fresh(c.cols[i])
		add(up, first[i].Ref(), up.Ref())
	}
	for i, up := range loop.above {
		add(up, loop.first[i], expr.Choose(loop.turns(level.Ref(), next.Ref()), loop.below[i], up.Ref()))
	}
	at := len(above)
	leveled.Cols = append(leveled.Cols, next)
	leveled.Exprs = append(leveled.Exprs, expr.CallOf(b.fns.Op("add"), types.TInt4, nil, working.Cols[at].Ref(),
		algebra.Number(types.TInt4, 1)))
	step := algebra.Where(&algebra.Join{Kind: algebra.Inner, Left: leveled, Right: rows}, by)
	rec.Base, rec.Step = b.projected(start, firstExprs, rec.Cols), b.projected(step, stepExprs, rec.Cols)

	kept := rec.Cols[at+1:]
	h = &hierarchy{level: columnOf(rec.Cols[at]), prior: c.scope(kept, c.prior, nil),
		root: c.scope(kept[len(c.prior):], c.root, nil)}
	return rec, c.scope(rec.Cols[:at], c.all(), h), nil
}

// projected is a projection of columns of its own, with names and NULLs as like has.
func (b *binder) projected(in algebra.Node, exprs []*algebra.Expr, like []algebra.Column) algebra.Node {
	p := &algebra.Project{In: in, Exprs: exprs}
	for _, c := range like {
		p.Cols = append(p.Cols, b.fresh(c))
	}
	return p
}

// fresh is a column like c with an id of its own.
func (b *binder) fresh(c algebra.Column) algebra.Column {
	c.ID = b.newID()
	return c
}

func columnOf(c algebra.Column) *column {
	return &column{name: c.Name, id: c.ID, typ: c.Type, nullable: c.Nullable}
}

// define makes the definition of those columns of FROM that the query names.
func (c *connection) define(node algebra.Node, q *parse.Query) {
	b := c.b
	named := c.named(q)
	var kept []algebra.Column
	for i, col := range node.Columns() {
		if named[col.ID] || len(named) == 0 && i == 0 {
			kept, c.of = append(kept, col), append(c.of, col.ID)
		}
	}
	p := b.copied(node, kept)
	c.cols = p.Cols
	b.out.Defs = append(b.out.Defs, algebra.Definition{Name: "connect by", Root: p})
	c.def = len(b.out.Defs) - 1

	// What is asked of other rows behind the recursion is kept with each row.
	behind := *q
	behind.Connect, behind.From = nil, nil
	var asked [2][]parse.Expr // of the row above, of the one at the top
	parse.Visit(&behind, func(x *parse.AncestorExpr) {
		if x.Root {
			asked[1] = append(asked[1], x.Arg)
		} else {
			asked[0] = append(asked[0], x.Arg)
		}
	})
	prior, root := c.named(asked[0]), c.named(asked[1])
	for i, id := range c.of {
		if prior[id] {
			c.prior = append(c.prior, i)
		}
		if root[id] {
			c.root = append(c.root, i)
		}
	}
}

// named are the columns of FROM whose names, or a star, stand in a parsed tree.
func (c *connection) named(tree any) algebra.IDs {
	all, names := false, map[string]bool{}
	parse.Visit(tree, func(r *parse.ColumnRef) {
		all = all || r.Star
		if !r.Star {
			names[r.Parts[len(r.Parts)-1]] = true
		}
	})
	out := algebra.IDs{}
	note := func(cs []*column) {
		for _, col := range cs {
			if all || names[col.name] {
				out[col.id] = true
			}
		}
	}
	note(c.sc.visible)
	for _, r := range c.sc.rels {
		note(r.cols)
	}
	return out
}

// rows refers to the definition.
func (c *connection) rows() (algebra.Node, []algebra.Column) {
	ref := &algebra.Reference{Def: c.def, Name: "connect by"}
	for _, col := range c.cols {
		ref.Cols = append(ref.Cols, c.b.fresh(col))
	}
	return ref, ref.Cols
}

// all are the places of all columns of the definition.
func (c *connection) all() []int {
	out := make([]int, len(c.cols))
	for i := range out {
		out[i] = i
	}
	return out
}

// scope is FROM's with cols in the place of the columns at of; others have no names in it.
func (c *connection) scope(cols []algebra.Column, of []int, h *hierarchy) *scope {
	to := map[algebra.ColumnID]algebra.Column{}
	for k, i := range of {
		to[c.of[i]] = cols[k]
	}
	moved := map[*column]*column{}
	move := func(cs []*column) (out []*column) {
		for _, col := range cs {
			now, ok := to[col.id]
			if !ok {
				continue
			}
			if moved[col] == nil {
				own := *col
				own.id, own.nullable = now.ID, now.Nullable
				moved[col] = &own
			}
			out = append(out, moved[col])
		}
		return out
	}
	s := &scope{visible: move(c.sc.visible), env: c.sc.env, hier: h}
	for _, r := range c.sc.rels {
		own := *r
		own.cols = move(r.cols)
		s.rels = append(s.rels, &own)
	}
	return s
}

// loopCheck finds rows that are above themselves. If CONNECT BY asks for nothing but columns, and what it asks the row
// above for was the same in an ancestor of a row, the rows below that are below it, too, and there is no end. Each row
// knows the values of one ancestor: the one at the last level that is a power of two, or itself. So a loop is found
// before its rows have been gone through a few times, and a row costs the same on each level (Brent's algorithm).
//
// With LEVEL, or a volatile function, there may be an end, and nothing is checked.
type loopCheck struct {
	b     *binder
	above []algebra.Column // the values of the ancestor of a row above
	// first and below are the values of a row at the top and of one below.
	first, below []*algebra.Expr
	same         []*algebra.Expr
}

// loop makes the check of what CONNECT BY, which is bound, asks the row above for.
func (c *connection) loop(h *hierarchy, by []*algebra.Expr, first, below []algebra.Column) (*loopCheck, error) {
	b := c.b
	l := &loopCheck{b: b}
	if h.leveled || slices.ContainsFunc(by, (*algebra.Expr).Volatile) {
		return l, nil
	}
	top, down := c.scope(first, c.all(), nil).with("PRIOR"), c.scope(below, c.all(), nil).with("PRIOR")
	for _, x := range h.above {
		e, err := b.item(down, x)
		if err != nil {
			return nil, err
		}
		if !e.HasColumn() || slices.ContainsFunc(l.below, func(o *algebra.Expr) bool { return b.equal(o, e) }) {
			continue
		}
		own, err := b.item(top, x)
		if err != nil {
			return nil, err
		}
		up := algebra.Column{ID: b.newID(), Name: "ancestor", Type: e.Type, Nullable: true}
		same, err := b.notDistinct(value{expr: e, typ: e.Type, pos: x.At()}, value{expr: up.Ref(), typ: e.Type}, x.At())
		if err != nil {
			return nil, err
		}
		l.above, l.first, l.below, l.same = append(l.above, up), append(l.first, own), append(l.below, e),
			append(l.same, same)
	}
	return l, nil
}

// checked is a row's level, if it is not above itself.
func (l *loopCheck) checked(level *algebra.Expr) *algebra.Expr {
	if len(l.same) == 0 {
		return level
	}
	return expr.CallOf(l.b.fns.Op("check_no_loop"), types.TInt4, nil, level, expr.AllOf(l.same))
}

// turns reports whether a level, the one below another, is a power of two.
func (l *loopCheck) turns(above, level *algebra.Expr) *algebra.Expr {
	bits := expr.CallOf(l.b.fns.Op("bit_and"), types.TInt4, nil, above, level)
	return expr.CallOf(l.b.fns.Op("eq"), types.TBool, nil, bits, algebra.Number(types.TInt4, 0))
}
