package golden

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/leader"
	"slipher/tests/answers"
	"slipher/tests/cluster"
	"slipher/tests/tpcds"
	"slipher/tests/tpch"
	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

// TestGolden runs testdata's scripts. Commands:
//
//	tables      a new catalog with the DDL that follows; `tpch` as argument: TPC-H's, placed as in tests/bench;
//	            `tpcds`: TPC-DS's under its natural keys; nodes=N: the slices are on so many nodes
//	stats       statistics, JSON as of `slipher compile --stats`; none: the suite's as of scale factor 1
//	compile     shows the query that follows, or that suite's of that number with q=N;
//	            emit=(words) as of `slipher compile --emit`, tier=primitives for the other IR
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var o *leader.Offline
		suite := &tpch.Suite
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "tables":
				if d.HasArg("tpcds") {
					suite, o = &tpcds.Suite, catalogOfTPCDS(t)
				} else {
					o = catalog(t, d.Input, d.HasArg("tpch"))
				}
				nodes := 1
				d.MaybeScanArgs(t, "nodes", &nodes)
				o.SetNodes(nodes)
			case "stats":
				text := []byte(d.Input)
				if len(text) == 0 {
					var err error
					if text, err = os.ReadFile(cluster.Data(suite.Name, "stats.json")); err != nil {
						t.Fatal(err)
					}
				}
				if err := o.Stats(text); err != nil {
					d.Fatalf(t, "%v", err)
				}
			case "compile":
				return inspect(t, o, queryOf(t, suite, d), words(d), tierOf(t, d), nil)
			default:
				d.Fatalf(t, "there is no command %s", d.Cmd)
			}
			return ""
		})
	})
}

// The same plan gives the same bytes, down to the assembly, in the same process and catalog or another.
func TestSameBytes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []int{1, 3, 6} {
		var first string
		for run := range 3 {
			pool := llvm.NewPool(1, self, llvm.Options{})
			emit := []string{"plan", "segments", "program", "ir", "sizes"}
			if pool.Available() == nil && q == 6 { // the others take seconds
				emit = append(emit, "opt", "asm")
			}
			got := inspect(t, catalog(t, "", true), tpch.Suite.Query(t, q), emit, "fused", pool)
			pool.Close()
			if run == 0 {
				first = got
			} else if got != first {
				t.Errorf("q%02d, run %d: %s", q, run, firstDifference(first, got))
			}
		}
		t.Logf("q%02d: %d bytes", q, len(first))
		if !strings.Contains(first, "scan public.lineitem") || !strings.Contains(first, "define") {
			t.Errorf("q%02d: nothing to compare", q)
		}
	}
}

func catalog(t *testing.T, ddl string, withTPCH bool) *leader.Offline {
	t.Helper()
	o, err := leader.NewOffline(4)
	if err != nil {
		t.Fatal(err)
	}
	if withTPCH {
		text, err := os.ReadFile(cluster.Data("tpch", "schema.sql"))
		if err != nil {
			t.Fatal(err)
		}
		ddl += placed(string(text))
	}
	if err := o.Schema(ddl); err != nil {
		t.Fatal(err)
	}
	return o
}

// placed adds the tables' attributes.
func placed(ddl string) string {
	for table, attributes := range map[string]string{
		"lineitem": "DISTKEY(l_orderkey) SORTKEY(l_shipdate)", "orders": "DISTKEY(o_orderkey) SORTKEY(o_orderdate)",
		"customer": "DISTKEY(c_custkey)", "part": "DISTKEY(p_partkey)", "partsupp": "DISTKEY(ps_partkey)",
		"supplier": "DISTSTYLE ALL", "nation": "DISTSTYLE ALL", "region": "DISTSTYLE ALL",
	} {
		before, rest, _ := strings.Cut(ddl, "CREATE TABLE "+table+"(")
		columns, after, _ := strings.Cut(rest, ";")
		ddl = before + "CREATE TABLE " + table + "(" + columns + " " + attributes + ";" + after
	}
	return ddl
}

func catalogOfTPCDS(t *testing.T) *leader.Offline {
	t.Helper()
	var ddl strings.Builder
	for _, tab := range tpcds.Suite.Tables(t) {
		fmt.Fprintln(&ddl, tpcds.Suite.Create(tab, tpcds.Suite.Natural(tab))+";")
	}
	return catalog(t, ddl.String(), false)
}

func queryOf(t *testing.T, suite *answers.Suite, d *datadriven.TestData) string {
	var number int
	if d.MaybeScanArgs(t, "q", &number); number == 0 {
		return d.Input
	}
	return suite.Query(t, number)
}

func words(d *datadriven.TestData) []string {
	for _, a := range d.CmdArgs {
		if a.Key == "emit" {
			return a.Vals
		}
	}
	return []string{"plan"}
}

func tierOf(t *testing.T, d *datadriven.TestData) string {
	tier := "fused"
	d.MaybeScanArgs(t, "tier", &tier)
	return tier
}

func inspect(t *testing.T, o *leader.Offline, query string, words []string, tier string, pool *llvm.Pool) string {
	t.Helper()
	out, err := o.Inspect(context.Background(), query, words, tier, target.V3, pool)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n") + "\n"
}

// firstDifference shows the first line in which texts differ.
func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return as[i] + "\nbecame\n" + bs[i]
		}
	}
	return "one text is longer"
}
