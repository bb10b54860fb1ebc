package state

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

//go:generate go run github.com/tinylib/msgp -file function.go -o function_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Function is a scalar function that a user has made of an SQL expression. Frozen.
type Function struct {
	ID       FunctionID   `msg:"id"`
	Database string       `msg:"db"`
	Schema   string       `msg:"schema"`
	Name     string       `msg:"name"`
	Owner    string       `msg:"owner"`
	Args     argumentList `msg:"args"`
	Returns  types.Type   `msg:"returns"`
	// Volatility is what its creator declared, as pg_proc has it: "v", "s", "i". What is computed once goes by the body.
	Volatility string `msg:"vol"`
	// Body is SQL text, as it was written: a SELECT of one expression, in which $1 is the first argument.
	Body string `msg:"body"`
	// These are settings of its creator: how '\' reads, and which names of attributes keep their case (parse.Options).
	StandardStrings bool `msg:"std"`
	AttributeCase   bool `msg:"acase,omitempty"`
	QuotedCase      bool `msg:"qcase,omitempty"`
	// Path is the creator's search path: where names that are text are looked for ('t'::regclass).
	Path  []string `msg:"path"`
	Calls CallList `msg:"calls"`
	// Def counts the definitions that it has had, from 1.
	Def uint64 `msg:"def"`
}

// Argument is an argument of a function. Its name may be "". A DECIMAL of precision 0, here and as what is returned,
// has the digits of what it is given.
type Argument struct {
	Name string     `msg:"name"`
	Type types.Type `msg:"type"`
}

// FunctionCall is what a function's name means in a text: in the body of another one, or in a view's query. One name
// may mean several, of other arguments.
type FunctionCall struct {
	Schema   string     `msg:"schema"` // as it is written there
	Name     string     `msg:"name"`
	Function FunctionID `msg:"id"`
	// In and Args are where it was and what it took, to find one that was made in its place: who drops a function asks no
	// other one.
	In   string       `msg:"in"`
	Args argumentList `msg:"args"`
}

// Types are those of the arguments.
func (f *Function) Types() []types.Type {
	out := make([]types.Type, len(f.Args))
	for i, a := range f.Args {
		out[i] = a.Type
	}
	return out
}

// Signature is f as messages show it: its name and its arguments' types.
func (f *Function) Signature() string { return Signature(f.Name, f.Types()) }

// Signature is a function as messages show it.
func Signature(name string, args []types.Type) string {
	names := make([]string, len(args))
	for i, t := range args {
		names[i] = t.Name()
	}
	return name + "(" + strings.Join(names, ", ") + ")"
}

// functionPath is a function's key: names hold no NUL. Lengths and digits do not make another function.
func functionPath(db, schema, name string, args []types.Type) string {
	key := tablePath(db, schema, name) + "\x00"
	for _, t := range args {
		key += fmt.Sprintf("%d,", t.OID())
	}
	return key
}

func (f *Function) path() string { return functionPath(f.Database, f.Schema, f.Name, f.Types()) }

// FunctionByID finds a function by oid, nil if there is none.
func (c *Catalog) FunctionByID(id FunctionID) *Function {
	f, _ := c.functions.get(id)
	return f
}

// Function finds the function that takes such arguments, nil if there is none.
func (c *Catalog) Function(db, schema, name string, args []types.Type) *Function {
	id, ok := c.signatures.get(functionPath(db, schema, name, args))
	if !ok {
		return nil
	}
	return c.FunctionByID(id)
}

// Functions lists a database's functions by schema, name and arguments.
func (c *Catalog) Functions(db string) []*Function { return c.functionsUnder(path(db, "")) }

// FunctionsIn lists a schema's functions.
func (c *Catalog) FunctionsIn(db, schema string) []*Function {
	return c.functionsUnder(tablePath(db, schema, ""))
}

// FunctionsOf lists the functions of one name.
func (c *Catalog) FunctionsOf(db, schema, name string) []*Function {
	return c.functionsUnder(tablePath(db, schema, name) + "\x00")
}

