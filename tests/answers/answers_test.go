package answers

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// A run goes on where it ended, and says of both parts what they took.
func TestProgress(t *testing.T) {
	t.Setenv("SLIPHER_PROGRESS", filepath.Join(t.TempDir(), "new"))
	p := openProgress(t, "suite-seed1")
	p.note(t, "q01", 1500*time.Millisecond)
	p.note(t, "q02", 2*time.Minute)
	again := openProgress(t, "suite-seed1")
	other := openProgress(t, "suite-seed2")
	if !again.passed("q01") || !again.passed("q02") || again.passed("q03") || other.passed("q01") {
		t.Errorf("%v", again.took)
	}
	again.note(t, "q03", time.Second)
	if got, want := again.String(), "3 queries in 2m2.5s, the slowest q02 in 2m0s"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A seed always makes the same keys, of the tables' own columns, and seeds differ.
func TestRandom(t *testing.T) {
	for _, suite := range []string{"tpch", "tpcds"} {
		tables := Tables(t, cluster.Data(suite, "schema.sql"))
		keys := func(seed uint64) (out []string) {
			attrs := Random(seed)
			for _, tab := range tables {
				out = append(out, attrs(tab))
			}
			return out
		}
		if first := keys(3); !slices.Equal(first, keys(3)) || slices.Equal(first, keys(4)) {
			t.Errorf("%s: %q", suite, first)
		}
	}
	if n := len(Tables(t, cluster.Data("tpcds", "schema.sql"))); n != 24 {
		t.Errorf("TPC-DS has %d tables", n)
	}
}

// Rows in another order are another answer where no two of them tie.
func TestOrder(t *testing.T) {
	row := func(s string) []cluster.Value { return []cluster.Value{{Text: s, Valid: true}} }
	got := cluster.Result{Columns: []string{"x"}, Types: []uint32{25}, Rows: [][]cluster.Value{row("b"), row("a")}}
	if err := Compare(got, [][]string{{"b"}, {"a"}}, true); err != nil {
		t.Error(err)
	}
	swapped := [][]string{{"a"}, {"b"}}
	if Compare(got, swapped, true) == nil {
		t.Error("the order does not count")
	}
	if err := Compare(got, swapped, false); err != nil {
		t.Errorf("the order counts: %v", err)
	}
}
