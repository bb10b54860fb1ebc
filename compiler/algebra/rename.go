package algebra

import "slipher/compiler/expr"

// Rename is a copy of n in which every column that it, or a relation in its expressions, produces has a new id: what
// it needs to stand a second time in a statement. to gives the new ids and may know some beforehand.
func Rename(n Node, to map[ColumnID]ColumnID, fresh func() ColumnID) Node {
	WalkAll(n, func(n Node) {
		cols, _ := n.produces()
		for _, c := range cols {
			if _, ok := to[c.ID]; !ok {
				to[c.ID] = fresh()
			}
		}
	})
	return renaming(to).node(n)
}

type renaming map[ColumnID]ColumnID

func (r renaming) node(n Node) Node {
	n = MapInputs(n, r.node).MapExprs(r.expr)
	cols, _ := n.produces()
	if len(cols) == 0 {
		return n
	}
	out := append([]Column(nil), cols...)
	for i := range out {
		out[i].ID = r[out[i].ID]
	}
	return n.withColumns(out)
}

// expr renames the columns in e; one that nothing here produces is of a row around and stays.
func (r renaming) expr(e *Expr) *Expr {
	return e.Map(func(x *Expr) *Expr {
		id, ok := r[x.Col]
		switch {
		case x.Kind == expr.Column && ok:
			return expr.Col(id, x.Type, x.Nullable)
		case x.Rel != nil:
			return withRelation(x, r.node, r.expr)
		}
		return nil
	})
}
