package txn

import (
	"fmt"
	"strconv"
	"testing"

	"slipher/tests/cluster"
)

// A single-row INSERT costs one entry in the log, whatever its table is like: identity values and
// transaction ids are taken from the log many at a time.
func TestSmallInsertsCostOneEntry(t *testing.T) {
	each(t, func(t *testing.T, c *cluster.Cluster) {
		conn := c.Connect(t, "dev")
		conn.Exec(t, "create table i(id bigint identity(1, 1), k int, v varchar(20) default 'none') distkey(k) sortkey(k)")
		last := func() int64 {
			n, err := strconv.ParseInt(conn.One(t, "select max(last_log_index) from stv_leaders"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		const rows = 200
		before := last()
		for i := range rows {
			conn.Exec(t, fmt.Sprintf("insert into i (k) values (%d)", i))
		}
		// Beside the rows: reserved ordinals (8, 16, 32, …) and what the background makes of the first rows.
		if cost := last() - before; cost < rows || cost > rows+20 {
			t.Errorf("%d rows cost %d entries", rows, cost)
		}
		if got := conn.One(t, "select count(distinct id) || ' ' || sum(k) from i"); got != fmt.Sprintf("%d %d", rows,
			rows*(rows-1)/2) {
			t.Errorf("ids and sum: %s", got)
		}
	})
}
