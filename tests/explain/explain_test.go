package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

// tables is what all plans here are about.
const tables = `
	create table f (k int, g int, v int, s varchar(10)) distkey(k) sortkey(v);
	create table e (k int, w int) distkey(k);
	create table d (g int, name varchar(30)) diststyle all;
	insert into f select n, n % 7, n, 's' || (n % 3) from generate_series(1, 20000) as t(n);
	insert into e select n * 2, n from generate_series(1, 500) as t(n);
	insert into d values (0, 'a "quoted" \\ <name>'), (1, 'b'), (2, 'c');
	delete from f where v % 100 = 0;
	analyze f; analyze e; analyze d`

// open is a connection to a warehouse with the tables.
func open(t *testing.T, o warehouse.Options) *pgx.Conn {
	t.Helper()
	c := warehouse.Start(t, o).Connect(t)
	for _, sql := range strings.Split(tables, ";") {
		warehouse.Exec(t, c, sql)
	}
	return c
}

// textOf is a query's first column, a line a row.
func textOf(c *pgx.Conn, sql string) (string, error) {
	r, err := warehouse.Query(c, sql)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, row := range r.Rows {
		fmt.Fprintln(&b, row[0])
	}
	return b.String(), nil
}

// The text, and that of JSON, without what differs from run to run: the same on one process and on nodes.
func TestText(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			c := open(t, shape.Options)
			for _, file := range []string{"testdata/json", "testdata/text"} {
				datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
					got, err := textOf(c, d.Input)
					if err != nil {
						return err.Error() + "\n"
					}
					if d.Cmd == "json" && !json.Valid([]byte(got)) {
						t.Errorf("%s: no JSON", d.Pos)
					}
					return got
				})
			}
		})
	}
}

// plan is what EXPLAIN (FORMAT JSON) gives, as far as tests look at it.
type plan struct {
	Plan     node
	Segments []struct {
		Rows   []int64
		Slices []struct{ Rows []int64 }
		Tier   string
		Time   float64
		Steps  []float64 `json:"Step Times"`
	}
	Execution float64 `json:"Execution Time"`
	Planning  float64 `json:"Planning Time"`
}

type node struct {
	Type         string  `json:"Node Type"`
	Strategy     string  `json:"Strategy"`
	Operation    string  `json:"Operation"`
	Relationship string  `json:"Parent Relationship"`
	Join         string  `json:"Join Type"`
	Estimated    int64   `json:"Plan Rows"`
	Rows         int64   `json:"Actual Rows"`
	Loops        int     `json:"Actual Loops"`
	First        float64 `json:"Actual Startup Time"`
	Total        float64 `json:"Actual Total Time"`
	Own          float64 `json:"Own Time"`
	PerSlice     []int64 `json:"Rows Per Slice"`
	Skew         float64
	Plans        []*node
}

func (n *node) walk(f func(n *node)) {
	f(n)
	for _, c := range n.Plans {
		c.walk(f)
	}
}

// planOf is the one plan in a text.
func planOf(t *testing.T, text string) *plan {
	t.Helper()
	var ps []*plan
	if err := json.Unmarshal([]byte(text), &ps); err != nil || len(ps) != 1 {
		t.Fatalf("%d plans: %v\n%s", len(ps), err, text)
	}
	return ps[0]
}

// questions have all kinds of operators.
var questions = []string{
	`select d.name, count(*) as n from f join d on f.g = d.g join e on e.k = f.k where f.v % 3 = 0 and e.w % 5 <> 0
		group by 1 having count(*) > 5 order by 2 desc limit 2`,
	`select count(*) from f left join e on e.k = f.k and e.w > f.v / 2`,
	`select f.k, e.w from f full join e on e.k = f.k + 1`,
	`select k from f where exists (select 1 from e where e.k = f.k) and k not in (select k from e where w < 100)`,
	`select distinct g from f where v < 5000`,
	`select k, rank() over (partition by g order by v) as r from f qualify r <= 10`,
	`select k from f where k <= 10 union all select k from e`,
	`select k from f intersect select k from e`,
	`select k from f except all select k from e`,
	`select g, s, count(*) from f group by rollup (g, s)`,
	`with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select count(*) from r, d`,
	`with c as (select g, count(*) as n from f group by 1) select * from c a join c b on a.g = b.g + 1`,
	`select * from (select k, v from f order by v limit 100) t where k % 2 = 0`,
	`select name from d, (values (1), (2)) t limit 3`,
	`select nspname from pg_namespace order by 1`,
	`insert into e select k, g from f where k < 5`,
	`update d set name = name || '!' where g < 2`,
	`delete from e where w % 7 = 0`,
	`create table made as select g, count(*) as n from f group by g`,
	`values (1, 'a "quoted" name'), (2, null)`,
}

// Numbers add up: rows of slices are those of their operator, an operator takes as long as what is below it, and every
// operator that ran says what it was expected to give and what it gave.
func TestNumbers(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		for _, tier := range []string{"primitives", "fused"} {
			t.Run(shape.Name+"/"+tier, func(t *testing.T) {
				c := open(t, shape.Options)
				warehouse.Exec(t, c, "set slipher_tier = "+tier)
				numbers(t, c)
			})
		}
	}
}

