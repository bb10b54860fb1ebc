package bind

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
)

// userFunctions is a catalog with functions, all of schema public, of which the first so many are ahead of built-in
// ones.
type userFunctions struct {
	tables
	all   []*state.Function
	ahead int
}

func (c *userFunctions) Functions(schema, name string) (out []*state.Function, ahead int) {
	for i, f := range c.all {
		if f.Name == name && (schema == "" || schema == f.Schema) {
			if out = append(out, f); i < c.ahead {
				ahead++
			}
		}
	}
	return out, ahead
}

func (*userFunctions) Called(string, string, *state.Function) {}
func (c *userFunctions) Body(*state.Function) Catalog         { return c }

// create adds the function of a CREATE FUNCTION, if its body can be bound.
func (c *userFunctions) create(b *parse.CreateFunction, fns *fn.Table) error {
	f := &state.Function{ID: state.FunctionID(len(c.all) + 1), Schema: "public", Name: b.Function.Name, Returns: b.Returns,
		Body: b.Body}
	for _, a := range b.Args {
		f.Args = append(f.Args, state.Argument{Name: a.Name, Type: a.Type})
	}
	if err := CheckFunction(f, c, fns, Options{}); err != nil {
		return err
	}
	c.all = append(c.all, f)
	return nil
}

// TestFunctions binds calls of functions that users have made to the trees beside them.
func TestFunctions(t *testing.T) {
	fns, cat := fn.Default(), &userFunctions{tables: testCatalog(t)}
	datadriven.RunTest(t, "testdata/functions", func(t *testing.T, d *datadriven.TestData) string {
		cat.ahead = 0
		if d.HasArg("ahead") {
			cat.ahead = len(cat.all)
		}
		st, err := parse.ParseOne(d.Input, parse.Options{})
		if err != nil {
			return sqlerr.From(err).Message + "\n"
		}
		b, ok := st.Body.(*parse.CreateFunction)
		if !ok {
			return bindText(d.Input, cat, fns)
		}
		if err := cat.create(b, fns); err != nil {
			e := sqlerr.From(err)
			return fmt.Sprintf("ERROR %s: %s at %d of the body\n", e.Code, e.Message, e.Position)
		}
		return "ok\n"
	})
}
