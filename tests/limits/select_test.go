package limits

import (
	"fmt"
	"strings"
	"testing"

	"slipher/tests/warehouse"
)

// What a query may have: 1,600 columns in whatever works on rows, 500 arms of a UNION, 60 joins, many subqueries,
// strings of 65,535 bytes as keys.
func TestWideAndMany(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			c := warehouse.Start(t, shape.Options).Connect(t)
			warehouse.Exec(t, c, "SET slipher_tier = primitives")
			const wide = 1600
			ints, texts := list(wide, ", ", "c#"), list(wide, ", ", "s#")
			warehouse.Exec(t, c, "CREATE TABLE ints ("+list(wide, ", ", "c# INT")+")")
			warehouse.Exec(t, c, "CREATE TABLE texts ("+list(wide, ", ", "s# VARCHAR(30)")+")")
			warehouse.Exec(t, c, "INSERT INTO ints VALUES ("+list(wide, ", ", "#")+"), ("+list(wide, ", ", "#1")+"), ("+
				list(wide, ", ", "#")+")")
			warehouse.Exec(t, c, "INSERT INTO texts VALUES ("+list(wide, ", ", "'#'")+"), ("+
				list(wide, ", ", "'a longer string #'")+")")
			ask := func(what, sql, want string) {
				t.Helper()
				answer(t, c, what, sql, want)
			}
			count := func(query string) string { return "SELECT count(*) FROM (" + query + ") x" }
			ask("DISTINCT", count("SELECT DISTINCT "+ints+" FROM ints"), "[[2]]")
			ask("DISTINCT of strings", count("SELECT DISTINCT "+texts+" FROM texts"), "[[2]]")
			ask("UNION", count("SELECT "+ints+" FROM ints UNION SELECT "+ints+" FROM ints"), "[[2]]")
			ask("UNION ALL", count("SELECT "+texts+" FROM texts UNION ALL SELECT "+texts+" FROM texts"), "[[4]]")
			ask("INTERSECT", count("SELECT "+texts+" FROM texts INTERSECT SELECT "+texts+" FROM texts"), "[[2]]")
			ask("GROUP BY", count("SELECT "+ints+", count(*) FROM ints GROUP BY "+ints), "[[2]]")
			ask("LIMIT", "SELECT c1599 FROM (SELECT "+ints+" FROM ints ORDER BY "+ints+" LIMIT 1) x", "[[1599]]")

			warehouse.Exec(t, c, "CREATE TABLE k (i INT); INSERT INTO k VALUES (1), (5), (19999)")
			ask("500 arms", count(list(500, " UNION ALL ", "SELECT i + # FROM k")), "[[1500]]")
			ask("500 arms, distinct", count(list(500, " UNION ", "SELECT i + # FROM k")), "[[1004]]")
			ask("100 EXCEPTs", count("SELECT i FROM k EXCEPT "+list(100, " EXCEPT ", "SELECT i + 1 + # FROM k")), "[[2]]")
			ask("60 joins", "SELECT count(*) FROM k a"+joins("JOIN", 60), "[[3]]")
			ask("60 left joins", "SELECT count(*) FROM k a"+joins("LEFT JOIN", 60), "[[3]]")
			ask("50 subqueries", "SELECT sum("+list(50, " + ", "(SELECT max(i) FROM k k# WHERE k#.i = k.i)")+") FROM k",
				"[[1000250]]")
			ask("20 deep", "SELECT count(*) FROM k WHERE "+strings.Repeat("i IN (SELECT i FROM k WHERE ", 20)+"i > 0"+
				strings.Repeat(")", 20), "[[3]]")

			warehouse.Exec(t, c, "CREATE TABLE long (s VARCHAR(65535), i INT); "+
				"INSERT INTO long SELECT repeat('x', 65535), 1 UNION ALL SELECT repeat('y', 65535), 2 UNION ALL SELECT repeat('x', 65535), 3")
			ask("long strings, UNION", "SELECT count(*), sum(len(s)) FROM (SELECT s FROM long UNION SELECT s FROM long) x",
				"[[2 131070]]")
			ask("long strings, join", "SELECT count(*) FROM long a JOIN long b ON a.s = b.s", "[[5]]")
			ask("long strings, window", "SELECT sum(r) FROM (SELECT rank() OVER (ORDER BY s) r FROM long) x", "[[5]]")
		})
	}
}

// joins are n joins in a row, each with the table in front of it.
func joins(kind string, n int) string {
	var b strings.Builder
	before := "a"
	for i := range n {
		fmt.Fprintf(&b, " %s k a%d ON a%d.i = %s.i", kind, i, i, before)
		before = fmt.Sprint("a", i)
	}
	return b.String()
}
