package tpcds

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// queries is how many there are.
const queries = 99

// slowest is what a query may take at SF 1.
const slowest = time.Minute

// widened are the queries whose answers depend on the types of intermediate results: Redshift's averages of integers
// and decimals, and its quotients of decimals, have few digits where the answers' have many. With these places as
// DOUBLE the rules agree.
var widened = map[int]*regexp.Regexp{7: averages, 13: averages, 22: averages, 26: averages, 27: averages, 39: averages,
	44: averages, 58: regexp.MustCompile(`(sum)\((\w+_ext_sales_price)\)`),
	83: regexp.MustCompile(`(sum)\((\w+_return_quantity)\)`)}

var averages = regexp.MustCompile(`(avg)\((\w+)\)`)

// readQuery is the text of query n.
func readQuery(t testing.TB, n int) string {
	t.Helper()
	text, err := os.ReadFile(answers.Shared(t, "tpcds", "queries", fmt.Sprintf("q%02d.sql", n)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// load makes the tables with the attributes that attrs gives and fills them.
func load(t testing.TB, conn *cluster.Conn, attrs func(table) string) {
	t.Helper()
	data := answers.ScaleOne(t, "tpcds")
	for _, tab := range schema(t) {
		create := fmt.Sprintf("CREATE TABLE %s(%s) %s", tab.name, tab.columns, attrs(tab))
		t.Log(tab.name, attrs(tab))
		conn.Exec(t, create)
		conn.Exec(t, fmt.Sprintf("COPY %s FROM '%s' WITH (FORMAT csv, DELIMITER '|')", tab.name,
			filepath.Join(data, tab.name+".csv")))
	}
	conn.Exec(t, "ANALYZE")
}

// check runs all queries and compares them with the answers. Those that passed are noted in done, if it is a file, and
// not run again.
func check(t *testing.T, conn *cluster.Conn, done string) {
	t.Helper()
	passed := map[string]bool{}
	if text, err := os.ReadFile(done); err == nil {
		for _, q := range strings.Fields(string(text)) {
			passed[q] = true
		}
	}
	for n := 1; n <= queries; n++ {
		name := fmt.Sprintf("q%02d", n)
		if passed[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text := readQuery(t, n)
			start := time.Now()
			conn.Exec(t, text)
			if took := time.Since(start); took > slowest {
				t.Errorf("took %s", took.Round(time.Second))
			}
			if w := widened[n]; w != nil {
				text = w.ReplaceAllString(text, "$1($2::double precision)")
			}
			want := answers.Read(t, answers.Shared(t, "tpcds", "answers-sf1", name+".csv"))
			if err := answers.Compare(conn.Exec(t, text), want); err != nil {
				t.Fatal(err)
			}
			note(t, done, name)
		})
	}
}

// note adds a query to those that passed.
func note(t *testing.T, file, query string) {
	t.Helper()
	if file == "" {
		return
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, query)
}

// progress is the file of the queries that passed for this commit under a design; "" unless SLIPHER_PROGRESS names a
// folder.
func progress(t *testing.T, design string) string {
	t.Helper()
	dir := os.Getenv("SLIPHER_PROGRESS")
	if dir == "" {
		return ""
	}
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, strings.TrimSpace(string(commit))+"-"+design)
}

// The 99 queries give the right answers under the natural keys, in both tiers.
func TestNaturalKeys(t *testing.T) {
	cluster.NeedLong(t)
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			load(t, conn, natural)
			for _, tier := range []string{"primitives", "fused"} {
				t.Run(tier, func(t *testing.T) {
					conn.Exec(t, "SET slipher_tier = "+tier)
					check(t, conn, progress(t, "natural-"+shape.String()+"-"+tier))
				})
			}
		})
	}
}

// designs is how many random choices of keys are tried.
const designs = 10

// The answers do not depend on where rows lie and in what order: random distribution and sort keys for every table, on
// two nodes, the tier by the seed.
func TestRandomKeys(t *testing.T) {
	cluster.NeedLong(t)
	for seed := range uint64(designs) {
		t.Run(fmt.Sprintf("seed%d", seed), func(t *testing.T) {
			c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			load(t, conn, random(rand.New(rand.NewPCG(seed, 99))))
			conn.Exec(t, "SET slipher_tier = "+[...]string{"primitives", "fused", "auto"}[seed%3])
			check(t, conn, progress(t, fmt.Sprintf("seed%d", seed)))
		})
	}
}
