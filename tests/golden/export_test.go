package golden

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slipher/compiler/optimize/stats"
	"slipher/leader"
	"slipher/tests/cluster"
	"slipher/tests/tpcds"
	"slipher/tests/tpch"
)

var (
	exportFrom = flag.String("stats-storage", "", "managed storage of a server that has analyzed a suite's tables")
	exportIDs  = flag.String("stats-tables", "", "its tables: name=id,…")
	exportOf   = flag.String("stats-suite", "tpch", "which suite's")
)

// TestExport is no test: it writes a suite's stats.json of what ANALYZE has found. See tests/data/README.md.
func TestExport(t *testing.T) {
	if *exportFrom == "" {
		t.Skip("without -stats-storage")
	}
	o, suite := catalog(t, "", true), &tpch.Suite
	if *exportOf == "tpcds" {
		o, suite = catalogOfTPCDS(t), &tpcds.Suite
	}
	tables := map[string]*stats.Table{}
	for _, pair := range strings.Split(*exportIDs, ",") {
		name, id, _ := strings.Cut(pair, "=")
		if _, err := strconv.Atoi(id); err != nil {
			t.Fatalf("table %q", pair)
		}
		files, err := filepath.Glob(filepath.Join(*exportFrom, "t"+id, "*.stats"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no statistics of %s: %v", name, err)
		}
		slices.Sort(files)
		data, err := os.ReadFile(files[len(files)-1])
		if err != nil {
			t.Fatal(err)
		}
		if tables[name], err = stats.Decode(data); err != nil {
			t.Fatal(err)
		}
	}
	// What the file has was counted exactly; it stays.
	have, err := os.ReadFile(cluster.Data(suite.Name, "stats.json"))
	if err == nil {
		err = o.Stats(have)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, st := range tables {
		o.KeepCounts(name, st)
	}
	var text strings.Builder
	for n := range 99 {
		if *exportOf == "tpcds" || n < 22 {
			text.WriteString(strings.ToLower(suite.Query(t, n+1)) + "\n")
		}
	}
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`\w+`).FindAllString(text.String(), -1) {
		words[w] = true
	}
	out, err := o.FormatStats(tables, func(_, column string) bool { return words[column] },
		leader.Sizes{Common: 25, Parts: 20, Sample: 250})
	if err == nil {
		err = os.WriteFile(cluster.Data(suite.Name, "stats.json"), out, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
