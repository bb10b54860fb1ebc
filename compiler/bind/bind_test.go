package bind

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// bindText binds one statement to its printed tree, or an error to its text and
// the place it points to.
func bindText(sql string, cat Catalog, fns *fn.Table) string {
	stmt, err := parse.ParseOne(sql, parse.Options{})
	if err == nil && stmt == nil {
		return "empty\n"
	}
	var s *algebra.Statement
	if err == nil {
		switch body := stmt.Body.(type) {
		case *parse.Copy:
			s, _, err = Copy(stmt, body, cat, fns, Options{})
		case *parse.CreateTable:
			if err = CheckDefaults(stmt, body, cat, fns); err == nil {
				return "ok\n"
			}
		default:
			s, err = Bind(stmt, cat, fns, Options{})
		}
	}
	if err == nil {
		if err := algebra.Check(s); err != nil {
			return "BUG: " + err.Error() + "\n" + algebra.Format(s)
		}
		return algebra.Format(s)
	}
	e := sqlerr.From(err)
	at := ""
	if e.Position > 0 {
		rest := []rune(sql)[e.Position-1:]
		line, _, _ := strings.Cut(string(rest[:min(20, len(rest))]), "\n")
		at = fmt.Sprintf("\n  at %d: %s", e.Position, line)
	}
	return fmt.Sprintf("ERROR %s: %s%s\n", e.Code, e.Message, at)
}

// TestBind binds the statements of testdata/bind to the trees beside them.
func TestBind(t *testing.T) {
	fns, cat := fn.Default(), testCatalog(t)
	datadriven.Walk(t, "testdata/bind", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			sql := d.Input
			if d.Cmd == "file" { // of tests/data
				text, err := os.ReadFile("../../tests/data/" + d.CmdArgs[0].Key)
				if err != nil {
					t.Fatal(err)
				}
				sql = string(text)
			}
			return bindText(sql, cat, fns)
		})
	})
}
