package state

import (
	"bytes"
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// function makes the operation for a function of such arguments, which calls others.
func function(schema, name string, args []types.Type, calls ...*Function) *CreateFunction {
	f := Function{Database: DefaultDatabase, Schema: schema, Name: name, Owner: "u", Returns: types.TInt4, Volatility: "v",
		Body: "select 1"}
	for _, t := range args {
		f.Args = append(f.Args, Argument{Type: t})
	}
	for _, g := range calls {
		f.Calls = append(f.Calls, FunctionCall{Name: g.Name, Function: g.ID, In: g.Schema, Args: g.Args})
	}
	return &CreateFunction{FunctionBody{f}}
}

// redefined is the operation that gives a function what change makes of it.
func redefined(old *Function, change func(f *Function)) *ReplaceFunction {
	o := &ReplaceFunction{FunctionBody{*old}}
	change(&o.Function)
	return o
}

// callsOf is the operation for a view that calls functions.
func callsOf(v *CreateView, functions ...*Function) *CreateView {
	for _, f := range functions {
		v.View.View.Calls = append(v.View.View.Calls, FunctionCall{Name: f.Name, Function: f.ID, In: f.Schema, Args: f.Args})
	}
	return v
}

// Functions are told apart by the kinds of their arguments; another definition keeps what others rely on.
func TestFunctions(t *testing.T) {
	one, text := []types.Type{types.TInt4}, []types.Type{types.TVarchar(10)}
	c, _ := run(t, started(t), function("public", "f", one), function("public", "f", text), function("public", "g", nil))
	at := func(c *Catalog, name string, args []types.Type) *Function {
		return c.Function(DefaultDatabase, "public", name, args)
	}
	f := at(c, "f", one)
	if f == nil || f.Def != 1 || f.Signature() != "f(integer)" || at(c, "f", []types.Type{types.TVarchar(99)}) == nil ||
		at(c, "f", nil) != nil || len(c.FunctionsOf(DefaultDatabase, "public", "f")) != 2 ||
		len(c.Functions(DefaultDatabase)) != 3 || len(c.FunctionsIn(DefaultDatabase, "pub")) != 0 {
		t.Fatalf("made: %+v", f)
	}
	back, err := Decode(encode(t, c))
	if err != nil || !bytes.Equal(encode(t, back), encode(t, c)) || at(back, "f", text) == nil {
		t.Fatalf("a snapshot with functions: %v", err)
	}
	fails(t, c, sqlerr.DuplicateFunction, function("public", "f", one))
	fails(t, c, sqlerr.InvalidSchemaName, function("none", "f", one))
	fails(t, c, sqlerr.InsufficientPrivilege, function("pg_catalog", "f", one))
	fails(t, c, sqlerr.InvalidParameterValue, function("public", "", one))
	fails(t, c, sqlerr.UndefinedFunction, function("public", "h", one, &Function{ID: 1 << 30}))
	taken := function("public", "h", one)
	taken.Function.ID = f.ID
	fails(t, c, sqlerr.InternalError, taken)

	next, _ := run(t, c, redefined(f, func(f *Function) { f.Body = "select 2" }))
	if g := next.FunctionByID(f.ID); g.Body != "select 2" || g.Def != 2 {
		t.Errorf("replaced: %+v", g)
	}
	fails(t, next, sqlerr.SerializationFailure, redefined(f, func(*Function) {})) // it has another definition
	fails(t, c, sqlerr.InvalidFunctionDefinition, redefined(f, func(f *Function) { f.Returns = types.TInt8 }))
	fails(t, c, sqlerr.InternalError, redefined(f, func(f *Function) { f.Args = nil }))
	fails(t, c, sqlerr.UndefinedFunction, redefined(f, func(f *Function) { f.ID = 1 << 30 }))
	renamed, _ := run(t, c, redefined(f, func(f *Function) { f.Name, f.Owner = "r", "other" }))
	if at(renamed, "f", one) != nil || at(renamed, "r", one).Owner != "other" {
		t.Error("renamed")
	}
	fails(t, renamed, sqlerr.DuplicateFunction, redefined(at(renamed, "f", text), func(f *Function) {
		f.Name, f.Args = "r", nil
		f.Args = append(f.Args, Argument{Type: types.TVarchar(10)})
	}), redefined(at(renamed, "r", one), func(f *Function) { f.Name = "g" }), function("public", "g", one))
	named, _ := run(t, c, redefined(f, func(f *Function) { f.Args = argumentList{{Name: "a", Type: types.TInt4}} }))
	fails(t, named, sqlerr.InvalidFunctionDefinition, redefined(at(named, "f", one), func(f *Function) {
		f.Args = argumentList{{Name: "b", Type: types.TInt4}}
	}))
}

// A function is no part of itself, whatever order it is said in; views hold the functions that they call, other
// functions do not.
func TestFunctionsCalled(t *testing.T) {
	one := []types.Type{types.TInt4}
	c, _ := run(t, started(t), movies("public"), function("public", "f", one))
	at := func(c *Catalog, name string) *Function { return c.Function(DefaultDatabase, "public", name, one) }
	c, _ = run(t, c, function("public", "g", one, at(c, "f")))
	c, _ = run(t, c, function("public", "h", one, at(c, "g")))
	f, g, h := at(c, "f"), at(c, "g"), at(c, "h")
	fails(t, c, sqlerr.FeatureNotSupported, redefined(f, func(f *Function) {
		f.Calls = CallList{{Name: "h", Function: h.ID}}
	}))
	fails(t, c, sqlerr.FeatureNotSupported, redefined(f, func(f *Function) {
		f.Calls = CallList{{Name: "f", Function: f.ID}}
	}))
	gone, _ := run(t, c, &DropFunction{ID: f.ID})
	if got := gone.Called(DefaultDatabase, g.Calls, "", "f"); len(got) != 0 {
		t.Errorf("a function that is gone: %v", got)
	}
	run(t, gone, redefined(g, func(f *Function) { f.Name = "renamed" })) // although what it calls is gone
	again, _ := run(t, gone, function("public", "f", one))
	if got := again.Called(DefaultDatabase, g.Calls, "", "f"); len(got) != 1 || got[0].ID == f.ID {
		t.Errorf("one in its place: %v", got)
	}
	if got := c.Called(DefaultDatabase, g.Calls, "public", "f"); len(got) != 0 {
		t.Errorf("by another name: %v", got)
	}

	c, _ = run(t, c, callsOf(view("public", "v", []string{"a"}), f))
	v := c.Table(DefaultDatabase, "public", "v")
	c, _ = run(t, c, callsOf(view("public", "w", []string{"a"}, v), f, g))
	if got := viewsOf(c.Callers([]*Function{f})); !slices.Equal(got, []string{"v", "w"}) {
		t.Errorf("callers: %v", got)
	}
	fails(t, c, sqlerr.DependentObjects, &DropFunction{ID: f.ID})
	fails(t, c, sqlerr.UndefinedFunction, &DropFunction{ID: 1 << 30})
	fails(t, c, sqlerr.UndefinedFunction, callsOf(view("public", "x", []string{"a"}), &Function{ID: 1 << 30}))
	if got := Changes(&DropFunction{ID: f.ID, Cascade: true}, c); len(got) != 2 {
		t.Errorf("changes: %v", got)
	}
	dropped, _ := run(t, c, &DropFunction{ID: f.ID, Cascade: true})
	if dropped.Table(DefaultDatabase, "public", "w") != nil || at(dropped, "f") != nil || at(dropped, "g") == nil {
		t.Error("dropped with what calls it")
	}
	dropped, _ = run(t, c, &DropFunction{ID: h.ID})
	if at(dropped, "h") != nil || dropped.TableByID(v.ID) == nil {
		t.Error("dropped what no view calls")
	}
}

// Schemas and databases go with their functions, and with the views elsewhere that call them.
func TestFunctionsInside(t *testing.T) {
	c, _ := run(t, started(t), &CreateSchema{Schema: Schema{Database: DefaultDatabase, Name: "s"}},
		function("s", "f", nil), function("public", "g", nil))
	f := c.Function(DefaultDatabase, "s", "f", nil)
	c, _ = run(t, c, callsOf(view("public", "v", []string{"a"}), f))
	c, _ = run(t, c, callsOf(view("s", "inside", []string{"a"}, c.Table(DefaultDatabase, "public", "v")), f))
	fails(t, c, sqlerr.DependentObjects, &DropSchema{Database: DefaultDatabase, Name: "s"})
	o := &DropSchema{Database: DefaultDatabase, Name: "s", Cascade: true}
	if got := Changes(o, c); len(got) != 2 {
		t.Errorf("changes: %v", got)
	}
	c, _ = run(t, c, o)
	if c.FunctionByID(f.ID) != nil || len(c.AllTables()) != 0 || len(c.AllFunctions()) != 1 {
		t.Error("a schema was dropped")
	}
	other := function("public", "f", nil)
	other.Function.Database = "other"
	c, _ = run(t, c, &CreateDatabase{Database: Database{Name: "other"}}, other)
	c, _ = run(t, c, &DropDatabase{Name: "other"})
	if len(c.AllFunctions()) != 1 {
		t.Error("a database was dropped")
	}
}
