package algebra

// IDs is a set of column ids.
type IDs map[ColumnID]bool

// IDsOf are the ids of columns.
func IDsOf(cols []Column) IDs {
	s := make(IDs, len(cols))
	for _, c := range cols {
		s[c.ID] = true
	}
	return s
}

// AddExpr puts the columns that e reads into s.
func (s IDs) AddExpr(e *Expr) { e.Columns(func(id ColumnID) { s[id] = true }) }

// AddExprs puts the columns that expressions read into s.
func (s IDs) AddExprs(es []*Expr) {
	for _, e := range es {
		s.AddExpr(e)
	}
}

// Covers reports whether all columns that e reads are in s.
func (s IDs) Covers(e *Expr) bool {
	ok := true
	e.Columns(func(id ColumnID) { ok = ok && s[id] })
	return ok
}

// Contains reports whether all of ids are in s.
func (s IDs) Contains(ids IDs) bool {
	for id := range ids {
		if !s[id] {
			return false
		}
	}
	return true
}

// Meets reports whether any column that e reads is in s.
func (s IDs) Meets(e *Expr) bool {
	hit := false
	e.Columns(func(id ColumnID) { hit = hit || s[id] })
	return hit
}
