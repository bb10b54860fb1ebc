package bind

import (
	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// ctes is a chain of WITH queries that names may refer to.
type ctes struct {
	name  string
	rec   *recursion // the query is being bound: the name means its own rows
	def   int        // among the statement's definitions
	cols  []column   // what it yields
	size  int        // of what it stands for, in bound nodes
	outer *ctes      // those in front of it, and of enclosing queries
}

// around is what a query may refer to beside its own FROM.
type around struct {
	ctes  *ctes
	outer *scope // the names of the query around it, nil if there is none
}

func (c *ctes) find(name string) *ctes {
	for ; c != nil; c = c.outer {
		if c.name == name {
			return c
		}
	}
	return nil
}

// with binds the WITH items of a query and puts them in front of those of the queries around it.
func (b *binder) with(w parse.With, env around) (around, error) {
	seen := map[string]bool{}
	items := make([]*parse.CTE, len(w.Items))
	for i := range items {
		it := &w.Items[i]
		if seen[it.Name] {
			return env, b.errorAt(it.Pos, sqlerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", it.Name)
		}
		seen[it.Name] = true
		items[i] = it
	}
	if w.Recursive {
		var err error
		if items, err = b.inOrder(w.Items); err != nil {
			return env, err
		}
	}
	for _, it := range items {
		c, err := b.define(it, w.Recursive, env)
		if err != nil {
			return env, err
		}
		env.ctes = c
	}
	return env, nil
}

// define makes a definition of a WITH item.
func (b *binder) define(item *parse.CTE, recursive bool, env around) (*ctes, error) {
	work, apart, stands := b.work, b.apart, b.stands
	b.apart, b.stands = 0, 0
	var r *result
	var err error
	if recursive {
		r, err = b.recursive(item, env)
	}
	if r == nil && err == nil {
		r, err = b.query(item.Query, env)
	}
	if err != nil {
		return nil, err
	}
	work = b.work - work
	size := work - b.apart + b.stands
	b.apart, b.stands = apart+work, stands
	if err := b.nameColumns(item, r); err != nil {
		return nil, err
	}
	b.out.Defs = append(b.out.Defs, algebra.Definition{Name: item.Name, Root: r.node})
	return &ctes{name: item.Name, def: len(b.out.Defs) - 1, cols: r.cols, size: size, outer: env.ctes}, nil
}

// nameColumns gives the columns of a WITH item's query the names that the item says.
func (b *binder) nameColumns(item *parse.CTE, r *result) error {
	if n := len(item.Columns); n > len(r.cols) {
		return b.errorAt(item.Pos, sqlerr.InvalidColumnReference,
			"WITH query \"%s\" has %d columns available but %d columns specified", item.Name, len(r.cols), n)
	}
	for i, n := range item.Columns {
		r.cols[i].name = n
	}
	return nil
}

// reference refers to a definition. What it stands for counts as if it were written there: rules will put it there.
func (b *binder) reference(c *ctes, at parse.Pos) (*result, error) {
	if c.rec != nil {
		return b.workingRows(c.rec, at)
	}
	if b.stands += c.size; b.stands > maxWork {
		return nil, b.tooComplex(at)
	}
	ref := &algebra.Reference{Def: c.def, Name: c.name}
	r := &result{node: ref}
	for _, col := range c.cols {
		of := col.id
		col.id = b.newID()
		b.renamed(of, col.id)
		r.cols = append(r.cols, col)
		ref.Cols = append(ref.Cols, algebra.Column{ID: col.id, Name: col.name, Type: col.typ, Nullable: col.nullable})
	}
	return r, nil
}

// from binds a FROM list; an empty one is a single row without columns.
func (b *binder) from(items []parse.TableExpr, env around) (algebra.Node, *scope, error) {
	if len(items) == 0 {
		return &algebra.Values{Rows: [][]*algebra.Expr{{}}}, &scope{env: env}, nil
	}
	node, sc, err := b.tableExpr(items[0], env, &scope{env: env})
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items[1:] {
		sc.env = env
		n, s, err := b.tableExpr(it, env, sc)
		if err != nil {
			return nil, nil, err
		}
		if err := b.checkAlias(sc, s, it.At()); err != nil {
			return nil, nil, err
		}
		node, sc = b.beside(&algebra.Join{Kind: algebra.Inner, Left: node, Right: n}), sc.join(s)
	}
	sc.env = env
	return node, sc, nil
}

// beside is a join whose right side may read columns of the left one (LATERAL), itself or in the definitions that it
// refers to.
func (b *binder) beside(j *algebra.Join) *algebra.Join {
	var left algebra.IDs // made when it is asked for
	var look func(n algebra.Node)
	look = func(n algebra.Node) {
		for _, id := range algebra.Free(n) {
			if left == nil {
				left = algebra.IDsOf(j.Left.Columns())
			}
			j.Lateral = j.Lateral || left[id]
		}
		algebra.WalkAll(n, func(n algebra.Node) {
			if ref, ok := n.(*algebra.Reference); ok && !j.Lateral {
				look(b.out.Defs[ref.Def].Root)
			}
		})
	}
	look(j.Right)
	return j
}

// tableExpr binds an item of FROM; before are the names in front of it, for LATERAL.
func (b *binder) tableExpr(t parse.TableExpr, env around, before *scope) (algebra.Node, *scope, error) {
	if err := b.step(t.At()); err != nil {
		return nil, nil, err
	}
	switch x := t.(type) {
	case *parse.TableRef:
		if f, err := b.elementsOf(x, before); f != nil || err != nil {
			if err != nil {
				return nil, nil, err
			}
			return b.funcRef(f, env, before)
		}
		return b.tableRef(x, env)
	case *parse.SubqueryRef:
		within := env
		if x.Lateral {
			within.outer = before
		}
		r, err := b.query(x.Query, within)
		if err != nil {
			return nil, nil, err
		}
		sc, err := b.derived(r, x.Alias, x.Columns, x.Pos)
		return r.node, sc, err
	case *parse.PivotRef:
		return b.pivot(x, env, before)
	case *parse.UnpivotRef:
		return b.unpivot(x, env, before)
	case *parse.FuncRef:
		return b.funcRef(x, env, before)
	case *parse.JoinExpr:
		return b.join(x, env, before)
	}
	return nil, nil, b.unsupported(t.At(), "this FROM item")
}

// tableRef binds a CTE, a catalog relation, a view or a stored table; a CTE hides a relation, that the others.
func (b *binder) tableRef(t *parse.TableRef, env around) (algebra.Node, *scope, error) {
	alias := t.Alias
	if alias == "" {
		alias = t.Name
	}
	if t.Schema == "" {
		if c := env.ctes.find(t.Name); c != nil {
			r, err := b.reference(c, t.Pos)
			if err != nil {
				return nil, nil, err
			}
			sc, err := b.derived(r, alias, t.Columns, t.Pos)
			return r.node, sc, err
		}
	}
	scan := &algebra.Scan{Alias: alias}
	rel := &relation{alias: alias, table: t.Name}
	add := func(name string, no int, col column) {
		col.id, col.name = b.newID(), name
		c := col
		rel.cols = append(rel.cols, &c)
		scan.Cols = append(scan.Cols, algebra.Column{ID: col.id, Name: name, Type: col.typ, Nullable: col.nullable})
		scan.ColNos = append(scan.ColNos, no)
	}
	if r := b.relationOf(t); r != nil {
		scan.Relation, scan.Schema, rel.schema = r.Name, r.Schema, r.Schema
		for i, c := range r.Columns {
			add(c.Name, i, column{typ: c.Type, nullable: c.Nullable})
		}
	} else {
		tab, err := b.cat.Table(t.Database, t.Schema, t.Name)
		if err != nil {
			return nil, nil, b.place(err, t.Pos)
		}
		if tab == nil {
			return nil, nil, b.noTable(t.QName)
		}
		if tab.IsView() {
			return b.viewRef(t, tab, alias)
		}
		scan.Table, scan.Schema, rel.schema = tab, tab.Schema, tab.Schema
		known, err := b.knownAs(t, tab, namesOf(tab))
		if err != nil {
			return nil, nil, err
		}
		for _, k := range known {
			i, c := k.place, tab.Columns[k.place]
			c.Name = k.name
			add(c.Name, i, column{typ: c.Type, nullable: !c.NotNull, tableOID: uint32(tab.ID), columnNo: int16(i + 1)})
		}
	}
	if t.Alias != "" {
		rel.schema = ""
	}
	sc := &scope{rels: []*relation{rel}, visible: rel.cols}
	sc, err := b.rename(sc, alias, t.Columns, t.Pos)
	return scan, sc, err
}

func (b *binder) relationOf(t *parse.TableRef) *Relation {
	if t.Database != "" {
		return nil
	}
	return b.cat.Relation(t.Schema, t.Name)
}

// derived is the scope of a subquery's result.
func (b *binder) derived(r *result, alias string, names []string, at parse.Pos) (*scope, error) {
	rel := &relation{alias: alias}
	for _, c := range r.cols {
		col := c
		rel.cols = append(rel.cols, &col)
	}
	return b.rename(&scope{rels: []*relation{rel}, visible: rel.cols}, alias, names, at)
}

// rename applies a table alias and its column aliases to a scope of one relation.
func (b *binder) rename(s *scope, alias string, names []string, at parse.Pos) (*scope, error) {
	rel := s.rels[0]
	rel.alias = alias
	if len(names) > len(rel.cols) {
		return nil, b.errorAt(at, sqlerr.InvalidColumnReference,
			"table \"%s\" has %d columns available but %d columns specified", alias, len(rel.cols), len(names))
	}
	for i, n := range names {
		rel.cols[i].name = n
	}
	return s, nil
}

// join binds a written join. RIGHT is LEFT with the sides exchanged.
func (b *binder) join(j *parse.JoinExpr, env around, before *scope) (algebra.Node, *scope, error) {
	ln, ls, err := b.side(j.Left, env, before, j.Kind == parse.RightJoin || j.Kind == parse.FullJoin)
	if err != nil {
		return nil, nil, err
	}
	sides := before.join(ls)
	sides.env = env
	rn, rs, err := b.side(j.Right, env, sides, j.Kind == parse.LeftJoin || j.Kind == parse.FullJoin)
	if err != nil {
		return nil, nil, err
	}
	if err := b.checkAlias(ls, rs, j.Pos); err != nil {
		return nil, nil, err
	}
	both := ls.join(rs)
	both.env = env
	out := b.beside(&algebra.Join{Kind: algebra.Inner, Left: ln, Right: rn})
	if out.Lateral && (j.Kind == parse.RightJoin || j.Kind == parse.FullJoin) {
		return nil, nil, b.errorAt(j.Right.At(), sqlerr.InvalidColumnReference,
			"the combining JOIN type must be INNER or LEFT for a LATERAL reference")
	}
	using := j.Using
	if j.Natural {
		for _, c := range ls.visible {
			if d, ambiguous := rs.findVisible(c.name); d != nil || ambiguous {
				using = append(using, c.name)
			}
		}
	}
	if len(using) > 0 {
		if out.On, both, err = b.using(ls, rs, using, j); err != nil {
			return nil, nil, err
		}
		both.env = env
	}
	if j.On != nil {
		if out.On, err = b.conjuncts(both.with("JOIN conditions"), j.On, "JOIN/ON"); err != nil {
			return nil, nil, err
		}
	}
	switch j.Kind {
	case parse.LeftJoin:
		out.Kind = algebra.Left
		rs.setNullable()
	case parse.RightJoin:
		out.Kind, out.Left, out.Right = algebra.Left, rn, ln
		ls.setNullable()
	case parse.FullJoin:
		out.Kind = algebra.Full
		ls.setNullable()
		rs.setNullable()
		if len(using) > 0 {
			n := b.mergeFull(out, both, ls, rs, using)
			return b.aliasJoin(j, n, both, len(using))
		}
	}
	return b.aliasJoin(j, out, both, len(using))
}

// side binds a side of a join, whose rows come with NULLs in the place of its columns if it is padded.
func (b *binder) side(t parse.TableExpr, env around, before *scope, padded bool) (algebra.Node, *scope, error) {
	var n algebra.Node
	var sc *scope
	bind := func() (err error) {
		n, sc, err = b.tableExpr(t, env, before)
		return err
	}
	var err error
	if padded {
		err = b.withoutRecursion(env, "an outer join", bind)
	} else {
		err = bind()
	}
	return n, sc, err
}

// mergeFull gives a full join, with the scope both, columns that stand for two of USING: the value that is there.
func (b *binder) mergeFull(n *algebra.Join, both, ls, rs *scope, using []string) algebra.Node {
	p := b.copied(n, n.Columns())
	now := map[algebra.ColumnID]algebra.ColumnID{}
	for i, e := range p.Exprs {
		now[e.Col] = p.Cols[i].ID
	}
	for i, name := range using {
		l, _ := ls.findVisible(name)
		r, _ := rs.findVisible(name)
		e, err := b.firstOf([]value{b.column(l, -1), b.column(r, -1)})
		if err != nil { // they were compared
			e = b.ref(l, nil)
		}
		c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: true}
		p.Exprs, p.Cols = append(p.Exprs, e), append(p.Cols, c)
		both.visible[i] = &column{name: name, id: c.ID, typ: c.Type, nullable: true}
	}
	moved := map[*column]bool{}
	for _, r := range both.rels {
		for _, c := range r.cols {
			if !moved[c] {
				moved[c] = true
				c.id = now[c.id]
			}
		}
	}
	for _, c := range both.visible[len(using):] { // those that stand for two of joins inside
		if !moved[c] {
			moved[c] = true
			c.id = now[c.id]
		}
	}
	return p
}

// firstOf is the first of values that is not NULL.
func (b *binder) firstOf(vs []value) (*algebra.Expr, error) {
	t, err := b.common(vs, "JOIN/USING")
	if err != nil {
		return nil, err
	}
	es, err := b.coerceAll(vs, t)
	if err != nil {
		return nil, err
	}
	return &algebra.Expr{Kind: expr.Coalesce, Type: t, Nullable: true, Args: es}, nil
}

// aliasJoin gives a join, of whose columns the first merged ones stand for two, the names that its alias and that of
// USING make.
func (b *binder) aliasJoin(j *parse.JoinExpr, n algebra.Node, sc *scope, merged int) (algebra.Node, *scope, error) {
	if j.UsingAlias != "" {
		sc.rels = append(sc.rels, &relation{alias: j.UsingAlias, cols: sc.visible[:merged]})
	}
	if j.Alias == "" {
		return n, sc, nil
	}
	rel := &relation{alias: j.Alias}
	for _, c := range sc.visible {
		own := *c
		rel.cols = append(rel.cols, &own)
	}
	out, err := b.rename(&scope{rels: []*relation{rel}, visible: rel.cols, env: sc.env}, j.Alias, j.Columns, j.Pos)
	return n, out, err
}

// using equates the named columns and merges them: the preserved side's column
// stands for both, in front of all others.
func (b *binder) using(ls, rs *scope, names []string, j *parse.JoinExpr) ([]*algebra.Expr, *scope, error) {
	var on []*algebra.Expr
	var merged []*column
	gone := map[*column]bool{}
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] && !j.Natural { // NATURAL: the left side has two of the name
			return nil, nil, b.errorAt(j.Pos, sqlerr.DuplicateColumn,
				"column name \"%s\" appears more than once in USING clause", n)
		}
		seen[n] = true
		l, err := b.usingColumn(ls, n, "left", j)
		if err != nil {
			return nil, nil, err
		}
		r, err := b.usingColumn(rs, n, "right", j)
		if err != nil {
			return nil, nil, err
		}
		eq, err := b.operator("=", []value{b.column(l, j.Pos), b.column(r, j.Pos)}, j.Pos)
		if err != nil {
			return nil, nil, err
		}
		e, err := b.plain(eq)
		if err != nil {
			return nil, nil, err
		}
		on = append(on, e)
		gone[l], gone[r] = true, true
		if j.Kind == parse.RightJoin {
			l = r
		}
		merged = append(merged, l)
	}
	out := ls.join(rs)
	visible := merged
	for _, c := range out.visible {
		if !gone[c] {
			visible = append(visible, c)
		}
	}
	out.visible = visible
	return on, out, nil
}

func (b *binder) usingColumn(s *scope, name, side string, j *parse.JoinExpr) (*column, error) {
	c, ambiguous := s.findVisible(name)
	if ambiguous {
		return nil, b.errorAt(j.Pos, sqlerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table",
			name, side)
	}
	if c == nil {
		near := similar.For(name)
		for _, rel := range s.rels {
			for _, c := range rel.cols {
				near.Offer(c.name, rel.alias+"."+c.name)
			}
		}
		return nil, sqlerr.From(b.errorAt(j.Pos, sqlerr.UndefinedColumn,
			"column \"%s\" specified in USING clause does not exist in %s table", name, side)).
			WithHint("%s", columnHint(near))
	}
	return c, nil
}