// functionsUnder lists the functions whose keys begin so.
func (c *Catalog) functionsUnder(prefix string) []*Function {
	var out []*Function
	c.signatures.from(prefix, func(key string, id FunctionID) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		out = append(out, c.FunctionByID(id))
		return true
	})
	return out
}

// AllFunctions lists the functions of all databases by oid.
func (c *Catalog) AllFunctions() []*Function { return c.functions.values() }

// setFunction puts f, which it keeps, into c, a private copy.
func (c *Catalog) setFunction(f *Function) {
	c.functions = c.functions.set(f.ID, f)
	c.signatures = c.signatures.set(f.path(), f.ID)
}

func (c *Catalog) removeFunction(f *Function) {
	c.functions = c.functions.delete(f.ID)
	c.signatures = c.signatures.delete(f.path())
}

// Callers are the views that call some functions, and the views over those, without those that are over the relations
// of but; nearest first.
func (c *Catalog) Callers(of []*Function, but ...*Table) []*Table {
	var out []*Table
	for _, f := range of {
		for _, t := range c.Tables(f.Database) {
			if t.calls(f.ID) && !slices.Contains(out, t) && !slices.Contains(but, t) {
				out = append(out, t)
			}
		}
	}
	for _, t := range c.Dependents(out...) {
		if !slices.Contains(but, t) {
			out = append(out, t)
		}
	}
	return out
}

// calls reports whether t is a view whose query calls the function.
func (t *Table) calls(id FunctionID) bool {
	return t.IsView() && slices.ContainsFunc(t.View.Calls, func(u FunctionCall) bool { return u.Function == id })
}

// Called are the functions that a name means in a text that says so by its calls. In a view's they are there; where a
// function's body names one that is no more, it is the one in its place.
func (c *Catalog) Called(db string, calls []FunctionCall, schema, name string) []*Function {
	var out []*Function
	for i := range calls {
		u := &calls[i]
		if u.Schema != schema || u.Name != name {
			continue
		}
		f := c.FunctionByID(u.Function)
		if f == nil {
			args := (&Function{Args: u.Args}).Types()
			f = c.Function(db, u.In, u.Name, args)
		}
		if f != nil && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// recursive reports whether calls lead to a function.
func (c *Catalog) recursive(calls []FunctionCall, to FunctionID) bool {
	seen := map[FunctionID]bool{}
	var leads func(calls []FunctionCall) bool
	leads = func(calls []FunctionCall) bool {
		for _, u := range calls {
			if u.Function == to {
				return true
			}
			if f := c.FunctionByID(u.Function); f != nil && !seen[f.ID] {
				seen[f.ID] = true
				if leads(f.Calls) {
					return true
				}
			}
		}
		return false
	}
	return leads(calls)
}

// Replaceable says why a function must not become another one, in PostgreSQL's words; nil: it may.
func (f *Function) Replaceable(by *Function) *sqlerr.Error {
	if f.Returns.OID() != by.Returns.OID() {
		return sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot change return type of existing function").
			WithHint("Use DROP FUNCTION %s first.", f.Signature())
	}
	for i, a := range f.Args {
		if n := by.Args[i].Name; a.Name != "" && n != a.Name {
			return sqlerr.New(sqlerr.InvalidFunctionDefinition, "cannot change name of input parameter \"%s\"", a.Name).
				WithHint("Use DROP FUNCTION %s first.", f.Signature())
		}
	}
	return nil
}

// ErrNoFunction says that a function is missing.
func ErrNoFunction(name string, args []types.Type) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", Signature(name, args))
}

// ErrFunctionExists says that there is one of the name and arguments.
func ErrFunctionExists(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.DuplicateFunction, "function \"%s\" already exists with same argument types", name)
}

// ErrRecursive refuses a function that would be its own part.
func ErrRecursive(signature string) *sqlerr.Error {
	return sqlerr.Unsupported("a recursive SQL function (%s)", signature)
}

func errNoFunctionID(id FunctionID) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedFunction, "function with OID %d does not exist", id)
}
