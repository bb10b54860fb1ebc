package bind

import (
	"slices"

	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// result is a bound query: its columns are node's, in order.
type result struct {
	node algebra.Node
	cols []column
}

// query binds a SELECT or VALUES with its WITH items.
func (b *binder) query(q *parse.Query, env around) (*result, error) {
	want := b.want
	b.want = nil
	env, err := b.with(q.With, env)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Set != nil:
		return b.setQuery(q, env)
	case q.Values != nil:
		return b.valuesQuery(q, env)
	}
	node, sc, err := b.source(q, env)
	if err != nil {
		return nil, err
	}
	targets, err := b.expandStars(sc, q.Targets)
	if err != nil {
		return nil, err
	}
	if q.Where != nil {
		where := sc.with("WHERE")
		where.aliases = targets
		if node, err = b.where(node, where, q); err != nil {
			return nil, err
		}
	}
	s := &selection{b: b, q: q, sc: sc, targets: targets, node: node, want: want}
	return s.bind()
}

// source binds FROM, and CONNECT BY over it.
func (b *binder) source(q *parse.Query, env around) (node algebra.Node, sc *scope, err error) {
	if q.Connect == nil {
		return b.from(q.From, env)
	}
	work := b.work
	err = b.withoutRecursion(env, "a hierarchical query", func() (err error) {
		if node, sc, err = b.from(q.From, env); err == nil {
			node, sc, err = b.connect(node, sc, q, b.work-work)
		}
		return err
	})
	return node, sc, err
}

// target is a select-list item: written (expr) or from a star (col).
type target = parse.Target

// starExpr is a column that * stands for.
type starExpr struct {
	parse.Pos
	col *column
}

