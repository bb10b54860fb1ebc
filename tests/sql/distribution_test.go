package sql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// distributions are the ways in which a table's rows may lie.
var distributions = map[string]string{"key": "DISTKEY(k)", "other": "DISTKEY(v)", "even": "DISTSTYLE EVEN",
	"all": "DISTSTYLE ALL"}

// contents are the rows of a table: NULLs and duplicates, or none.
var contents = map[string]string{
	"some": "(1, 10), (1, 11), (2, 20), (3, NULL), (NULL, 5), (NULL, NULL), (4, 40), (4, 40), (7, 1), (8, 8)",
	"none": "",
}

// operators are queries over two tables, L and R: one for each row of the table "What may run on which distribution" in
// docs/ARCHITECTURE.md, and each kind of join with and without equalities.
var operators = []string{
	"SELECT * FROM L JOIN R ON L.k = R.k",
	"SELECT * FROM L JOIN R ON L.k < R.k",
	"SELECT * FROM L LEFT JOIN R ON L.k = R.k",
	"SELECT * FROM L LEFT JOIN R ON L.k = R.k AND L.v < R.v",
	"SELECT * FROM L LEFT JOIN R ON L.v > R.v",
	"SELECT * FROM L RIGHT JOIN R ON L.k = R.k",
	"SELECT * FROM L FULL JOIN R ON L.k = R.k",
	"SELECT * FROM L FULL JOIN R ON L.k = R.k AND L.v < R.v",
	"SELECT * FROM L FULL JOIN R ON L.v = R.v AND L.k = R.k",
	"SELECT * FROM L FULL JOIN R ON L.v > R.v",
	"SELECT * FROM L CROSS JOIN R",
	"SELECT * FROM L WHERE EXISTS (SELECT 1 FROM R WHERE R.k = L.k)",
	"SELECT * FROM L WHERE EXISTS (SELECT 1 FROM R WHERE R.k = L.k AND R.v > L.v)",
	"SELECT * FROM L WHERE NOT EXISTS (SELECT 1 FROM R WHERE R.k = L.k)",
	"SELECT * FROM L WHERE NOT EXISTS (SELECT 1 FROM R WHERE R.k = L.k AND R.v > L.v)",
	"SELECT k, count(*) FROM L WHERE EXISTS (SELECT 1 FROM R WHERE R.k = L.k) GROUP BY k",
	"SELECT k, count(*) FROM L WHERE NOT EXISTS (SELECT 1 FROM R WHERE R.k = L.k AND R.v > L.v) GROUP BY k",
	"SELECT L.k, count(*), count(R.v) FROM L FULL JOIN R ON L.k = R.k GROUP BY L.k",
	"SELECT * FROM L WHERE k NOT IN (SELECT k FROM R)",
	"SELECT k, k IN (SELECT k FROM R), v IN (SELECT v FROM R WHERE R.k = L.k), v > ANY (SELECT v FROM R) FROM L",
	"SELECT k, (SELECT count(*) FROM R WHERE R.k = L.k), (SELECT max(v) FROM R) FROM L",
	"SELECT L.k, x.c, x.s FROM L JOIN (SELECT k, count(*) AS c, sum(v) AS s FROM R GROUP BY k) x ON x.k = L.k " +
		"WHERE L.v > 19",
	"SELECT L.k, x.v FROM L JOIN (SELECT DISTINCT k, v FROM R) x ON x.k = L.k WHERE L.v = 20",
	"SELECT L.k, x.v, x.r FROM L JOIN (SELECT k, v, rank() OVER (PARTITION BY k ORDER BY v) AS r FROM R) x ON x.k = L.k " +
		"WHERE L.v = 20",
	"SELECT k, v FROM L WHERE v > 9 AND v > (SELECT avg(v) / 2 FROM R WHERE R.k = L.k)",
	"SELECT L.k, R.v FROM L JOIN R ON L.k = R.k WHERE EXISTS (SELECT 1 FROM R WHERE R.v > L.v AND R.k = L.k) " +
		"AND L.v NOT IN (SELECT k FROM R WHERE k IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM L WHERE L.v = R.k)",
	"SELECT L.k, L.v, R.v, x.k FROM L JOIN R ON L.k = R.k JOIN (SELECT k FROM L WHERE v > 10) x ON x.k = R.k",
	"SELECT L.k, R.v, x.v FROM L LEFT JOIN R ON L.k = R.k JOIN (SELECT k, v FROM L WHERE v < 30) x ON x.k = L.k",
	"SELECT L.k, x.v FROM L JOIN (SELECT k, v FROM L UNION ALL SELECT k, v FROM R) x ON x.k = L.k AND x.v = L.v",
	"SELECT k, v FROM L UNION ALL SELECT k, v FROM R",
	"SELECT k, v FROM L UNION SELECT k, v FROM R",
	"SELECT k FROM L INTERSECT SELECT k FROM R",
	"SELECT k FROM L EXCEPT SELECT k FROM R",
	"SELECT k, count(*), sum(v) FROM L GROUP BY k",
	"SELECT count(*), sum(v), count(DISTINCT k), count(DISTINCT v) FROM L",
	"SELECT DISTINCT v FROM L",
	"SELECT k, v, rank() OVER (PARTITION BY k ORDER BY v), count(*) OVER (PARTITION BY v) FROM L",
	"SELECT sum(v) OVER (ORDER BY k, v) FROM L",
	"SELECT k, sum(v) FROM L GROUP BY ROLLUP(k)",
	"SELECT k, v FROM (SELECT k, v FROM L ORDER BY k, v LIMIT 3) x",
	"SELECT x.k, R.v FROM (SELECT k FROM L ORDER BY k, v LIMIT 3) x LEFT JOIN R ON x.k = R.k",
	"WITH w AS (SELECT k, count(*) AS c FROM L GROUP BY k) SELECT a.k, b.c FROM w a JOIN w b ON a.c = b.c",
	"WITH RECURSIVE w(k) AS (SELECT k FROM L WHERE v = 10 UNION SELECT w.k + 1 FROM w JOIN R ON R.k = w.k) SELECT * FROM w",
}

