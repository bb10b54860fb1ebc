package statement

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"slipher/compiler/parse"
	"slipher/leader/names"
)

// bodies are the names of the parser's types of statements, from its source.
func bodies(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../compiler/parse/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Name.Name == "Tag" && m.Recv != nil {
				out = append(out, m.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
			}
		}
	}
	return out
}

// Every type of statement that the parser makes has a row, and each row says enough for those who ask.
func TestRows(t *testing.T) {
	all := bodies(t)
	if len(all) < 20 {
		t.Fatalf("the parser's source has %d statements only", len(all))
	}
	for body, r := range rows {
		name := body.Elem().Name()
		if !slices.Contains(all, name) {
			t.Errorf("a row of %s, which the parser does not make", name)
		}
		if (r.Run == nil) == (r.Own == nil) {
			t.Errorf("%s: it is run by the leader or by the session", name)
		}
		if r.Asks == nil {
			t.Errorf("%s does not say what it asks of its user", name)
		} else if r.Own != nil && len(r.Asks(names.View{}, reflect.New(body.Elem()).Interface().(parse.Body))) > 0 {
			t.Errorf("%s: the session asks nobody", name)
		}
		if r.Own != nil && (r.Describe != nil || r.Changes != nil || r.Block != Part || r.Warn != "" || r.Access != Neither) {
			t.Errorf("%s: what the session runs is not in a transaction", name)
		}
		if r.Own == nil && (r.DescribeOwn != nil || r.InFailed != nil) {
			t.Errorf("%s: what the leader runs is not the session's", name)
		}
		if (r.Changes != nil || r.Define != nil) && r.Access != Writes && r.Standby == nil { // else it depends
			t.Errorf("%s changes something but does not write", name)
		}
		if tag := reflect.New(body.Elem()).Interface().(parse.Body).Tag(); r.Tag != "" && !strings.HasPrefix(r.Tag, tag+" ") {
			t.Errorf("%s: the tag %q of %q", name, r.Tag, tag)
		}
	}
	for _, name := range all {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(rows)),
			func(b reflect.Type) bool { return b.Elem().Name() == name }) {
			t.Errorf("no row of parse.%s", name)
		}
	}
}

// What a standby may do with a text whose leader was lost.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		text string
		want Standby
	}{
		{"SELECT 1", Standby{Repeats: true}},
		{"SELECT 'slipher_drain_node'", Standby{Repeats: true}}, // a mention is no call
		{"SELECT slipher_drain_node('n')", Standby{Acts: true}},
		{"SELECT a FROM (SELECT CASE WHEN SLIPHER_SNAPSHOT() THEN 1 END AS a) t", Standby{Acts: true}},
		{"WITH w AS (SELECT slipher_snapshot() AS a) SELECT a FROM w WHERE a IN (true)", Standby{Acts: true}},
		{"SHOW timezone", Standby{Repeats: true}},
		{"LOCK t", Standby{Repeats: true}},
		{"EXPLAIN SELECT 1", Standby{Repeats: true}},
		{"EXPLAIN DELETE FROM t", Standby{Repeats: true}},
		{"EXPLAIN ANALYZE SELECT 1", Standby{Repeats: true}},
		{"EXPLAIN ANALYZE DELETE FROM t", Standby{}},
		{"EXPLAIN (ANALYZE) SELECT slipher_drain_node('n')", Standby{Acts: true}},
		{"INSERT INTO t VALUES (1)", Standby{}},
		{"CREATE TABLE t (a int)", Standby{}},
		{"TRUNCATE t", Standby{Commits: true}},
		{"VACUUM", Standby{Commits: true}},
		{"EXECUTE p", Standby{Commits: true, Acts: true}},
		{"BEGIN", Standby{Repeats: true, Begins: true}},
		{"END", Standby{Commits: true, Ends: true}},
		{"ABORT", Standby{Repeats: true, Ends: true, Rollback: true}},
		{"SAVEPOINT s", Standby{Repeats: true}},
	} {
		st, err := parse.ParseOne(c.text, parse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := Of(st.Body).Judge(st); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.text, got, c.want)
		}
	}
}
