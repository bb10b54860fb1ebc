package optimize_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/compiler/optimize/plantest"
	"slipher/compiler/plan"
)

// tpch is TPC-H's schema with keys as a careful user would choose them, and the
// row counts of scale factor 1.
func tpch(t *testing.T) *plantest.Schema {
	ddl, err := os.ReadFile("testdata/tpch.sql")
	if err != nil {
		t.Fatal(err)
	}
	s, err := plantest.New(string(ddl))
	if err != nil {
		t.Fatal(err)
	}
	for table, rows := range tpchRows {
		s.SetRows(table, rows)
	}
	return s
}

func runSQL(t *testing.T, s *plantest.Schema, file string) {
	datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
		slices, nodes := 4, 2
		d.MaybeScanArgs(t, "slices", &slices)
		d.MaybeScanArgs(t, "nodes", &nodes)
		q, err := s.Plan(d.Input, slices, nodes)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		if d.Cmd == "explain" {
			return strings.Join(plan.Explain(q), "\n") + "\n"
		}
		return plan.FormatSegments(q)
	})
}

// Plans of the TPC-H queries of the first issue.
func TestTPCH(t *testing.T) { runSQL(t, withStats(t, tpch(t)), "testdata/tpch") }

// Plans of statements that change rows, on four slices of two nodes.
func TestModify(t *testing.T) { runSQL(t, tpch(t), "testdata/modify") }

// Plans of single features, on four slices of two nodes.
func TestSelect(t *testing.T) { runSQL(t, tpch(t), "testdata/select") }