// joinOrders are the values of slipher_join_order for a query: seeds choose the sides of left, semi and
// anti joins, too.
func joinOrders(query string) []string {
	if strings.Contains(query, "EXISTS") || strings.Contains(query, "LEFT JOIN") {
		return []string{"auto", "1", "2", "3"}
	}
	return []string{"auto"}
}

// filters are the values of slipher_runtime_filters for a query: those that are right wherever they are, where there is
// a join.
func filters(query string) []string {
	if strings.Contains(query, "R ON") || strings.Contains(query, "EXISTS") || strings.Contains(query, " IN ") {
		return []string{"auto", "on"}
	}
	return []string{"auto"}
}

// Where rows lie changes no answer, nor does what joins drop early: every operator over every pair of distributions,
// with NULLs, and with an empty side, on two nodes, gives what it gives on one process with rows that lie evenly.
func TestDistributions(t *testing.T) {
	conns := map[cluster.Shape]*cluster.Conn{}
	for _, shape := range cluster.Shapes {
		conn := cluster.Start(t, shape, cluster.WithLLVM).Connect(t, "dev")
		conn.Exec(t, "SET slipher_tier = primitives; SET slipher_runtime_filters = 'off'")
		for content, rows := range contents {
			for dist, attrs := range distributions {
				for _, side := range []string{"l", "r"} {
					name := side + "_" + dist + "_" + content
					conn.Exec(t, fmt.Sprintf("CREATE TABLE %s(k INT, v INT) %s", name, attrs))
					if rows != "" {
						conn.Exec(t, fmt.Sprintf("INSERT INTO %s VALUES %s%s", name, rows,
							map[string]string{"l": ", (5, 50)", "r": ", (6, 60), (1, 12)"}[side]))
					}
				}
			}
		}
		conns[shape] = conn
	}
	answer := func(conn *cluster.Conn, query string, sides [2]string) []string {
		query = strings.NewReplacer("FROM L", "FROM "+sides[0]+" L", "FROM R", "FROM "+sides[1]+" R", "JOIN R",
			"JOIN "+sides[1]+" R").Replace(query)
		rs, err := conn.Try(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var out []string
		for _, row := range rs[0].Rows {
			out = append(out, fmt.Sprint(row))
		}
		slices.Sort(out)
		return out
	}
	for _, query := range operators {
		for left := range contents {
			for right := range contents {
				want := answer(conns[cluster.OneProcess], query, [2]string{"l_even_" + left, "r_even_" + right})
				for l := range distributions {
					for r := range distributions {
						sides := [2]string{"l_" + l + "_" + left, "r_" + r + "_" + right}
						for _, order := range joinOrders(query) {
							for _, filter := range filters(query) {
								conns[cluster.TwoNodes].Exec(t, "SET slipher_join_order = "+order)
								conns[cluster.TwoNodes].Exec(t, "SET slipher_runtime_filters = '"+filter+"'")
								if got := answer(conns[cluster.TwoNodes], query, sides); !slices.Equal(got, want) {
									t.Errorf("%s over %v, join order %s, filters %s:\n%v\nwant\n%v", query, sides, order, filter, got,
										want)
								}
							}
						}
					}
				}
			}
		}
	}
}
