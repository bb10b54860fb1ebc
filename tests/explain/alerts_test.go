package explain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

// Words of Redshift's, by which its tools find alerts: events begin with them, and solutions.
const (
	runAnalyze  = "Run the ANALYZE command"
	reviewJoin  = "Review the join predicates to avoid Cartesian products"
	reviewSort  = "Review the choice of sort key to enable range restricted scans, or run the VACUUM command"
	runVacuum   = "Run the VACUUM command to reclaim deleted space"
	reviewDist  = "Review the choice of distribution key to collocate the join or aggregation"
	reviewInner = "Review the choice of distribution key to collocate the join and consider distributing inner table with " +
		"DISTSTYLE ALL"
)

// Each kind of alert is in stl_alert_event_log after the query that it is about, with its remedy, and none after one
// that gives no cause. Rows that stay in a process are not moved.
func TestAlerts(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			c := warehouse.Start(t, shape.Options).Connect(t)
			for _, sql := range []string{
				"create table big (k int, v int) distkey(k)", "create table other (k int, v int) distkey(k)",
				"create table small (k int, v int) diststyle even", "create table empty (k int)",
				"insert into big select i, i + 1 from (select generate_series(1, 1100000) i) g",
				"insert into other select k, v + 1 from big", "insert into small select k, v from big where v <= 20",
			} {
				warehouse.Exec(t, c, sql)
			}
			moves := shape.Options.Nodes > 0
			for _, x := range []struct {
				sql   string
				moved bool // rows are, where there are several processes
				want  []string
			}{
				{"select count(*) from big where v > 100", false, nil},
				{"select count(*) from big a join other b on a.k = b.k", false, nil},
				{"select count(*) from small, empty where small.k = empty.k", false,
					[]string{"Missing query planner statistics:empty|" + runAnalyze}},
				{"select count(*) from small a, small b where a.v < b.v", false,
					[]string{"Nested Loop Join in the query plan|" + reviewJoin}},
				{"select count(*) from big where v * 2 = 17", false,
					[]string{"Very selective query filter:ratio=rows(0)/rows_pre_user_filter(1100000)=0.000000|" + reviewSort}},
				{"select count(*) from big where v < 0", false, nil}, // zone maps: nothing was looked at
				{"select count(*) from big a join other b on a.v = b.v", true,
					[]string{"Distributed a large number of rows across the network:1100000 rows were distributed|" + reviewDist,
						"Distributed a large number of rows across the network:1100000 rows were distributed|" + reviewDist}},
				{"select count(*) from small s left join big b on s.v * 100000 < b.v", true, []string{
					"Broadcasted a large number of rows across the network:1100000 rows were broadcasted|" + reviewInner,
					"Nested Loop Join in the query plan|" + reviewJoin}},
				{"insert into other select v, k from big", true,
					[]string{"Distributed a large number of rows across the network:1100000 rows were distributed|" + reviewDist}},
				{"create table none as select * from other where v * 2 = 17", false,
					[]string{"Very selective query filter:ratio=rows(0)/rows_pre_user_filter(2200000)=0.000000|" + reviewSort}},
				{"update other set k = k where v * 2 = 17", false,
					[]string{"Very selective query filter:ratio=rows(0)/rows_pre_user_filter(2200000)=0.000000|" + reviewSort}},
			} {
				want := x.want
				if x.moved && !moves {
					want = slices.DeleteFunc(want, func(w string) bool { return strings.Contains(w, "across the network") })
				}
				checkAlerts(t, c, x.sql, want)
			}
			warehouse.Exec(t, c, "delete from big where k % 4 = 0")
			checkAlerts(t, c, "select count(*) from big where v > 100", []string{
				"Scanned a large number of deleted rows:ratio=ghost_rows(275000)/scanned_rows(1100000)|" + runVacuum})
			warehouse.Exec(t, c, "vacuum full big")
			checkAlerts(t, c, "select count(*) from big where v > 100", nil)
		})
	}
}

// checkAlerts runs a query and compares what is said of it: events, and what solutions begin with.
func checkAlerts(t *testing.T, c *pgx.Conn, sql string, want []string) {
	t.Helper()
	warehouse.Exec(t, c, sql)
	said, err := warehouse.Query(c, "select trim(event) || '|' || trim(solution) from stl_alert_event_log "+
		"where query = pg_last_query_id() order by 1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range said.Rows {
		got = append(got, r[0])
	}
	ok := len(got) == len(want)
	for i, w := range want {
		ok = ok && len(got) > i && strings.HasPrefix(got[i], w)
	}
	if !ok {
		t.Errorf("%s: %s, want %s", sql, fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
	}
}
