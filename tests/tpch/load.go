package tpch

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// table is one of the eight, with what the schema's SQL leaves to the engine.
type table struct {
	name  string
	attrs string // after the column list
	key   string // primary key
	rows  int    // at scale factor 0.01
}

// tables in loading order. Orders and its lines share slices; small ones are everywhere.
var tables = []table{
	{"region", "DISTSTYLE ALL SORTKEY(r_regionkey)", "r_regionkey", 5},
	{"nation", "DISTSTYLE ALL SORTKEY(n_nationkey)", "n_nationkey", 25},
	{"supplier", "DISTKEY(s_suppkey) SORTKEY(s_suppkey)", "s_suppkey", 100},
	{"customer", "DISTKEY(c_custkey) SORTKEY(c_custkey)", "c_custkey", 1500},
	{"part", "DISTKEY(p_partkey) SORTKEY(p_partkey)", "p_partkey", 2000},
	{"partsupp", "DISTKEY(ps_partkey) SORTKEY(ps_partkey)", "ps_partkey, ps_suppkey", 8000},
	{"orders", "DISTKEY(o_orderkey) SORTKEY(o_orderdate)", "o_orderkey", 15000},
	{"lineitem", "DISTKEY(l_orderkey) SORTKEY(l_shipdate)", "l_orderkey, l_linenumber", 60175},
}

// createTables makes the tables of tests/data/tpch/schema.sql with keys and attributes.
func createTables(t testing.TB, conn *cluster.Conn) {
	t.Helper()
	text, err := os.ReadFile(cluster.Data("tpch", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range tables {
		_, rest, ok := strings.Cut(string(text), "CREATE TABLE "+tab.name+"(")
		if !ok {
			t.Fatalf("schema.sql has no table %s", tab.name)
		}
		columns, _, _ := strings.Cut(rest, ");")
		conn.Exec(t, fmt.Sprintf("CREATE TABLE %s(%s, PRIMARY KEY (%s)) %s", tab.name, columns, tab.key, tab.attrs))
	}
}

// load fills the tables; file names a table's data and options says how it is packed.
func load(t testing.TB, conn *cluster.Conn, file func(table string) string, options string) {
	t.Helper()
	createTables(t, conn)
	for _, tab := range tables {
		conn.Exec(t, fmt.Sprintf("COPY %s FROM '%s' CSV DELIMITER '|' %s", tab.name, file(tab.name), options))
	}
}