// expandStars replaces * and t.* by columns.
func (b *binder) expandStars(sc *scope, ts []parse.Target) ([]target, error) {
	var out []target
	for _, t := range ts {
		r, ok := t.Expr.(*parse.ColumnRef)
		if !ok || !r.Star {
			out = append(out, t)
			continue
		}
		cols := sc.visible
		if n := len(r.Parts); n > 0 {
			schema := ""
			if n > 1 {
				schema = r.Parts[n-2]
			}
			rel := sc.findRelation(schema, r.Parts[n-1])
			if rel == nil {
				return nil, b.errorAt(r.Pos, sqlerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", r.Parts[n-1])
			}
			cols = rel.cols
		} else if len(sc.rels) == 0 {
			return nil, b.errorAt(r.Pos, sqlerr.SyntaxError, "SELECT * with no tables specified is not valid")
		}
		cols, err := b.without(cols, r)
		if err != nil {
			return nil, err
		}
		for _, c := range cols {
			out = append(out, target{Pos: t.Pos, Expr: &starExpr{r.Pos, c}, Alias: c.name})
		}
	}
	if len(out) > maxTargets {
		return nil, b.errorAt(ts[0].Pos, sqlerr.ProgramLimitExceeded, "target lists can have at most %d entries", maxTargets)
	}
	return out, nil
}

// without are the columns that a star means but for those of its EXCLUDE: all of such a name.
func (b *binder) without(cols []*column, star *parse.ColumnRef) ([]*column, error) {
	for i, r := range star.Exclude {
		name := r.Parts[0]
		named := func(c *column) bool { return c.name == name }
		if slices.ContainsFunc(star.Exclude[:i], func(o *parse.ColumnRef) bool { return o.Parts[0] == name }) {
			return nil, b.errorAt(r.Pos, sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		if !slices.ContainsFunc(cols, named) {
			near := similar.For(name)
			for _, c := range cols {
				near.Offer(c.name, c.name)
			}
			return nil, sqlerr.From(b.errorAt(r.Pos, sqlerr.UndefinedColumn, "column \"%s\" does not exist", name)).
				WithHint("%s", columnHint(near))
		}
		cols = slices.DeleteFunc(slices.Clone(cols), named)
	}
	if len(cols) == 0 && len(star.Exclude) > 0 {
		return nil, b.errorAt(star.Pos, sqlerr.SyntaxError, "EXCLUDE leaves no columns")
	}
	return cols, nil
}

// maxTargets is PostgreSQL's limit on result columns.
const maxTargets = 1664

// selection binds one SELECT behind FROM and WHERE.
type selection struct {
	b       *binder
	q       *parse.Query
	sc      *scope
	targets []target
	node    algebra.Node
	want    []types.Type // of an INSERT's columns: what untyped literals become

	agg     *aggregation
	win     *windowing
	sets    *setCalls
	qualify []*algebra.Expr
	exprs   []*algebra.Expr // bound targets, then hidden sort columns
	names   []string
	lits    []*value // targets that are literals without a type
	having  []*algebra.Expr
	sort    []algebra.SortKey // Expr is filled in when the projection's ids are known
	sortAt  []int             // for each sort key its index in exprs
	// distinctAt are the indexes in exprs of DISTINCT ON's items, each once, distinctPos where these are written.
	distinctAt  []int
	distinctPos []parse.Pos
}

func (s *selection) bind() (*result, error) {
	b, q := s.b, s.q
	s.agg = newAggregation(b)
	s.agg.sc = s.sc
	if err := s.agg.group(s.sc, q, s.targets); err != nil {
		return nil, err
	}
	sc := *s.sc
	sc.agg = s.agg
	var err error
	if s.win, err = newWindowing(b, &sc, q.Windows); err != nil {
		return nil, err
	}
	sc.win = s.win
	items := make([]parse.Expr, len(s.targets))
	for i, t := range s.targets {
		items[i] = t.Expr
	}
	sc.noSets = "ORDER BY or DISTINCT ON without being in the select list"
	if s.sets = b.setCallsIn(items); s.sets != nil {
		s.agg.ids[s.sets.number] = true
		sc.sets = s.sets
	}
	for i, t := range s.targets {
		sc.aliases = s.targets[:i]
		v, err := b.expr(&sc, t.Expr)
		if err != nil {
			return nil, err
		}
		var e *algebra.Expr
		if v.typ.Kind == types.Unknown && i < len(s.want) {
			e, err = b.coerce(v, s.want[i], assignment)
		} else {
			e, err = b.output(v)
		}
		if err != nil {
			return nil, err
		}
		s.exprs = append(s.exprs, e)
		s.lits = append(s.lits, nil)
		if v.typ.Kind == types.Unknown && (v.lit != nil || v.client > 0) {
			s.lits[i] = &v
		}
		s.names = append(s.names, b.targetName(t))
	}
	sc.aliases = s.targets
	if q.Having != nil {
		having := *sc.withoutSets("HAVING")
		having.win, having.noWin = nil, "window functions are not allowed in HAVING"
		if s.having, err = b.conjuncts(&having, q.Having, "HAVING"); err != nil {
			return nil, err
		}
	}
	if q.Qualify != nil {
		if s.qualify, err = b.conjuncts(sc.withoutSets("QUALIFY"), q.Qualify, "QUALIFY"); err != nil {
			return nil, err
		}
		if len(s.win.nodes) == 0 {
			return nil, b.errorAt(q.Qualify.At(), sqlerr.WindowingError, "QUALIFY needs a window function")
		}
	}
	if err := s.orderBy(&sc); err != nil {
		return nil, err
	}
	if err := s.distinctOn(&sc); err != nil {
		return nil, err
	}
	if err := s.aggregate(); err != nil {
		return nil, err
	}
	return s.build()
}

// output is v as a column of a result: an untyped literal becomes text.
func (b *binder) output(v value) (*algebra.Expr, error) {
	if v.typ.Kind == types.Unknown {
		t := types.TText
		if v.lit != nil && !v.lit.Null {
			t = types.TVarchar(min(max(len(v.lit.S), 1), types.MaxVarchar))
			n := len(v.lit.S)
			b.checkValue(v, func(w value) bool { return len(w.lit.S) == n })
		}
		e, err := b.coerce(v, t, implicit)
		if err != nil {
			return nil, err
		}
		return b.settled(e), nil
	}
	return b.plain(v)
}

// item binds an expression as what an output column, a key or an order is made of.
func (b *binder) item(sc *scope, e parse.Expr) (*algebra.Expr, error) {
	v, err := b.expr(sc, e)
	if err != nil {
		return nil, err
	}
	return b.output(v)
}

// build makes the nodes behind FROM, WHERE and GROUP BY.
func (s *selection) build() (*result, error) {
	b, q := s.b, s.q
	if len(s.having) > 0 {
		s.node = &algebra.Select{In: s.node, Preds: s.having}
	}
	s.window()
	if s.sets != nil {
		s.node = s.sets.over(s.node)
	}
	proj := &algebra.Project{In: s.node, Exprs: s.exprs}
	for i, e := range s.exprs {
		name := ""
		if i < len(s.names) {
			name = s.names[i]
		}
		proj.Cols = append(proj.Cols, algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable})
		b.keepNeutral(proj.Cols[i].ID, e)
	}
	var node algebra.Node = proj
	cols := proj.Cols
	if q.Distinct {
		if len(s.exprs) > len(s.targets) {
			return nil, b.errorAt(q.OrderBy[len(q.OrderBy)-1].Expr.At(), sqlerr.InvalidColumnReference,
				"for SELECT DISTINCT, ORDER BY expressions must appear in select list")
		}
		for i, e := range s.exprs {
			if err := b.equated(e.Type, s.targets[i].Expr.At()); err != nil {
				return nil, err
			}
		}
		node = b.distinct(node)
		cols = node.Columns()
	}
	if len(s.distinctAt) > 0 {
		node = s.firstOfEach(proj)
	}
	if len(s.sort) > 0 {
		for i := range s.sort {
			s.sort[i].Expr = b.ordered(cols[s.sortAt[i]].Ref())
		}
		node = &algebra.Sort{In: node, Keys: s.sort}
	}
	node, more, err := s.limit(node)
	if err != nil {
		return nil, err
	}
	shown := cols[:len(s.targets)]
	if len(cols) > len(shown) || len(s.distinctAt) > 0 || more {
		top := &algebra.Project{In: node}
		for _, c := range shown {
			top.Exprs = append(top.Exprs, c.Ref())
			c.ID = b.newID()
			b.keepNeutral(c.ID, top.Exprs[len(top.Exprs)-1])
			top.Cols = append(top.Cols, c)
		}
		node, shown = top, top.Cols
	}
	r := &result{node: node}
	for i, c := range shown {
		col := column{name: c.Name, id: c.ID, typ: c.Type, nullable: c.Nullable}
		if src := s.source(i); src != nil {
			col.tableOID, col.columnNo = src.tableOID, src.columnNo
		}
		if i < len(s.lits) {
			col.lit = s.lits[i]
		}
		r.cols = append(r.cols, col)
	}
	return r, nil
}

// source is the table column that target i shows unchanged, nil if it is computed.
func (s *selection) source(i int) *column {
	switch x := s.targets[i].Expr.(type) {
	case *starExpr:
		return x.col
	case *parse.ColumnRef:
		if c, err := s.b.columnRef(s.sc, x); err == nil {
			return c
		}
	}
	return nil
}
