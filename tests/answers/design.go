package answers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Table is a table of a schema.
type Table struct {
	Name    string
	Columns string   // as they are declared
	Names   []string // of the columns
}

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)\((.*)\);$`)
	typeArgs    = regexp.MustCompile(`\([^)]*\)`)
)

// Tables are those of a file of DDL, one statement a line.
func Tables(t testing.TB, file string) []Table {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []Table
	for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
		tab := Table{Name: m[1], Columns: m[2]}
		for _, c := range strings.Split(typeArgs.ReplaceAllString(m[2], ""), ",") {
			tab.Names = append(tab.Names, strings.Fields(c)[0])
		}
		out = append(out, tab)
	}
	return out
}

// Random is some choice of distribution and sort keys for every table: the same one for the same seed, if the tables
// come in the same order.
func Random(seed uint64) func(Table) string {
	rng := rand.New(rand.NewPCG(seed, 99))
	return func(tab Table) string {
		column := func() string { return tab.Names[rng.IntN(len(tab.Names))] }
		dist := [...]string{"DISTSTYLE EVEN", "DISTSTYLE ALL", "DISTKEY(" + column() + ")", "DISTKEY(" + tab.Names[0] + ")"}
		sort := [...]string{"", " SORTKEY(" + column() + ")", " INTERLEAVED SORTKEY(" + tab.Names[0] + ")"}
		return dist[rng.IntN(len(dist))] + sort[rng.IntN(len(sort))]
	}
}

// DesignTier is the tier in which a random design runs.
func DesignTier(seed uint64) string {
	return [...]string{"primitives", "fused", "auto"}[seed%3]
}

// DesignName names a random design in test names and files.
func DesignName(seed uint64) string { return fmt.Sprintf("seed%d", seed) }
