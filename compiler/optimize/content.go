package optimize

import "slipher/catalog/state"

// Content is what a plan depends on of a table's rows: nothing else of state.Version is looked at while planning, so
// that a plan serves all versions of a table whose Content is alike.
type Content struct {
	// Deleted: some rows of objects are deleted, and have to be left out. MostlyDeleted: most of them are.
	Deleted, MostlyDeleted bool
	// Rows and Statistics (the object's name) are for estimates.
	Rows       int64
	Statistics string
}

// ContentOf looks at a version of a table.
func ContentOf(t *state.Table) Content {
	dead, rows := int64(0), int64(0)
	for _, o := range t.Version.Objects.All() {
		dead, rows = dead+o.Dead, rows+o.Rows
	}
	return Content{Deleted: dead > 0, MostlyDeleted: dead > rows/2, Rows: t.Version.Rows, Statistics: t.Version.Stats}
}

// Alike reports whether a plan for c serves d.
func (c Content) Alike(d Content) bool {
	rows := alike(float64(c.Rows), float64(d.Rows)) && (c.Rows == 0) == (d.Rows == 0)
	c.Rows, d.Rows = 0, 0
	return rows && c == d
}
