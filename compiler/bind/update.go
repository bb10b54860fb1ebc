package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// update binds UPDATE. The tree yields, for each row changed, the table's columns in
// order, cast by assignment rules, and the address of the row that they replace.
func (b *binder) update(s *parse.Update) error {
	m, err := b.modify(updating, &s.Table, s.With, s.From, s.Where)
	if err != nil {
		return err
	}
	exprs, err := m.assignments(s.Set)
	if err != nil {
		return err
	}
	if m.several {
		exprs = m.chooseMatch(exprs)
	}
	proj := &algebra.Project{In: m.node}
	for i, c := range m.table.Columns {
		proj.Exprs = append(proj.Exprs, exprs[i])
		proj.Cols = append(proj.Cols, algebra.Column{ID: b.newID(), Name: c.Name, Type: c.Type, Nullable: exprs[i].Nullable})
		b.out.Output = append(b.out.Output, plan.OutputColumn{Name: c.Name, Type: c.Type, TableOID: uint32(m.table.ID),
			ColumnNo: int16(i + 1)})
	}
	proj.Exprs = append(proj.Exprs, m.rowID)
	proj.Cols = append(proj.Cols, algebra.Column{ID: b.newID(), Name: "rowid", Type: types.TInt8})
	b.out.Output = append(b.out.Output, plan.OutputColumn{Name: "rowid", Type: types.TInt8})
	b.out.Root, b.out.Insert, b.out.Delete = proj, m.table, m.table
	return nil
}

// assignments are the values of all columns of the new row: as SET says, else the old ones.
func (m *modification) assignments(set []parse.Assignment) ([]*algebra.Expr, error) {
	b := m.b
	in := &insertion{b: b, table: m.table}
	out := make([]*algebra.Expr, len(m.table.Columns))
	sc := m.scope.with("UPDATE")
	var fields []value // of the subquery that columns are assigned the row of
	for k, a := range set {
		i := columnNumber(m.table, a.Column)
		if i < 0 {
			return nil, b.noTarget(m.table, a.Column, a.Pos)
		}
		if out[i] != nil {
			return nil, b.errorAt(a.Pos, sqlerr.SyntaxError, "multiple assignments to same column \"%s\"", a.Column)
		}
		if err := in.checkIdentity(i, a.Pos); err != nil {
			return nil, err
		}
		var err error
		switch x := a.Value.(type) {
		case *parse.DefaultExpr:
			out[i], err = in.defaultOf(i)
		case *parse.FieldExpr:
			if x.N == 0 {
				fields, err = m.rowOf(sc, x, set[k:min(k+x.Of, len(set))])
			}
			if err == nil {
				out[i], err = in.assign(i, fields[x.N])
			}
		default:
			var v value
			if v, err = b.expr(sc, a.Value); err == nil {
				out[i], err = in.assign(i, v)
			}
		}
		if err != nil {
			return nil, b.place(err, a.Pos)
		}
	}
	for i := range out {
		if out[i] == nil {
			out[i] = b.ref(m.cols[i], nil)
		}
	}
	return out, nil
}

// rowOf joins the one row of a subquery to those that are changed, and gives its values: NULLs if there is none. to are
// the assignments that take them.
func (m *modification) rowOf(sc *scope, x *parse.FieldExpr, to []parse.Assignment) ([]value, error) {
	b := m.b
	b.want = nil
	for _, a := range to { // an unknown one is refused in its place
		if i := columnNumber(m.table, a.Column); i >= 0 {
			b.want = append(b.want, m.table.Columns[i].Type)
		}
	}
	r, err := b.query(x.Row.Query, around{sc.env.ctes, sc})
	if err != nil {
		return nil, err
	}
	if len(r.cols) != x.Of {
		return nil, b.errorAt(x.Pos, sqlerr.SyntaxError, "number of columns does not match number of values")
	}
	one := &algebra.Aggregate{In: r.node}
	add := func(agg string, c column, args ...*algebra.Expr) *algebra.Expr {
		one.Aggs = append(one.Aggs, algebra.AggCall{Fn: b.fns.Aggregate(agg), Args: args, Type: c.typ})
		one.Cols = append(one.Cols, algebra.Column{ID: b.newID(), Name: c.name, Type: c.typ, Nullable: c.nullable})
		return one.Cols[len(one.Cols)-1].Ref()
	}
	rows := add("count", column{name: "rows", typ: types.TInt8})
	single := expr.CallOf(b.fns.Op("eq"), types.TBool, nil,
		expr.CallOf(b.fns.Op("check_one_row"), types.TInt8, nil, rows), algebra.Number(types.TInt8, 1))
	vs := make([]value, len(r.cols))
	for i, c := range r.cols {
		c.nullable = true
		e := add("any_value", c, b.ref(&r.cols[i], nil))
		vs[i] = value{expr: expr.Choose(single, e, algebra.Null(c.typ)), typ: c.typ, pos: x.Pos}
	}
	m.node = b.beside(&algebra.Join{Kind: algebra.Inner, Left: m.node, Right: one})
	return vs, nil
}