func numbers(t *testing.T, c *pgx.Conn) {
	t.Helper()
	var sum measured
	for _, q := range questions {
		text, err := textOf(c, "explain (analyze, format json) "+q)
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		p := planOf(t, text)
		if p.Execution <= 0 || p.Planning <= 0 || len(p.Segments) == 0 {
			t.Errorf("%s took %v and %v, %d segments", q, p.Planning, p.Execution, len(p.Segments))
		}
		p.Plan.walk(func(n *node) { checkNode(t, q, n) })
		sum.checkTimes(t, q, p)
		for i, s := range p.Segments {
			for k, rows := range s.Rows {
				sum := int64(0)
				for _, l := range s.Slices {
					sum += l.Rows[k]
				}
				if sum != rows && sum != rows*int64(len(s.Slices)) { // the latter: all nodes do the same
					t.Errorf("%s: segment %d has %v rows, %v", q, i, s.Rows, s.Slices)
				}
			}
		}
	}
	if sum.own < 0.5*sum.segments || sum.steps < 0.5*sum.segments {
		t.Errorf("operators, steps and segments took %+v", sum)
	}
}

// Each step says how many rows it was expected to have on each slice and how many it had, and how long it took, in
// either tier: fused code looks at the clock between loops.
func TestSteps(t *testing.T) {
	const q = `select d.name, count(*) from f join d on f.g = d.g left join e on e.k = f.k where f.v % 3 = 0 group by 1`
	for _, shape := range warehouse.Shapes {
		for _, tier := range []string{"primitives", "fused"} {
			t.Run(shape.Name+"/"+tier, func(t *testing.T) {
				c := open(t, shape.Options)
				warehouse.Exec(t, c, "set slipher_tier = "+tier)
				text, err := textOf(c, "explain (segments, analyze, format json) "+q)
				if err != nil {
					t.Fatal(err)
				}
				var back []struct{ Segments []segment }
				if err := json.Unmarshal([]byte(text), &back); err != nil || len(back) != 1 {
					t.Fatalf("%v: %s", err, text)
				}
				if !slices.ContainsFunc(back[0].Segments, func(s segment) bool { return checkSteps(t, s, tier) }) {
					t.Errorf("no segment of two joins in\n%s", text)
				}
			})
		}
	}
}

type segment struct {
	Tier  string
	Time  float64
	Steps []struct {
		Step     string
		Plan     int64   `json:"Plan Rows"`
		Rows     int64   `json:"Actual Rows"`
		PerSlice []int64 `json:"Rows Per Slice"`
		Each     []int64 `json:"Plan Rows Per Slice"`
		Time     float64
	}
}

// checkSteps looks at the segment that has both joins, and reports whether s is it.
func checkSteps(t *testing.T, s segment, tier string) bool {
	t.Helper()
	joins, sum := 0, 0.0
	for _, st := range s.Steps {
		if sum += st.Time; st.Step == "hjoin" {
			joins++
		}
	}
	if joins < 2 {
		return false
	}
	if !strings.HasPrefix(s.Tier, tier) || sum > s.Time+0.001*float64(len(s.Steps)) {
		t.Errorf("tier %s: %+v", tier, s)
	}
	for i, st := range s.Steps {
		if st.Time <= 0 || i > 0 && i+1 < len(s.Steps) && (st.Rows == 0 || len(st.Each) != len(st.PerSlice) ||
			st.Each[0]*int64(len(st.Each)) < st.Plan) {
			t.Errorf("step %d: %+v", i, st)
		}
	}
	return true
}

// measured is how long segments took, and how much of it is their operators' and their steps'.
type measured struct{ segments, own, steps float64 }

// checkTimes: operators and steps take no longer than segments do. What is between is what a task does around its work,
// or another process did meanwhile: sum is of all plans, of which it is no more than half.
func (sum *measured) checkTimes(t *testing.T, q string, p *plan) {
	t.Helper()
	own, segments, parts := 0.0, 0.0, 1.0
	p.Plan.walk(func(n *node) { own, parts = own+n.Own, parts+1 })
	for i, s := range p.Segments {
		segments, parts = segments+s.Time, parts+1
		steps := 0.0
		for _, d := range s.Steps {
			steps += d
		}
		if sum.steps += steps; steps > s.Time+0.002*float64(len(s.Steps)) {
			t.Errorf("%s: segment %d took %v, its steps %v", q, i, s.Time, s.Steps)
		}
	}
	if own > segments+0.002*parts {
		t.Errorf("%s: operators took %v, segments %v", q, own, segments)
	}
	sum.own, sum.segments = sum.own+own, sum.segments+segments
}

func checkNode(t *testing.T, q string, n *node) {
	t.Helper()
	below := 0.0
	for _, c := range n.Plans {
		below += c.Total
	}
	sum := int64(0)
	for _, r := range n.PerSlice {
		sum += r
	}
	switch {
	case n.Type == "" || n.Loops != 1 || n.First < 0 || n.First > n.Total:
		t.Errorf("%s: %+v", q, n)
	case below > n.Total+0.002*float64(len(n.Plans)): // each is rounded
		t.Errorf("%s: %s takes %v, what is below it %v", q, n.Type, n.Total, below)
	case n.PerSlice != nil && sum != n.Rows && sum != n.Rows*int64(len(n.PerSlice)):
		t.Errorf("%s: %s has %d rows, by slice %v", q, n.Type, n.Rows, n.PerSlice)
	case n.Type == "Hash Join" && (n.Join == "" || len(n.Plans) != 2 || n.Plans[0].Relationship != "Outer" ||
		n.Plans[1].Relationship != "Inner"):
		t.Errorf("%s: %+v", q, n)
	}
}
