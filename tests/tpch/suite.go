package tpch

import (
	"slipher/tests/answers"
	"slipher/tests/cluster"
)

// Suite is TPC-H.
var Suite = answers.Suite{Name: "tpch", Queries: 22, Format: "CSV DELIMITER '|'", Ordered: true,
	Natural:    func(tab answers.Table) string { return tables[tab.Name].attrs },
	Constraint: func(tab answers.Table) string { return "PRIMARY KEY (" + tables[tab.Name].key + ")" }}

// table is what the schema's SQL leaves to the engine.
type table struct {
	attrs string // after the column list
	key   string // primary key
	rows  int    // at scale factor 0.01
}

// Orders and its lines share slices; small tables are everywhere.
var tables = map[string]table{
	"region":   {"DISTSTYLE ALL SORTKEY(r_regionkey)", "r_regionkey", 5},
	"nation":   {"DISTSTYLE ALL SORTKEY(n_nationkey)", "n_nationkey", 25},
	"supplier": {"DISTKEY(s_suppkey) SORTKEY(s_suppkey)", "s_suppkey", 100},
	"customer": {"DISTKEY(c_custkey) SORTKEY(c_custkey)", "c_custkey", 1500},
	"part":     {"DISTKEY(p_partkey) SORTKEY(p_partkey)", "p_partkey", 2000},
	"partsupp": {"DISTKEY(ps_partkey) SORTKEY(ps_partkey)", "ps_partkey, ps_suppkey", 8000},
	"orders":   {"DISTKEY(o_orderkey) SORTKEY(o_orderdate)", "o_orderkey", 15000},
	"lineitem": {"DISTKEY(l_orderkey) SORTKEY(l_shipdate)", "l_orderkey, l_linenumber", 60175},
}

// small is a file of scale factor 0.01.
func small(table string) string { return cluster.Data("tpch", "data", table+".csv.gz") }
