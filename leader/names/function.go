package names

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/bind"
)

// Functions are the users' functions that a call may mean: bind.Functions.
func (v View) Functions(schema, name string) (found []*state.Function, ahead int) {
	return v.functions(v.path(), schema, name)
}

// functions are those of a name in a schema, or, if that is "", in a search path.
func (v View) functions(path []string, schema, name string) (found []*state.Function, ahead int) {
	db := v.Ses.CurrentDatabase()
	if schema != "" {
		return v.Cat.FunctionsOf(db, schema, name), 0
	}
	for _, s := range path {
		found = append(found, v.Cat.FunctionsOf(db, s, name)...)
	}
	return aheadFirst(path, schema, found)
}

// aheadFirst puts those functions in front that a search path names before the built-in ones, and counts them: none,
// where pg_catalog is not in the path or a schema is given.
func aheadFirst(path []string, schema string, found []*state.Function) ([]*state.Function, int) {
	at := slices.Index(path, "pg_catalog")
	if schema != "" || at < 0 {
		return found, 0
	}
	var first, rest []*state.Function
	for _, f := range found {
		if slices.Contains(path[:at], f.Schema) {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(first, rest...), len(first)
}

// Called is bind.Functions': nothing is being made.
func (v View) Called(string, string, *state.Function) {}

// Body is what the names in a function's body mean: bind.Functions.
func (v View) Body(f *state.Function) bind.Catalog { return inBody{v, f} }

// inBody is what names mean in a function's body: what they meant when it was made, whatever session calls it. There
// are no tables in it.
type inBody struct {
	View
	of *state.Function
}

// Table finds nothing.
func (inBody) Table(_, _, _ string) (*state.Table, error) { return nil, nil }

// Find finds nothing.
func (inBody) Find(_, _, _ string) (*state.Table, error) { return nil, nil }

// Relation finds nothing.
func (inBody) Relation(_, _ string) *bind.Relation { return nil }

// Functions are those that the body's names have meant.
func (b inBody) Functions(schema, name string) ([]*state.Function, int) {
	return aheadFirst(b.of.Path, schema, b.Cat.Called(b.of.Database, b.of.Calls, schema, name))
}

// Lookup looks into the search path that the function was made with.
func (b inBody) Lookup(fns *fn.Table, name string) []relations.Answer {
	return b.lookup(fns, name, b.of.Path)
}

// RegOID reads a name in the search path that the function was made with.
func (b inBody) RegOID(typ, text string) (uint32, error) {
	return relations.RegOID(b.env(b.of.Path), typ, text)
}

// RegNames are names as they are found in that path.
func (b inBody) RegNames(typ string) []relations.Answer {
	return relations.RegNames(b.env(b.of.Path), typ)
}

// Functions are those that the view's names have meant; without schema binding, what they mean in the search path that
// the view was made with.
func (w within) Functions(schema, name string) ([]*state.Function, int) {
	v := w.view.View
	if v.Late {
		return w.functions(v.Path, schema, name)
	}
	return aheadFirst(v.Path, schema, w.Cat.Called(w.view.Database, v.Calls, schema, name))
}

// Calls notes the functions that a text calls.
type Calls []state.FunctionCall

func (c *Calls) note(schema, name string, f *state.Function) {
	if !slices.ContainsFunc(*c, func(u state.FunctionCall) bool {
		return u.Schema == schema && u.Name == name && u.Function == f.ID
	}) {
		*c = append(*c, state.FunctionCall{Schema: schema, Name: name, Function: f.ID, In: f.Schema, Args: f.Args})
	}
}

// Called notes what a view calls: bind.Functions.
func (r *Recorder) Called(schema, name string, f *state.Function) { r.Calls.note(schema, name, f) }

// Maker is a View that notes what the names in the body of a function mean: bind.Catalog while that is made.
type Maker struct {
	View
	Of    *state.Function // by its own name it is itself, as it will be
	Calls Calls
}

// Functions are those that there will be with the new one.
func (m *Maker) Functions(schema, name string) ([]*state.Function, int) {
	found, ahead := m.View.Functions(schema, name)
	in := []string{schema}
	if schema == "" {
		in = m.path()
	}
	if name != m.Of.Name || !slices.Contains(in, m.Of.Schema) {
		return found, ahead
	}
	if i := slices.IndexFunc(found, func(f *state.Function) bool { return f.ID == m.Of.ID }); i >= 0 {
		found[i] = m.Of
		return found, ahead
	}
	return aheadFirst(m.path(), schema, append(found, m.Of))
}

// Called is bind.Functions'.
func (m *Maker) Called(schema, name string, f *state.Function) { m.Calls.note(schema, name, f) }

// Body is what names in a body mean: in that of the new function the session's.
func (m *Maker) Body(f *state.Function) bind.Catalog {
	if f == m.Of {
		return m
	}
	return m.View.Body(f)
}
