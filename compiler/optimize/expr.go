package optimize

import (
	"slipher/compiler/algebra"
)

// idSet is a set of column ids.
type idSet map[algebra.ColumnID]bool

func (s idSet) addExpr(e *algebra.Expr) { e.Columns(func(id algebra.ColumnID) { s[id] = true }) }

func (s idSet) addExprs(es []*algebra.Expr) {
	for _, e := range es {
		s.addExpr(e)
	}
}

// covers reports whether all columns of e are in s.
func (s idSet) covers(e *algebra.Expr) bool {
	ok := true
	e.Columns(func(id algebra.ColumnID) { ok = ok && s[id] })
	return ok
}

// meets reports whether any column of e is in s.
func (s idSet) meets(e *algebra.Expr) bool {
	hit := false
	e.Columns(func(id algebra.ColumnID) { hit = hit || s[id] })
	return hit
}

func idsOf(cols []algebra.Column) idSet {
	s := make(idSet, len(cols))
	for _, c := range cols {
		s[c.ID] = true
	}
	return s
}
