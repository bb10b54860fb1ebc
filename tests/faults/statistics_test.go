package faults

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// A server that is killed in the middle of loads, deletes, ANALYZE and merges has, when it is back, the rows that were
// committed, counts them right, and knows what the planner needs: rows to the last one, distinct values within 5 %,
// after deletes 25 %, until rows are written anew.
func TestKilledStatistics(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithoutLLVM)
			conn := c.Connect(t, "dev")
			conn.Exec(t, "CREATE TABLE t (k BIGINT, tens INTEGER, few INTEGER, text VARCHAR(40)) DISTKEY(k) SORTKEY(k)")
			w := &statisticsWork{gen: rand.New(rand.NewPCG(7, 11))}
			w.load(conn)
			for round := range 6 {
				deletes := round >= 3
				w.hurt(t, c, deletes)
				tolerance := 0.05
				if deletes {
					tolerance = 0.25
				}
				conn = c.Connect(t, "dev")
				w.check(t, conn, fmt.Sprintf("round %d", round), tolerance)
			}
			conn.Exec(t, "VACUUM FULL t")
			w.check(t, conn, "rewritten", 0.05)
			conn.Exec(t, "ANALYZE t")
			w.check(t, conn, "analyzed", 0.05)
		})
	}
}

// statisticsWork is what is done to the table, in batches of rows that no other has.
type statisticsWork struct {
	gen  *rand.Rand
	next int // the first key of the next batch
	done int // statements that were acknowledged
}

const batch = 3000

func (w *statisticsWork) load(conn *cluster.Conn) {
	from := w.next
	w.next += batch
	if _, err := conn.Try(fmt.Sprintf("INSERT INTO t SELECT i, i / 10, i %% 40, 'text ' || i / 3 "+
		"FROM (SELECT generate_series(%d, %d) AS i) g", from, from+batch-1)); err == nil {
		w.done++
	}
}

// hurt works until the processes are killed under it, and starts them again.
func (w *statisticsWork) hurt(t *testing.T, c *cluster.Cluster, deletes bool) {
	t.Helper()
	conn, err := c.Leader.TryConnect("dev")
	if err != nil {
		t.Fatal(err)
	}
	begun, ended := make(chan bool), make(chan bool)
	after := time.Duration(w.gen.IntN(400)) * time.Millisecond
	go func() {
		defer close(ended)
		defer conn.Close()
		for i := 0; ; i++ {
			before := w.done
			for range 3 {
				w.load(conn)
			}
			sql := []string{"ANALYZE t", "VACUUM FULL t", "INSERT INTO t VALUES (-1, -1, 1, 'small')", "VACUUM SORT ONLY t",
				"ANALYZE t PREDICATE COLUMNS"}
			if deletes {
				n := w.gen.IntN(w.next)
				sql = append(sql, fmt.Sprintf("DELETE FROM t WHERE k BETWEEN %d AND %d", n, n+batch))
			}
			for _, s := range sql {
				if _, err := conn.Try(s); err == nil {
					w.done++
				}
			}
			if i == 0 {
				close(begun)
			}
			if w.done == before {
				return // nobody is there
			}
		}
	}()
	<-begun
	time.Sleep(after)
	for _, p := range c.Processes() {
		p.Kill(t)
	}
	<-ended
	c.Restart(t)
}

// check compares what is known with what there is.
func (w *statisticsWork) check(t *testing.T, conn *cluster.Conn, when string, tolerance float64) {
	t.Helper()
	row := conn.Exec(t, "SELECT count(*), count(DISTINCT k), count(DISTINCT tens), count(DISTINCT few), count(DISTINCT text) "+
		"FROM t").Rows[0]
	count := row[0].String()
	if n, _ := strconv.Atoi(count); n == 0 || n > w.next+w.done {
		t.Fatalf("%s: %s rows after %d statements", when, count, w.done)
	}
	// A batch counts whole, or not at all; keys come once.
	if n := conn.One(t, "SELECT count(*) FROM (SELECT k FROM t WHERE k >= 0 GROUP BY k HAVING count(*) > 1) d"); n != "0" {
		t.Errorf("%s: %s keys are there twice", when, n)
	}
	// tbl_rows has those that are deleted and not yet gone.
	rows := conn.Exec(t, "SELECT estimated_visible_rows, tbl_rows >= estimated_visible_rows FROM svv_table_info "+
		"WHERE \"table\" = 't'").Rows[0]
	if rows[0].String() != count || rows[1].String() != "t" {
		t.Errorf("%s: svv_table_info says %v, there are %s", when, rows, count)
	}
	if got := planRows(t, conn, "SELECT * FROM t"); fmt.Sprint(got) != count {
		t.Errorf("%s: %d rows are expected, there are %s", when, got, count)
	}
	for i, name := range []string{"k", "tens", "few", "text"} {
		want, _ := strconv.ParseFloat(row[i+1].String(), 64)
		got := float64(planRows(t, conn, "SELECT "+name+" FROM t GROUP BY "+name))
		if math.Abs(got-want) > tolerance*want+1 {
			t.Errorf("%s: %v values of %s are expected, there are %v", when, got, name, want)
		}
	}
}

// planRows is how many rows a plan expects, which has statistics.
func planRows(t *testing.T, conn *cluster.Conn, sql string) (n int) {
	t.Helper()
	var text []string
	for _, r := range conn.Exec(t, "EXPLAIN "+sql).Rows {
		text = append(text, r[0].String())
	}
	plan := strings.Join(text, "\n")
	_, err := fmt.Sscanf(plan[strings.Index(plan, "rows=")+5:], "%d", &n)
	if err != nil || strings.Contains(plan, "missing") {
		t.Errorf("%v:\n%s", err, plan)
	}
	return n
}
