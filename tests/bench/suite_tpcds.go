package main

import (
	ds "slipher/tests/tpcds"

	"slipher/tests/answers"
)

// tpcds is TPC-DS as DuckDB's generator makes it, under the keys of tests/tpcds.
var tpcds = suite{
	name: "tpcds", queries: ds.Suite.Queries,
	data: generated("tpcds"), schema: sharedSchema("tpcds"), query: sharedQuery("tpcds"),
	attributes: func(t table) string { return ds.Suite.Natural(answers.Table{Name: t.name, Names: t.columns()}) },
	widened: func(n int, sql string) string {
		if w := ds.Suite.Widened[n]; w != nil {
			return w.ReplaceAllString(sql, "$1($2::double precision)")
		}
		return sql
	},
	tiers: []string{"auto"},
	// Of the files "" is an empty string and nothing is NULL.
	slipherFormat: ds.Suite.Format,
	duckdbFormat:  "(FORMAT csv, DELIMITER '|', HEADER false, ALLOW_QUOTED_NULLS false)",
}
