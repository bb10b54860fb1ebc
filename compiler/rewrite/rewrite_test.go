package rewrite_test

import (
	"os"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/compiler/algebra"
	"slipher/compiler/optimize/plantest"
	"slipher/compiler/rewrite"
)

// TestRewrite compares trees after all rules with the goldens of testdata.
func TestRewrite(t *testing.T) {
	ddl, err := os.ReadFile("testdata/schema.ddl")
	if err != nil {
		t.Fatal(err)
	}
	s, err := plantest.New(string(ddl))
	if err != nil {
		t.Fatal(err)
	}
	datadriven.RunTest(t, "testdata/rules", func(t *testing.T, d *datadriven.TestData) string {
		st, err := s.Bind(d.Input)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		rewrite.Apply(st)
		if err := algebra.Check(st); err != nil {
			t.Errorf("%s: %v", d.Input, err)
		}
		once := algebra.Format(st)
		rewrite.Apply(st)
		if twice := algebra.Format(st); twice != once {
			t.Errorf("%s\nnot stable:\n%s", d.Input, twice)
		}
		return once
	})
}
