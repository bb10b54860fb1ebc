package faults

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// Sessions write and read side by side: a statement sees all rows of another
// statement or none, and nothing is lost. Every write adds numbers whose sum is
// zero, by INSERT VALUES, INSERT SELECT and COPY in turn.
func TestConcurrentSessions(t *testing.T) {
	const writers, readers, rounds = 4, 4, 15
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			admin := c.Connect(t, "dev")
			admin.Exec(t,
				"CREATE TABLE z(w INTEGER, v BIGINT) DISTSTYLE EVEN; CREATE TABLE seed(v BIGINT); INSERT INTO seed VALUES (1), "+
					"(-1), (7), (-7)")
			var writing, reading sync.WaitGroup
			stop := make(chan struct{})
			for w := range writers {
				conn := c.Connect(t, "dev")
				writing.Go(func() {
					for i := range rounds {
						var err error
						switch i % 3 {
						case 0:
							_, err = conn.Try(fmt.Sprintf("INSERT INTO z VALUES (%d, %d), (%d, %d), (%d, 0), (%d, 0)", w, i, w, -i, w, w))
						case 1:
							_, err = conn.Try(fmt.Sprintf("INSERT INTO z SELECT %d, v * %d FROM seed", w, i))
						case 2:
							_, err = conn.CopyIn("COPY z FROM STDIN CSV",
								bytes.NewReader(fmt.Appendf(nil, "%d,5\n%d,-3\n%d,-2\n%d,0\n", w, w, w, w)))
						}
						if err != nil {
							t.Errorf("writer %d: %s", w, cluster.ErrorText(err))
							return
						}
					}
				})
			}
			for n := range readers {
				conn := c.Connect(t, "dev")
				conn.Exec(t, "SET slipher_tier = "+[]string{"auto", "primitives"}[n%2])
				reading.Go(func() {
					for {
						select {
						case <-stop:
							return
						case <-time.After(time.Millisecond):
						}
						rs, err := conn.Try("SELECT count(*) % 4, coalesce(sum(v), 0) FROM z")
						if err != nil {
							t.Errorf("reader: %s", cluster.ErrorText(err))
							return
						}
						if got := fmt.Sprint(rs[0].Rows); got != "[[0 0]]" {
							t.Errorf("half of a statement is seen: %s", got)
							return
						}
						rs,
							err = conn.Try(
							"SELECT count(*) FROM (SELECT w, count(*) n FROM z GROUP BY w HAVING count(*) % 4 <> 0 OR sum(v) <> 0) q")
						if err != nil || fmt.Sprint(rs[0].Rows) != "[[0]]" {
							t.Errorf("groups: %v, %v", rs, err)
							return
						}
					}
				})
			}
			writing.Wait()
			close(stop)
			reading.Wait()
			want := fmt.Sprintf("[[%d 0 %d]]", writers*rounds*4, writers)
			if got := fmt.Sprint(admin.Exec(t, "SELECT count(*), sum(v), count(DISTINCT w) FROM z").Rows); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}
