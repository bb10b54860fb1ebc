package names

import (
	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/bind"
)

// within is what names mean in the query of a view: what the view says, whatever session reads it.
type within struct {
	View
	view *state.Table
}

// Table finds what a name has meant since the view was made, if the view's owner may read it. A view without schema
// binding has names with schemas, which are looked up.
func (w within) Table(database, schema, name string) (*state.Table, error) {
	t, err := w.Find(database, schema, name)
	if err != nil || t == nil {
		return nil, err
	}
	return t, may(w.Cat.User(w.view.Owner), []Request{{Select, Relation(t)}})
}

// Find is Table that asks for no rights.
func (w within) Find(database, schema, name string) (*state.Table, error) {
	v := w.view.View
	if !v.Late {
		if u := v.Use(schema, name); u != nil {
			return w.Cat.TableByID(u.Table), nil
		}
		return nil, nil
	}
	if schema == "" {
		return nil, ErrUnqualified()
	}
	if database == "" {
		database = w.view.Database
	}
	return w.View.Find(database, schema, name)
}

// ErrUnqualified refuses a name without a schema in a view without schema binding, in Redshift's words.
func ErrUnqualified() *sqlerr.Error {
	return sqlerr.New(sqlerr.FeatureNotSupported,
		"All the relation names inside should be qualified when creating VIEW WITH NO SCHEMA BINDING.")
}

// Relation finds a relation of the catalog, if the name meant none of the user's when the view was made.
func (w within) Relation(schema, name string) *bind.Relation {
	if w.view.View.Use(schema, name) != nil {
		return nil
	}
	return w.View.Relation(schema, name)
}

// Lookup looks into the search path that the view was made with.
func (w within) Lookup(fns *fn.Table, name string) []relations.Answer {
	return w.lookup(fns, name, w.view.View.Path)
}

// RegOID reads a name in the search path that the view was made with.
func (w within) RegOID(typ, text string) (uint32, error) {
	return relations.RegOID(w.env(w.view.View.Path), typ, text)
}

// RegNames are names as they are found in that path.
func (w within) RegNames(typ string) []relations.Answer {
	return relations.RegNames(w.env(w.view.View.Path), typ)
}
