package names

import (
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// What a function's name means: in a session, in a text that said so when it was made, and while one is made.
func TestFunctions(t *testing.T) {
	function := func(schema, name string, calls ...state.FunctionCall) *state.CreateFunction {
		return &state.CreateFunction{FunctionBody: state.FunctionBody{Function: state.Function{
			Database: state.DefaultDatabase, Schema: schema, Name: name, Returns: types.TInt4, Calls: calls}}}
	}
	c, res := state.New().Apply(&state.Command{Ops: []state.Op{
		&state.Bootstrap{Cluster: state.Cluster{ID: "x", Slices: 1, SigningKey: []byte{1}}},
		&state.CreateSchema{Schema: state.Schema{Database: state.DefaultDatabase, Name: "s", Owner: "ada"}},
		function("public", "f"), function("s", "f")}})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	schemas := func(fs []*state.Function, ahead int) (out string) {
		for i, f := range fs {
			if i == ahead {
				out += "|"
			}
			out += f.Schema + " "
		}
		return out
	}
	in := func(path ...string) View { return View{c, somebody{user: state.SystemUser, path: path}} }
	for _, x := range []struct {
		view         View
		schema, want string
	}{{in("public", "s"), "", "|public s "}, {in("s", "public"), "", "|s public "}, {in("s"), "public", "|public "},
		{in("s", "pg_catalog", "public"), "", "s |public "}, {in("pg_catalog", "s"), "", "|s "}, {in("none"), "", ""},
		{in("s"), "none", ""}} {
		if got := schemas(x.view.Functions(x.schema, "f")); got != x.want {
			t.Errorf("%v %q: %q, want %q", x.view.path(), x.schema, got, x.want)
		}
	}

	// While f is made it is itself by its name, wherever that finds it.
	f := c.Function(state.DefaultDatabase, "s", "f", nil)
	own := *f
	m := &Maker{View: in("s", "public"), Of: &own}
	if got, _ := m.Functions("", "f"); len(got) != 2 || got[0] != &own {
		t.Errorf("replaced: %v", got)
	}
	other := &state.Function{Schema: "s", Name: "g"}
	if got, _ := (&Maker{View: in("s"), Of: other}).Functions("", "g"); len(got) != 1 || got[0] != other {
		t.Errorf("made: %v", got)
	}
	if got, _ := (&Maker{View: in("public"), Of: other}).Functions("", "g"); len(got) != 0 {
		t.Errorf("not in the path: %v", got)
	}
	for range 2 {
		m.Called("", "f", f)
	}
	if len(m.Calls) != 1 || m.Calls[0].Function != f.ID || m.Calls[0].In != "s" {
		t.Errorf("noted: %+v", m.Calls)
	}

	// In a body, and in a view's query, its name means this one, whoever asks.
	caller := &state.Function{Database: state.DefaultDatabase, Path: []string{"public"}, Calls: state.CallList(m.Calls)}
	body := in("public").Body(caller).(inBody)
	if got := schemas(body.Functions("", "f")); got != "|s " {
		t.Errorf("in a body: %q", got)
	}
	if x, _ := body.Find("", "public", "t"); x != nil || body.Relation("", "pg_class") != nil {
		t.Error("tables in a body")
	}
	v := &state.Table{Database: state.DefaultDatabase, View: &state.View{Calls: state.CallList(m.Calls)}}
	if got := schemas(in("public").Within(v).(within).Functions("", "f")); got != "|s " {
		t.Errorf("in a view: %q", got)
	}
	v.View = &state.View{Late: true, Path: []string{"public"}}
	if got := schemas(in("s").Within(v).(within).Functions("", "f")); got != "|public " {
		t.Errorf("in a late view: %q", got)
	}
}
