package rewrite_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/optimize/plantest"
	"slipher/compiler/rewrite"
)

// TestRewrite compares trees with the goldens of testdata: those after all rules, or (trace) after each that changed
// one.
func TestRewrite(t *testing.T) {
	ddl, err := os.ReadFile("testdata/schema.ddl")
	if err != nil {
		t.Fatal(err)
	}
	s, err := plantest.New(string(ddl))
	if err != nil {
		t.Fatal(err)
	}
	env := rewrite.Env{Fn: fn.Default()}
	datadriven.RunTest(t, "testdata/rules", func(t *testing.T, d *datadriven.TestData) string {
		st, err := s.Bind(d.Input)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		if d.Cmd == "trace" {
			var b strings.Builder
			if _, err := rewrite.Trace(st, env, func(rule string, st *algebra.Statement) {
				b.WriteString(rule + "\n" + algebra.FormatTrees(st))
			}); err != nil {
				return "error: " + err.Error() + "\n"
			}
			return b.String()
		}
		bound := algebra.Format(st)
		after, err := rewrite.Apply(st, env)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		if algebra.Format(st) != bound {
			t.Errorf("%s: the bound tree was changed:\n%s", d.Input, algebra.Format(st))
		}
		if err := algebra.Check(after); err != nil {
			t.Errorf("%s: %v", d.Input, err)
		}
		once := algebra.Format(after)
		again, err := rewrite.Apply(after, env)
		if err != nil {
			t.Fatal(err)
		}
		if twice := algebra.Format(again); twice != once {
			t.Errorf("%s\nnot stable:\n%s", d.Input, twice)
		}
		return once
	})
}
