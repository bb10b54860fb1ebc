package optimize

import (
	"slices"

	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// madeBy are the group keys from which all others follow: by a grouping below, as expressions of them, as constants, or
// by a declared PRIMARY KEY. Nothing enforces such declarations: they say what need not be hashed, and how many groups
// there may be, never what need not be compared. So do the others, for strings that are equal may look different.
func (p *planner) madeBy(keys []*algebra.Expr) (made []int) {
	gone := map[int]bool{}
	// The last keys go first: what a user writes first is the key more often.
	for i := len(keys) - 1; i >= 0 && len(gone) < len(keys)-1; i-- {
		known := algebra.IDs{}
		for j, other := range keys {
			if other.Kind == expr.Column && j != i && !gone[j] {
				known[p.find(other.Col)] = true
			}
		}
		gone[i] = p.follows(keys[i], known)
		if !gone[i] {
			delete(gone, i)
		}
	}
	for i := range keys {
		if !gone[i] {
			made = append(made, i)
		}
	}
	return made
}

// follows reports whether e is the same for all rows that agree in known columns (representatives).
func (p *planner) follows(e *algebra.Expr, known algebra.IDs) bool {
	if e.Volatile() || len(known) == 0 && e.HasColumn() {
		return false
	}
	known = p.determined(known)
	all := true
	e.Columns(func(id algebra.ColumnID) { all = all && known[p.find(id)] })
	return all
}

// dependency says that what agrees in columns from agrees in columns to.
type dependency struct{ from, to []algebra.ColumnID }

// noteDependencies notes what a node of the statement makes follow from other columns.
func (p *planner) noteDependencies(n algebra.Node) {
	switch n := n.(type) {
	case *algebra.Aggregate:
		if k := len(n.Keys); k > 0 {
			p.depends = append(p.depends, dependency{idsOf(n.Cols[:k]), idsOf(n.Cols[k:])})
		}
	case *algebra.Project:
		for i, e := range n.Exprs {
			if e.Kind == expr.Column || e.Volatile() {
				continue
			}
			d := dependency{to: []algebra.ColumnID{n.Cols[i].ID}}
			e.Columns(func(id algebra.ColumnID) { d.from = append(d.from, id) })
			p.depends = append(p.depends, d)
		}
	}
}

// determined is the closure of known (representatives) under what the statement makes follow, and the primary keys of
// the tables read.
func (p *planner) determined(known algebra.IDs) algebra.IDs {
	out := algebra.IDs{}
	for id := range known {
		out[id] = true
	}
	for grown := true; grown; {
		grown = false
		add := func(id algebra.ColumnID) {
			if r := p.find(id); !out[r] {
				out[r], grown = true, true
			}
		}
		for _, d := range p.depends {
			if !slices.ContainsFunc(d.from, func(id algebra.ColumnID) bool { return !out[p.find(id)] }) {
				for _, id := range d.to {
					add(id)
				}
			}
		}
		for _, s := range p.keyed {
			if !p.hasKey(s, out) {
				continue
			}
			for _, c := range s.Cols {
				add(c.ID)
			}
		}
	}
	return out
}

// hasKey reports whether all columns of a primary key of s are among known.
func (p *planner) hasKey(s *algebra.Scan, known algebra.IDs) bool {
	for _, c := range s.Table.Constraints {
		if c.Kind != "p" {
			continue
		}
		found, key := 0, s.Table.Places(c.Columns)
		for i, no := range s.ColNos {
			for _, k := range key {
				if no == k && known[p.find(s.Cols[i].ID)] {
					found++
				}
			}
		}
		if found == len(c.Columns) {
			return true
		}
	}
	return false
}

// hasPrimaryKey reports whether a table declares one.
func hasPrimaryKey(t *state.Table) bool {
	for _, c := range t.Constraints {
		if c.Kind == "p" {
			return true
		}
	}
	return false
}
