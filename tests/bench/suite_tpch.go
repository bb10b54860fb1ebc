package main

import (
	"context"
	"fmt"
	"strings"
)

// tpch is TPC-H as DuckDB's generator makes it.
var tpch = suite{
	name: "tpch", queries: 22,
	data: generated("tpch"), schema: sharedSchema("tpch"), query: sharedQuery("tpch"),
	attributes:    func(t table) string { return tpchAttributes[t.name] },
	more:          loadUnsorted,
	also:          alsoUnsorted,
	tiers:         []string{"auto", "fused", "primitives"},
	slipherFormat: "DELIMITER '|' CSV", duckdbFormat: "(FORMAT csv, DELIMITER '|', HEADER false)",
}

// tpchAttributes: large tables by the join key, small ones everywhere, sorted by what queries restrict.
var tpchAttributes = map[string]string{
	"lineitem": "DISTKEY(l_orderkey) SORTKEY(l_shipdate)",
	"orders":   "DISTKEY(o_orderkey) SORTKEY(o_orderdate)",
	"customer": "DISTKEY(c_custkey)",
	"part":     "DISTKEY(p_partkey)",
	"partsupp": "DISTKEY(ps_partkey)",
	"supplier": "DISTSTYLE ALL",
	"nation":   "DISTSTYLE ALL",
	"region":   "DISTSTYLE ALL",
}

// unsorted is lineitem once more, in the order of the file. DuckDB has no sort
// keys: queries 1 and 6 on this table compare scans without the help of zone maps.
const unsorted = "lineitem_unsorted"

func loadUnsorted(ctx context.Context, b *bench, e *slipherServer, t table) error {
	if t.name != "lineitem" {
		return nil
	}
	return e.all(ctx, []string{strings.Replace(t.create, t.name, unsorted, 1) + " DISTKEY(l_orderkey)",
		fmt.Sprintf("COPY %s FROM '%s' %s", unsorted, b.file(t), b.suite.slipherFormat), "ANALYZE " + unsorted})
}

func alsoUnsorted(n int, q query) []query {
	if n != 1 && n != 6 {
		return nil
	}
	q.name += " unsorted"
	q.slipher = strings.Replace(q.slipher, "lineitem", unsorted, 1)
	q.digits = q.slipher
	return []query{q}
}