// checkSingle is the operation that passes a number of matches on and fails if there are several.
const checkSingle = "check_single"

// chooseMatch makes one row of those that a row of the target has become by meeting several
// others: a group for each address that keeps some value of each expression. All come from the
// same row, because "any" keeps the first value that is not NULL, and what may be NULL for
// one match and not for another is kept as two that never are: whether it is NULL, and the value or a zero.
//
// Groups are made of whole rows, on the slice of the address's hash, before rows go where their
// distribution key says: matches may have been found on different nodes.
func (m *modification) chooseMatch(exprs []*algebra.Expr) []*algebra.Expr {
	b := m.b
	below := &algebra.Project{In: m.node}
	key := algebra.Column{ID: b.newID(), Name: "rowid", Type: types.TInt8}
	group := &algebra.Aggregate{In: below, Keys: []*algebra.Expr{b.carry(below, "rowid", m.rowID)},
		Cols: []algebra.Column{key}}
	some := func(name string, e *algebra.Expr) *algebra.Expr {
		arg := b.carry(below, name, e)
		c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable}
		group.Aggs = append(group.Aggs, algebra.AggCall{Fn: b.fns.Aggregate("any_value"), Args: []*algebra.Expr{arg},
			Type: e.Type})
		group.Cols = append(group.Cols, c)
		return c.Ref()
	}
	out := make([]*algebra.Expr, len(exprs))
	for i, e := range exprs {
		name := m.table.Columns[i].Name
		switch {
		case e.Kind == expr.Constant:
			out[i] = e
		case !e.Nullable || m.ownColumn(e):
			out[i] = some(name, e)
		default:
			zero := &algebra.Expr{Kind: expr.Constant, Type: e.Type}
			none := some(name, expr.TestNull(e))
			val := some(name, &algebra.Expr{Kind: expr.Coalesce, Type: e.Type, Args: []*algebra.Expr{e, zero}})
			out[i] = &algebra.Expr{Kind: expr.Case, Type: e.Type, Nullable: true,
				Args: []*algebra.Expr{none, algebra.Null(e.Type), val}}
		}
	}
	m.node, m.rowID = group, key.Ref()
	if b.opts.SingleMatch {
		c := algebra.Column{ID: b.newID(), Name: "matches", Type: types.TInt8}
		group.Aggs = append(group.Aggs, algebra.AggCall{Fn: b.fns.Aggregate("count"), Type: types.TInt8})
		group.Cols = append(group.Cols, c)
		n := &algebra.Expr{Kind: expr.Call, Type: types.TInt8, Op: b.fns.Op(checkSingle), Args: []*algebra.Expr{c.Ref()}}
		one := &algebra.Expr{Kind: expr.Constant, Type: types.TInt8, Const: types.Int(1)}
		m.node = &algebra.Select{In: group, Preds: []*algebra.Expr{expr.CallOf(b.fns.Op("eq"), types.TBool, nil, n, one)}}
	}
	return out
}

// carry makes a column of a projection of e and returns a reference to it.
func (b *binder) carry(p *algebra.Project, name string, e *algebra.Expr) *algebra.Expr {
	c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable}
	p.Exprs, p.Cols = append(p.Exprs, e), append(p.Cols, c)
	return c.Ref()
}

// ownColumn reports whether e is a column of the target's row: the same in all matches.
func (m *modification) ownColumn(e *algebra.Expr) bool {
	if e.Kind != expr.Column {
		return false
	}
	for _, c := range m.cols {
		if c.id == e.Col {
			return true
		}
	}
	return false
}
