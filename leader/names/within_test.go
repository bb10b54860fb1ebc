package names

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// somebody is a session of a user in a database. What it does not say nobody asks for.
type somebody struct {
	fn.Session
	user string
	path []string
}

func (s somebody) CurrentUser() string     { return s.user }
func (s somebody) CurrentDatabase() string { return state.DefaultDatabase }
func (s somebody) SearchPath() []string    { return s.path }
func (s somebody) TempSchema() string      { return "" }

// In a view's query names mean what they meant, and its owner reads; the view is what others must be allowed to read.
func TestWithin(t *testing.T) {
	c, res := state.New().Apply(&state.Command{Ops: []state.Op{
		&state.Bootstrap{Cluster: state.Cluster{ID: "x", Slices: 1, SigningKey: []byte{1}}},
		&state.CreateSchema{Schema: state.Schema{Database: state.DefaultDatabase, Name: "s", Owner: "ada"}},
		table("public", "t", "ada"), table("s", "t", "eve")}})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	ada := View{c, somebody{user: state.SystemUser, path: []string{"public"}}}
	rec := &Recorder{View: ada}
	for range 2 {
		if _, err := rec.Table("", "", "t"); err != nil {
			t.Fatal(err)
		}
	}
	if len(rec.Uses) != 1 || len(rec.Uses[0].IDs) != 1 {
		t.Fatalf("noted: %+v", rec.Uses)
	}
	v := &state.Table{Database: state.DefaultDatabase, Schema: "public", Name: "v", Owner: state.SystemUser,
		View: &state.View{Uses: rec.Uses}}
	bob := View{c, somebody{user: "bob", path: []string{"s"}}}
	in := bob.Within(v)
	if got, err := in.Table("", "", "t"); err != nil || got == nil || got.Schema != "public" {
		t.Errorf("t is %+v, %v", got, err)
	}
	if got, err := in.Table("", "s", "t"); err != nil || got != nil {
		t.Errorf("a name that the view has not: %+v, %v", got, err)
	}
	if in.Relation("", "pg_class") == nil || in.Relation("", "t") != nil {
		t.Error("relations of the catalog")
	}
	v.Owner = "nobody"
	if _, err := in.Table("", "", "t"); code(err) != sqlerr.InsufficientPrivilege {
		t.Errorf("its owner may not read it: %v", err)
	}
	late := bob.Within(&state.Table{Database: state.DefaultDatabase, Owner: state.SystemUser,
		View: &state.View{Late: true}})
	if got, err := late.Table("", "s", "t"); err != nil || got == nil || got.Schema != "s" {
		t.Errorf("late: %+v, %v", got, err)
	}
	if _, err := late.Table("", "", "t"); code(err) != sqlerr.FeatureNotSupported {
		t.Errorf("late, without a schema: %v", err)
	}
}

func table(schema, name, owner string) state.Op {
	return &state.CreateTable{Table: state.Table{Database: state.DefaultDatabase, Schema: schema, Name: name, Owner: owner,
		Columns: []state.Column{{Name: "a", Type: types.TInt4}}}}
}

func code(err error) sqlerr.Code {
	if err == nil {
		return ""
	}
	return sqlerr.From(err).Code
}
