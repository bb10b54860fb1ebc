package optimize

import (
	"slipher/catalog/state"
	"slipher/compiler/algebra"
)

// noteUses tells Env.Used which columns the statement's conditions, joins and groupings read.
func (p *planner) noteUses() {
	if p.env.Used == nil {
		return
	}
	type place struct {
		table *state.Table
		no    int
	}
	from := map[algebra.ColumnID]place{}
	seen := map[place]bool{}
	note := func(id algebra.ColumnID) {
		if at, ok := from[id]; ok && !seen[at] {
			seen[at] = true
			p.env.Used(at.table, []int{at.no})
		}
	}
	all := func(es []*algebra.Expr) {
		for _, e := range es {
			e.Columns(note)
		}
	}
	visit := func(f func(n algebra.Node)) {
		for _, d := range p.st.Defs {
			algebra.Walk(d.Root, f)
		}
		algebra.Walk(p.st.Root, f)
	}
	visit(func(n algebra.Node) {
		if s, ok := n.(*algebra.Scan); ok && s.Table != nil {
			for i, c := range s.Cols {
				if s.ColNos[i] < len(s.Table.Columns) {
					from[c.ID] = place{s.Table, s.ColNos[i]}
				}
			}
		}
	})
	visit(func(n algebra.Node) {
		switch n := n.(type) {
		case *algebra.Select:
			all(n.Preds)
		case *algebra.Join:
			all(n.On)
			all(n.Cond)
		case *algebra.Aggregate:
			for _, k := range n.Keys {
				keyOf(k, n.In).Columns(note)
			}
		}
	})
}

// keyOf is a grouping's key, or what the projection below has computed for it.
func keyOf(k *algebra.Expr, in algebra.Node) *algebra.Expr {
	if pr, ok := in.(*algebra.Project); ok {
		if i := placeOf(k, pr.Cols); i >= 0 {
			return pr.Exprs[i]
		}
	}
	return k
}
