package bind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// FuzzBind binds any text that parses: no panic, no error without a code, and
// what is bound is a sound tree.
func FuzzBind(f *testing.F) {
	files, err := filepath.Glob("testdata/bind/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n\n") {
			lines := strings.SplitN(part, "\n", 3)
			if len(lines) > 1 && lines[0] == "bind" {
				f.Add(lines[1])
			}
		}
	}
	fns, cat := fn.Default(), testCatalog(f)
	f.Fuzz(func(t *testing.T, sql string) {
		stmt, err := parse.ParseOne(sql, parse.Options{})
		if err != nil || stmt == nil {
			return
		}
		switch stmt.Body.(type) {
		case *parse.Select, *parse.Insert:
		default:
			return
		}
		s, err := Bind(stmt, cat, fns, Options{})
		if err != nil {
			if e := sqlerr.From(err); e.Code == sqlerr.InternalError || e.Position > len([]rune(sql))+1 {
				t.Errorf("%q: %s %v at %d", sql, e.Code, e, e.Position)
			}
			return
		}
		if err := algebra.Check(s); err != nil {
			t.Errorf("%q: %v\n%s", sql, err, algebra.Format(s))
		}
	})
}
