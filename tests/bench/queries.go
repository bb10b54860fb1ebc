package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// queryNumbers are the TPC-H queries whose SQL Slipher has so far.
var queryNumbers = []int{1, 3, 5, 6, 10, 12, 14, 19}

// attributes place Slipher's tables as their owner would: large ones by the
// join key, small ones everywhere, sorted by what queries restrict.
var attributes = map[string]string{
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

// query is one to run on both engines.
type query struct {
	name    string
	slipher string
	duckdb  string
	answer  string // file with the right answer, "" if there is none for this scale factor
}

func readQueries(s settings) ([]query, error) {
	var out []query
	for _, n := range queryNumbers {
		if s.only != nil && !slices.Contains(s.only, n) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.shared, "tpch", "queries", fmt.Sprintf("q%02d.sql", n)))
		if err != nil {
			return nil, err
		}
		sql := strings.TrimSuffix(strings.TrimSpace(string(text)), ";")
		answer := filepath.Join(s.shared, "tpch", "answers-sf"+s.sf, fmt.Sprintf("q%02d.csv", n))
		if _, err := os.Stat(answer); err != nil {
			answer = ""
		}
		q := query{fmt.Sprintf("Q%d", n), sql, sql, answer}
		out = append(out, q)
		if n == 1 || n == 6 {
			q.name += " unsorted"
			q.slipher = strings.Replace(sql, "lineitem", unsorted, 1)
			out = append(out, q)
		}
	}
	return out, nil
}

// table is one of the eight.
type table struct{ name, create string }

// readTables reads the schema, tables in order of the file.
func readTables(s settings) ([]table, error) {
	text, err := os.ReadFile(filepath.Join(s.shared, "tpch", "schema.sql"))
	if err != nil {
		return nil, err
	}
	var out []table
	for _, stmt := range strings.Split(string(text), ";") {
		stmt = strings.TrimSpace(stmt)
		if name, _, ok := strings.Cut(strings.TrimPrefix(stmt, "CREATE TABLE "), "("); ok {
			out = append(out, table{name, stmt})
		}
	}
	if len(out) != len(attributes) {
		return nil, fmt.Errorf("the schema has %d tables, want %d", len(out), len(attributes))
	}
	return out, nil
}
