package bind

import (
	"slices"
	"strconv"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// valuesQuery binds VALUES: each column has the common type of its cells.
func (b *binder) valuesQuery(q *parse.Query, env around) (*result, error) {
	width := len(q.Values[0])
	cells := make([][]value, width) // by column
	sc := (&scope{env: env}).with("VALUES")
	for _, row := range q.Values {
		vs, err := b.exprs(sc, row)
		if err != nil {
			return nil, err
		}
		for i, v := range vs {
			cells[i] = append(cells[i], v)
		}
	}
	mark := len(b.out.Params)
	node := &algebra.Values{Rows: make([][]*algebra.Expr, len(q.Values))}
	r := &result{node: node}
	for i, vs := range cells {
		t, err := b.common(vs, "VALUES")
		if err != nil {
			return nil, err
		}
		es, err := b.coerceAll(vs, t)
		if err != nil {
			return nil, err
		}
		c := algebra.Column{ID: b.newID(), Name: "column" + strconv.Itoa(i+1), Type: t}
		for k, e := range es {
			node.Rows[k] = append(node.Rows[k], e)
			c.Nullable = c.Nullable || e.Nullable
		}
		if !slices.ContainsFunc(es, func(e *algebra.Expr) bool { return b.collation(e) != noCollation }) {
			b.keepNeutral(c.ID, es[0])
		}
		node.Cols = append(node.Cols, c)
		r.cols = append(r.cols, column{name: c.Name, id: c.ID, typ: t, nullable: c.Nullable})
	}
	b.literalRows(node, mark)
	return b.orderedResult(r, q, env, nil)
}

// minLiterals is the number of rows from which constants are data, and not part of the program.
const minLiterals = 32

// literalRows turns rows of constants alone into lists of values, if there are many: one program serves
// all statements of the kind, and a row costs no code. Parameters from mark on are the cells' own.
func (b *binder) literalRows(n *algebra.Values, mark int) {
	if len(n.Rows) < minLiterals || len(n.Cols) == 0 {
		return
	}
	lists := make([][]types.Datum, len(n.Cols))
	for i, c := range n.Cols {
		lists[i] = make([]types.Datum, len(n.Rows))
		for r, row := range n.Rows {
			d, ok := b.constant(row[i], c.Type)
			if !ok {
				return
			}
			lists[i][r] = d
		}
	}
	b.out.Record.Opaque()
	n.Rows, n.Literals = nil, lists
	b.out.Params = b.out.Params[:mark]
}

// constant is the value of a constant expression of type t.
func (b *binder) constant(e *algebra.Expr, t types.Type) (types.Datum, bool) {
	switch {
	case e.Type != t:
		return types.Datum{}, false
	case e.Kind == expr.Constant:
		return e.Const, true
	case e.Kind == expr.Parameter:
		p := b.out.Params[e.Param]
		return p.Value, p.Client == 0 && !p.IsList
	}
	return types.Datum{}, false
}
