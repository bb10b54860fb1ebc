package names

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Recorder is a View that notes what the names of a query mean: bind.Catalog while a view is made.
type Recorder struct {
	View
	Uses  []state.ViewUse
	Calls Calls
}

// Table is View.Table, and notes what it finds.
func (r *Recorder) Table(database, schema, name string) (*state.Table, error) {
	t, err := r.View.Table(database, schema, name)
	if err != nil || t == nil || r.noted(schema, name) {
		return t, err
	}
	if t.Database != r.Ses.CurrentDatabase() {
		return nil, sqlerr.Unsupported("a view with schema binding over tables of another database")
	}
	u := state.ViewUse{Schema: schema, Name: name, Table: t.ID}
	for _, c := range t.Columns {
		u.Columns, u.IDs = append(u.Columns, c.Name), append(u.IDs, c.ID)
	}
	r.Uses = append(r.Uses, u)
	return t, nil
}

func (r *Recorder) noted(schema, name string) bool {
	return (&state.View{Uses: r.Uses}).Use(schema, name) != nil
}
