package bind

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// session answers leader-only functions in tests with fixed values.
type session struct{}

func (session) Setting(name string) (string, bool)  { return "", false }
func (session) SetSetting(name, value string) error { return nil }
func (session) CurrentUser() string                 { return "dev" }
func (session) CurrentDatabase() string             { return "dev" }
func (session) CurrentSchema() string               { return "public" }
func (session) SearchPath() []string                { return []string{"public"} }
func (session) BackendPID() int32                   { return 42 }
func (session) NowMicros() int64                    { return 0 }
func (session) TransactionMicros() int64            { return 0 }

// testCatalog is TPC-H, and tables with every type.
func testCatalog(t testing.TB, fns *fn.Table) *Offline {
	t.Helper()
	o := NewOffline(session{})
	files, err := filepath.Glob("testdata/*.ddl")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		ddl, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Exec(string(ddl), fns); err != nil {
			t.Fatal(f, err)
		}
	}
	o.AddRelation(&Relation{Schema: "pg_catalog", Name: "pg_class", Columns: []plan.Column{
		{Name: "oid", Type: types.TOID}, {Name: "relname", Type: types.TName}, {Name: "relnamespace", Type: types.TOID},
		{Name: "reltuples", Type: types.TFloat4}}})
	return o
}

// bindText binds one statement to its printed tree, or an error to its text.
func bindText(sql string, o *Offline, fns *fn.Table, after func(*algebra.Statement)) string {
	stmt, err := parse.ParseOne(sql, parse.Options{})
	if err == nil && stmt == nil {
		return "empty\n"
	}
	var s *algebra.Statement
	if err == nil {
		if c, ok := stmt.Body.(*parse.Copy); ok {
			s, _, err = Copy(stmt, c, o, fns)
		} else {
			s, err = Bind(stmt, o, fns, Options{})
		}
	}
	if err != nil {
		e := sqlerr.From(err)
		at := ""
		if e.Position > 0 {
			r := []rune(sql)
			rest := string(r[min(e.Position-1, len(r)):])
			rest, _, _ = strings.Cut(rest, "\n")
			if len(rest) > 20 {
				rest = rest[:20] + "…"
			}
			at = fmt.Sprintf(" at %d: %s", e.Position, rest)
		}
		return fmt.Sprintf("ERROR %s: %s%s\n", e.Code, e.Message, at)
	}
	if after != nil {
		after(s)
	}
	return algebra.Format(s)
}

// TestBind binds the statements of testdata to the trees beside them.
func TestBind(t *testing.T) {
	fns := fn.Default()
	o := testCatalog(t, fns)
	datadriven.Walk(t, "testdata/bind", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			sql := d.Input
			if d.Cmd == "file" {
				text, err := os.ReadFile("testdata/" + d.CmdArgs[0].Key)
				if err != nil {
					t.Fatal(err)
				}
				sql = string(text)
			}
			return bindText(sql, o, fns, nil)
		})
	})
}
