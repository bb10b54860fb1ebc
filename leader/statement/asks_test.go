package statement

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// someone is a session without a server.
type someone struct {
	fn.Session
	user string
}

func (s someone) CurrentUser() string   { return s.user }
func (someone) CurrentDatabase() string { return state.DefaultDatabase }
func (someone) SearchPath() []string    { return []string{"public"} }
func (someone) TempSchema() string      { return "pg_temp_1" }

// What each statement asks for, besides SELECT on what its query reads.
func TestAsks(t *testing.T) {
	c := state.New()
	table := func(name string) state.Table {
		return state.Table{Database: state.DefaultDatabase, Schema: "public", Name: name, Owner: state.DefaultUser,

			Columns: []state.Column{{Name: "a", Type: types.TInt4}}}
	}
	c, res := c.Apply(&state.Command{Ops: state.Ops{&state.Bootstrap{Cluster: state.Cluster{Slices: 1}},
		&state.CreateTable{Table: table("t")}, &state.CreateTable{Table: table("u")},
		&state.CreateSchema{Schema: state.Schema{Database: state.DefaultDatabase, Name: "s", Owner: state.DefaultUser}}}})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	words := map[names.Privilege]string{names.Select: "SELECT", names.Insert: "INSERT", names.Update: "UPDATE",
		names.Delete: "DELETE", names.References: "REFERENCES", names.Create: "CREATE", names.Temporary: "TEMPORARY",
		names.Ownership: "owner", names.CreateDB: "CREATEDB"}
	for _, x := range []struct{ text, want string }{
		{"SELECT a FROM t", ""},
		{"INSERT INTO t VALUES (1)", "INSERT t"},
		{"INSERT INTO t SELECT a + 1 FROM u", "INSERT t"},
		{"UPDATE t SET a = 1", "UPDATE t"},
		{"DELETE FROM t", "DELETE t"},
		{"COPY t FROM STDIN", "INSERT t"},
		{"TRUNCATE t", "owner t"},
		{"DROP TABLE t, public.u, missing", "owner t, owner u"},
		{"CREATE TABLE v (a int)", "CREATE public"},
		{"CREATE TABLE s.v (LIKE t)", "SELECT t, CREATE s"},
		{"CREATE TABLE v (a int REFERENCES t, FOREIGN KEY (a) REFERENCES u)", "REFERENCES t, REFERENCES u, CREATE public"},
		{"CREATE TEMP TABLE v (a int)", "TEMPORARY dev"},
		{"CREATE TABLE v AS SELECT a FROM t", "CREATE public"},
		{"CREATE SCHEMA x", "CREATE dev"},
		{"DROP SCHEMA s, x", "owner s"},
		{"CREATE DATABASE x", "CREATEDB "},
		{"DROP DATABASE dev", "owner dev"},
		{"LOCK t, u", "UPDATE t, UPDATE u"},
		{"ANALYZE", ""},
		{"ANALYZE t", "owner t"},
		{"VACUUM t", "owner t"},
		{"EXPLAIN DELETE FROM t", "DELETE t"},
		{"COMMENT ON TABLE t IS 'x'", "owner t"},
		{"COMMENT ON COLUMN t.a IS 'x'", "owner t"},
		{"COMMENT ON SCHEMA s IS 'x'", "owner s"},
		{"COMMENT ON DATABASE dev IS 'x'", "owner dev"},
		{"SHOW ALL", ""},
	} {
		st, err := parse.ParseOne(x.text, parse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := names.View{Cat: c, Ses: someone{user: "nobody"}}
		asked := Of(st.Body).Asks(v, st.Body)
		var got []string
		for _, r := range asked {
			got = append(got, fmt.Sprintf("%s %s", words[r.Privilege], r.On.Name))
		}
		if got := strings.Join(got, ", "); got != x.want {
			t.Errorf("%s asks for %q, want %q", x.text, got, x.want)
		}
		if err := v.May(asked...); (err != nil) != (x.want != "") {
			t.Errorf("%s, asked by nobody: %v", x.text, err)
		}
		v.Ses = someone{user: state.DefaultUser}
		if err := v.May(asked...); err != nil {
			t.Errorf("%s, asked by a superuser: %v", x.text, err)
		}
	}
	// The binder asks for what a query reads.
	nobody := names.View{Cat: c, Ses: someone{user: "nobody"}}
	if _, err := nobody.Table("", "", "t"); err == nil {
		t.Error("nobody reads a table")
	}
	if tab, err := nobody.Table("", "", "missing"); tab != nil || err != nil {
		t.Errorf("a table that is not there: %v, %v", tab, err)
	}
	if tab, err := nobody.Find("", "", "t"); tab == nil || err != nil {
		t.Errorf("to find is not to read: %v", err)
	}
}
