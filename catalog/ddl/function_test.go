package ddl

import (
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// function is a CREATE FUNCTION.
func function(schema, name string, args ...types.Type) Function {
	f := Function{Name: Name{Schema: schema, Name: name}, Is: state.Function{Returns: types.TInt4, Body: "select 1"}}
	for _, t := range args {
		f.Args = append(f.Args, Argument{Type: t})
	}
	return f
}

func define(t *testing.T, s Scope, in Function) Scope {
	t.Helper()
	f, p, err := NewFunction(s, in)
	if err != nil {
		t.Fatal(err)
	}
	p.Make(f)
	s.Catalog = apply(t, s.Catalog, p.Command)
	return s
}

// Functions are made where their names say, and found there.
func TestFunctions(t *testing.T) {
	s := define(t, define(t, define(t, scope(t), function("", "f", types.TInt4)), function("s", "f", types.TInt4)),
		function("", "f"))
	named := func(schema, name string, args ...types.Type) FunctionName {
		return FunctionName{Name: Name{Schema: schema, Name: name}, Args: args}
	}
	if f, err := s.Function(named("", "f", types.TInt4)); err != nil || f == nil || f.Schema != "public" {
		t.Errorf("found %+v, %v", f, err)
	}
	if f, err := s.Function(FunctionName{Name: Name{Schema: "s", Name: "f"}, Any: true}); err != nil || f.Schema != "s" {
		t.Errorf("found %+v, %v", f, err)
	}
	replaced := function("", "f", types.TInt4)
	replaced.Replace, replaced.Args[0].Name = true, "a"
	s = define(t, s, replaced)
	if f, _ := s.Function(named("", "f", types.TInt4)); f.Def != 2 || f.Args[0].Name != "a" {
		t.Errorf("replaced: %+v", f)
	}

	code := func(err error, want sqlerr.Code) {
		t.Helper()
		if err == nil || sqlerr.From(err).Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	makes := func(in Function) error {
		_, _, err := NewFunction(s, in)
		return err
	}
	code(makes(function("", "f", types.TInt4)), sqlerr.DuplicateFunction)
	code(makes(function("none", "f")), sqlerr.InvalidSchemaName)
	code(makes(function("pg_temp", "f")), sqlerr.FeatureNotSupported)
	code(makes(function("pg_catalog", "f")), sqlerr.InsufficientPrivilege)
	code(makes(function("", "f", make([]types.Type, 33)...)), sqlerr.TooManyArguments)
	twice := function("", "g", types.TInt4, types.TInt4)
	twice.Args[0].Name, twice.Args[1].Name = "a", "a"
	code(makes(twice), sqlerr.InvalidFunctionDefinition)
	other := replaced
	other.Is.Returns = types.TInt8
	code(makes(other), sqlerr.InvalidFunctionDefinition)

	drops := func(ifExists bool, ns ...FunctionName) (*Plan, error) { return DropFunction(s, ns, ifExists, false) }
	_, err := drops(false, named("", "none"))
	code(err, sqlerr.UndefinedFunction)
	_, err = drops(false, named("none", "f"))
	code(err, sqlerr.InvalidSchemaName)
	_, err = drops(false, FunctionName{Name: Name{Name: "f"}, Any: true})
	code(err, sqlerr.AmbiguousFunction)
	p, err := drops(true, named("", "none"), named("", "f"), named("", "f"))
	if err != nil || len(p.Command.Ops) != 1 || len(p.Notices) != 1 {
		t.Errorf("dropped: %+v, %v", p, err)
	}
	_, err = RenameFunction(s, named("", "f", types.TInt4), Ident{Name: "f"})
	code(err, sqlerr.DuplicateFunction)
	_, err = RenameFunction(s, named("", "none", types.TInt4), Ident{Name: "f"})
	code(err, sqlerr.UndefinedFunction)
	_, err = OwnFunction(s, named("", "f", types.TInt4), Ident{Name: "nobody"})
	code(err, sqlerr.UndefinedObject)
	if p, err = RenameFunction(s, named("", "f", types.TInt4), Ident{Name: "g"}); err != nil {
		t.Fatal(err)
	}
	s.Catalog = apply(t, s.Catalog, p.Command)
	if f, _ := s.Function(named("", "g", types.TInt4)); f == nil || f.Def != 3 {
		t.Errorf("renamed: %+v", f)
	}
}
