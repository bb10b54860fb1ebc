package ddl

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// maxArguments is how many arguments a function may have: Redshift's bound.
const maxArguments = 32

// Argument is an argument of a function.
type Argument struct {
	Name     string
	Type     types.Type
	Position int
}

// Function is CREATE FUNCTION.
type Function struct {
	Name    Name
	Replace bool
	Args    []Argument
	Is      state.Function // but for its name and arguments
}

// NewFunction is the function that CREATE FUNCTION means, with the id of one that it replaces: what its body calls is
// to be found out. The plan has its notices.
func NewFunction(s Scope, in Function) (*state.Function, *Plan, error) {
	p := &Plan{}
	if in.Name.Schema == "pg_temp" || s.TempSchema != "" && in.Name.Schema == s.TempSchema {
		return nil, nil, sqlerr.Unsupported("a temporary function").At(in.Name.Position)
	}
	schema, err := s.target(in.Name)
	if err != nil {
		return nil, nil, err
	}
	if state.IsSystemSchema(schema) {
		return nil, nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", schema)
	}
	if len(in.Args) > maxArguments {
		return nil, nil, sqlerr.New(sqlerr.TooManyArguments, "functions cannot have more than %d arguments", maxArguments)
	}
	f := in.Is
	f.Database, f.Schema, f.Name, f.Owner = s.Database, schema, p.cut(in.Name.Name), s.User
	for _, a := range in.Args {
		for _, b := range f.Args {
			if a.Name != "" && b.Name == a.Name {
				return nil, nil, sqlerr.New(sqlerr.InvalidFunctionDefinition, "parameter name \"%s\" used more than once",
					a.Name).At(a.Position)
			}
		}
		f.Args = append(f.Args, state.Argument{Name: p.cut(a.Name), Type: a.Type})
	}
	if old := s.Catalog.Function(s.Database, schema, f.Name, f.Types()); old != nil {
		if !in.Replace {
			return nil, nil, state.ErrFunctionExists(f.Name).At(in.Name.Position)
		}
		if err := old.Replaceable(&f); err != nil {
			return nil, nil, err.At(in.Name.Position)
		}
		f.ID, f.Def, f.Owner = old.ID, old.Def, old.Owner
	}
	return &f, p, nil
}

// Make plans to put f, which NewFunction gave, in its place.
func (p *Plan) Make(f *state.Function) {
	if f.ID == 0 {
		p.add(&state.CreateFunction{FunctionBody: state.FunctionBody{Function: *f}})
		return
	}
	p.add(&state.ReplaceFunction{FunctionBody: state.FunctionBody{Function: *f}})
}

// FunctionName names a function: by its arguments' types, or, if Any, as the only one of the name.
type FunctionName struct {
	Name
	Args []types.Type
	Any  bool
}

func (n FunctionName) String() string {
	if n.Any {
		return n.Name.String()
	}
	return state.Signature(n.Name.String(), n.Args)
}

// Function finds a function, nil if there is none.
func (s Scope) Function(n FunctionName) (*state.Function, error) {
	if err := s.local(n.Name); err != nil {
		return nil, err
	}
	path := s.SearchPath
	if n.Schema != "" {
		path = []string{n.Schema}
	}
	for _, schema := range path {
		if !n.Any {
			if f := s.Catalog.Function(s.Database, schema, n.Name.Name, n.Args); f != nil {
				return f, nil
			}
			continue
		}
		switch all := s.Catalog.FunctionsOf(s.Database, schema, n.Name.Name); len(all) {
		case 0:
		case 1:
			return all[0], nil
		default:
			return nil, sqlerr.New(sqlerr.AmbiguousFunction, "function name \"%s\" is not unique", n.Name).
				WithHint("Specify the argument list to select the function unambiguously.").At(n.Position)
		}
	}
	return nil, nil
}

// existing is Function that must be there.
func (s Scope) existing(n FunctionName) (*state.Function, error) {
	f, err := s.Function(n)
	switch {
	case err != nil || f != nil:
		return f, err
	case n.Schema != "" && s.Catalog.Schema(s.Database, n.Schema) == nil:
		return nil, s.Catalog.NoSchema(s.Database, n.Schema).At(n.Position)
	case n.Any:
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "could not find a function named \"%s\"", n.Name).At(n.Position)
	}
	return nil, state.ErrNoFunction(n.Name.String(), n.Args).At(n.Position)
}

// DropFunction plans DROP FUNCTION of one or more functions, all or none.
func DropFunction(s Scope, in []FunctionName, ifExists, cascade bool) (*Plan, error) {
	p := &Plan{}
	var functions []*state.Function
	seen := map[state.FunctionID]bool{}
	for _, n := range in {
		f, err := s.Function(n)
		if f == nil && err == nil {
			if ifExists {
				p.notice("00000", "function %s does not exist, skipping", n)
				continue
			}
			_, err = s.existing(n)
		}
		if err != nil {
			return nil, err
		}
		if !seen[f.ID] {
			seen[f.ID] = true
			functions = append(functions, f)
			p.add(&state.DropFunction{ID: f.ID, Cascade: cascade})
		}
	}
	if cascade {
		p.cascades(s.Catalog.Callers(functions))
	}
	return p, nil
}

// RenameFunction plans ALTER FUNCTION … RENAME TO. Who calls it goes on calling it.
func RenameFunction(s Scope, n FunctionName, to Ident) (*Plan, error) {
	p := &Plan{}
	old, err := s.existing(n)
	if err != nil {
		return nil, err
	}
	f := *old
	f.Name = p.cut(to.Name)
	if s.Catalog.Function(f.Database, f.Schema, f.Name, f.Types()) != nil {
		return nil, sqlerr.New(sqlerr.DuplicateFunction, "function %s already exists in schema \"%s\"", f.Signature(),
			f.Schema).At(to.Position)
	}
	p.Make(&f)
	return p, nil
}

// OwnFunction plans ALTER FUNCTION … OWNER TO.
func OwnFunction(s Scope, n FunctionName, to Ident) (*Plan, error) {
	p := &Plan{}
	old, err := s.existing(n)
	if err != nil {
		return nil, err
	}
	f := *old
	if f.Owner = to.Name; s.Catalog.User(f.Owner) == nil {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "user \"%s\" does not exist", to.Name).At(to.Position)
	}
	p.Make(&f)
	return p, nil
}
