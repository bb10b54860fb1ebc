package optimize

import (
	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// madeBy are the group keys from which all others follow by a declared PRIMARY KEY. Nothing enforces such declarations:
// they say what need not be hashed, and how many groups there may be, never what need not be compared.
func (p *planner) madeBy(keys []*algebra.Expr) (made []int) {
	cols := map[int]algebra.ColumnID{} // by key, where it is a plain column
	for i, k := range keys {
		if k.Kind == expr.Column {
			cols[i] = k.Col
		}
	}
	gone := map[int]bool{}
	// The last keys go first: what a user writes first is the key more often.
	for i := len(keys) - 1; i >= 0; i-- {
		id, ok := cols[i]
		if !ok {
			continue
		}
		known := algebra.IDs{}
		for j, other := range cols {
			if j != i && !gone[j] {
				known[p.find(other)] = true
			}
		}
		if len(known) > 0 && p.determined(known)[p.find(id)] {
			gone[i] = true
		}
	}
	for i := range keys {
		if !gone[i] {
			made = append(made, i)
		}
	}
	return made
}

// determined is the closure of known (representatives) under the primary keys of
// the tables read.
func (p *planner) determined(known algebra.IDs) algebra.IDs {
	out := algebra.IDs{}
	for id := range known {
		out[id] = true
	}
	for grown := true; grown; {
		grown = false
		for _, s := range p.keyed {
			if !p.hasKey(s, out) {
				continue
			}
			for _, c := range s.Cols {
				if r := p.find(c.ID); !out[r] {
					out[r] = true
					grown = true
				}
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
