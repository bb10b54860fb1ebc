package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// suite is tables and queries that both engines get.
type suite struct {
	name    string
	queries int
	// data is the folder of its CSV files, made if it is not there.
	data func(s settings) (string, error)
	// schema is the statements that create its tables, without attributes, and attributes place Slipher's tables as
	// their owner would.
	schema     func(s settings) (string, error)
	attributes func(t table) string
	// query is the text of number n.
	query func(s settings, n int) (string, error)
	// named is what it is called and DuckDB's text. nil: Q and its number, the same text.
	named func(n int) (name, duckdb string)
	// widened is Slipher's text where the digits of an answer have to be DuckDB's, nil: as it is.
	widened func(n int, sql string) string
	// more loads further tables of Slipher alone, and adds queries on them behind one. May be nil.
	more func(ctx context.Context, b *bench, e *slipherServer, t table) error
	also func(n int, q query) []query
	// tiers are Slipher's contenders if flags say nothing.
	tiers []string
	// slow is the ratio from which on a query is counted as slow, 0: slowRatio.
	slow int
	// How COPY is told of the files.
	slipherFormat, duckdbFormat string
}

// suites by name.
var suites = []*suite{&tpch, &tpcds, &events, &functions}

func findSuite(name string) (*suite, error) {
	var names []string
	for _, s := range suites {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("--suite %s: want one of %s", name, strings.Join(names, ", "))
}

// query is one to run on both engines.
type query struct {
	name    string
	slipher string
	duckdb  string
	digits  string // Slipher's text when answers are compared
	answer  string // file with the right answer, "" if there is none for this scale factor
}

func readQueries(s settings) ([]query, error) {
	var out []query
	for n := 1; n <= s.suite.queries; n++ {
		if s.only != nil && !slices.Contains(s.only, n) {
			continue
		}
		text, err := s.suite.query(s, n)
		if err != nil {
			return nil, err
		}
		sql := strings.TrimSuffix(strings.TrimSpace(text), ";")
		answer := filepath.Join(s.shared, s.suite.name, "answers-sf"+s.sf, fmt.Sprintf("q%02d.csv", n))
		if _, err := os.Stat(answer); err != nil {
			answer = ""
		}
		q := query{name: fmt.Sprintf("Q%d", n), slipher: sql, duckdb: sql, digits: sql, answer: answer}
		if s.suite.named != nil {
			q.name, q.duckdb = s.suite.named(n)
		}
		if s.suite.widened != nil {
			q.digits = s.suite.widened(n, sql)
		}
		out = append(out, q)
		if s.suite.also != nil {
			out = append(out, s.suite.also(n, q)...)
		}
	}
	return out, nil
}

// csvFile makes the one file of a suite's one table, unless it is there.
func csvFile(suite, table string, write func(s settings, w *bufio.Writer) error) func(s settings) (string, error) {
	return func(s settings) (string, error) {
		dir := filepath.Join(s.cache, suite+"-sf"+s.sf, "csv")
		path := filepath.Join(dir, table+".csv")
		if _, err := os.Stat(path); err == nil {
			return dir, nil
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
		f, err := os.Create(path + ".part")
		if err != nil {
			return "", err
		}
		defer f.Close()
		w := bufio.NewWriterSize(f, 1<<20)
		if err := write(s, w); err != nil {
			return "", err
		}
		if err := w.Flush(); err != nil {
			return "", err
		}
		return dir, os.Rename(path+".part", path)
	}
}

// sharedQuery is the text of a query of the shared folder.
func sharedQuery(name string) func(s settings, n int) (string, error) {
	return func(s settings, n int) (string, error) {
		text, err := os.ReadFile(filepath.Join(s.shared, name, "queries", fmt.Sprintf("q%02d.sql", n)))
		return string(text), err
	}
}

// sharedSchema is the schema of the shared folder.
func sharedSchema(name string) func(s settings) (string, error) {
	return func(s settings) (string, error) {
		text, err := os.ReadFile(filepath.Join(s.shared, name, "schema.sql"))
		return string(text), err
	}
}

// table is one of a suite's.
type table struct{ name, create string }

// columns are the names of its columns.
func (t table) columns() []string {
	_, list, _ := strings.Cut(strings.TrimSuffix(t.create, ")"), "(")
	depth := 0
	var out []string
	for _, part := range strings.FieldsFunc(list, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ',' && depth == 0
	}) {
		out = append(out, strings.Fields(part)[0])
	}
	return out
}

// readTables reads the schema, tables in its order.
func readTables(s settings) ([]table, error) {
	text, err := s.suite.schema(s)
	if err != nil {
		return nil, err
	}
	var out []table
	for _, stmt := range strings.Split(text, ";") {
		stmt = strings.TrimSpace(stmt)
		if name, _, ok := strings.Cut(strings.TrimPrefix(stmt, "CREATE TABLE "), "("); ok {
			out = append(out, table{name, stmt})
		}
	}
	return out, nil
}
