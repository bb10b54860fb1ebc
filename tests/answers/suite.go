package answers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// Suite is a benchmark's tables and queries.
type Suite struct {
	Name    string // of its folders below tests/data and the shared one
	Queries int
	Format  string // of the data at SF 1, as COPY is told
	// Natural are the keys that the suite's joins suggest for a table; Constraint is its primary key, if there is one.
	Natural    func(Table) string
	Constraint func(Table) string
	Ordered    bool // answers are in the order of ORDER BY, and no two rows tie
	// Widened are what has to be DOUBLE in a query, as $1($2), for its answer to have the digits of the file: Redshift's
	// averages of integers and decimals, and its quotients of decimals, have fewer.
	Widened map[int]*regexp.Regexp
}

// Run is one run of all queries of a suite.
type Run struct {
	Answers string        // folder
	Slowest time.Duration // what a query may take, 0: anything
	Design  string        // names the run where its progress is kept, "": it is not
}

// Slowest is what a query may take at SF 1.
const Slowest = time.Minute

// Query is the text of query n.
func (s *Suite) Query(t testing.TB, n int) string {
	t.Helper()
	text, err := os.ReadFile(cluster.Data(s.Name, "queries", fmt.Sprintf("q%02d.sql", n)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Tables are the suite's tables.
func (s *Suite) Tables(t testing.TB) []Table {
	t.Helper()
	return Tables(t, cluster.Data(s.Name, "schema.sql"))
}

// Create is the statement that makes a table with some attributes.
func (s *Suite) Create(tab Table, attrs string) string {
	columns := tab.Columns
	if s.Constraint != nil {
		columns += ", " + s.Constraint(tab)
	}
	return fmt.Sprintf("CREATE TABLE %s(%s) %s", tab.Name, columns, attrs)
}

// Load makes the tables with the attributes that attrs gives and fills them: file names a table's data and format is
// what COPY has to know of it.
func (s *Suite) Load(t testing.TB, conn *cluster.Conn, attrs func(Table) string, file func(table string) string,
	format string) {
	t.Helper()
	for _, tab := range s.Tables(t) {
		create := s.Create(tab, attrs(tab))
		t.Log(create)
		conn.Exec(t, create)
		conn.Exec(t, fmt.Sprintf("COPY %s FROM '%s' %s", tab.Name, file(tab.Name), format))
	}
}

// Check runs all queries, each in a test of its own, and compares them with the answers. Those that passed before are
// not run again.
func (s *Suite) Check(t *testing.T, conn *cluster.Conn, run Run) {
	t.Helper()
	done := s.open(t, run.Design)
	for n := 1; n <= s.Queries; n++ {
		name := fmt.Sprintf("q%02d", n)
		if done.passed(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text := s.Query(t, n)
			start := time.Now()
			got := conn.Exec(t, text)
			took := time.Since(start)
			if w := s.Widened[n]; w != nil {
				got = conn.Exec(t, w.ReplaceAllString(text, "$1($2::double precision)"))
			}
			if err := Compare(got, Read(t, filepath.Join(run.Answers, name+".csv")), s.Ordered); err != nil {
				t.Fatal(err)
			}
			if run.Slowest > 0 && took > run.Slowest {
				t.Fatalf("took %s", took.Round(time.Second))
			}
			done.note(t, name, took)
		})
	}
	t.Log(done)
}

// open reads what passed under a design.
func (s *Suite) open(t testing.TB, design string) *progress {
	t.Helper()
	if design == "" {
		return &progress{took: map[string]time.Duration{}}
	}
	return openProgress(t, s.Name+"-"+design)
}

// complete says whether nothing is left to run under a design.
func (s *Suite) complete(t testing.TB, design string) bool {
	t.Helper()
	return len(s.open(t, design).took) == s.Queries
}

// ScaleOne makes and fills the tables at SF 1.
func (s *Suite) ScaleOne(t testing.TB, conn *cluster.Conn, attrs func(Table) string) {
	t.Helper()
	data := ScaleOne(t, s.Name)
	s.Load(t, conn, attrs, func(table string) string { return filepath.Join(data, table+".csv") }, s.Format)
	conn.Exec(t, "ANALYZE")
}

// NaturalKeys checks the suite at SF 1 under its natural keys, on both shapes of cluster and in both tiers. loaded, if
// there is one, looks at a cluster before the first query.
func (s *Suite) NaturalKeys(t *testing.T, loaded func(*testing.T, *cluster.Cluster, *cluster.Conn)) {
	cluster.NeedLong(t)
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			design := func(tier string) string { return fmt.Sprintf("natural-%s-%s", shape, tier) }
			if s.complete(t, design("primitives")) && s.complete(t, design("fused")) {
				t.Skip("done before")
			}
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			s.ScaleOne(t, conn, s.Natural)
			if loaded != nil {
				loaded(t, c, conn)
			}
			for _, tier := range []string{"primitives", "fused"} {
				t.Run(tier, func(t *testing.T) {
					conn.Exec(t, "SET slipher_tier = "+tier)
					s.Check(t, conn, Run{Answers: Shared(t, s.Name, "answers-sf1"), Slowest: Slowest,
						Design: design(tier)})
				})
			}
		})
	}
}

// designs is how many random choices of keys are tried.
const designs = 10

// RandomKeys checks the suite at SF 1 on two nodes under random choices of distribution and sort keys for every table:
// answers do not depend on where rows lie and in what order. The tier is the seed's.
func (s *Suite) RandomKeys(t *testing.T) {
	cluster.NeedLong(t)
	for seed := range uint64(designs) {
		t.Run(DesignName(seed), func(t *testing.T) {
			if s.complete(t, DesignName(seed)) {
				t.Skip("done before")
			}
			c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			s.ScaleOne(t, conn, Random(seed))
			conn.Exec(t, "SET slipher_tier = "+DesignTier(seed))
			s.Check(t, conn, Run{Answers: Shared(t, s.Name, "answers-sf1"), Slowest: Slowest, Design: DesignName(seed)})
		})
	}
}
