package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// functions is a query for each of the common scalar functions, over a column of one table: what is left of its time
// beside reading the column and an aggregate over what comes out (a query of those alone is the first one) is the
// function's.
var functions = suite{
	name: "functions", queries: len(functionQueries),
	data: csvFile("functions", "f", func(s settings, w *bufio.Writer) error {
		sf, err := strconv.ParseFloat(s.sf, 64)
		if err != nil {
			return err
		}
		return writeFunctionRows(w, int(sf*functionRowsPerSF))
	}),
	schema: func(settings) (string, error) {
		return `CREATE TABLE f(i INTEGER, k INTEGER, n INTEGER, d DECIMAL(12,2), x DOUBLE PRECISION, ts TIMESTAMP, day DATE,
			word VARCHAR(20), url VARCHAR(200), digits VARCHAR(12), iso VARCHAR(10), padded VARCHAR(40), doc VARCHAR(100));`, nil
	},
	attributes:    func(table) string { return "DISTSTYLE EVEN" },
	query:         func(_ settings, n int) (string, error) { return functionQueries[n-1].slipher, nil },
	named:         func(n int) (name, duckdb string) { q := functionQueries[n-1]; return q.name, q.duckdb },
	slow:          2,
	tiers:         []string{"primitives", "fused"},
	slipherFormat: "DELIMITER '|' CSV", duckdbFormat: "(FORMAT csv, DELIMITER '|', HEADER false)",
}

//go:embed functions.sql
var functionText string

// functionQueries are the lines of functions.sql: a name, the query and, if it is another one, DuckDB's.
var functionQueries = func() []query {
	out := []query{{name: "(a column alone)", slipher: "SELECT max(url), sum(k) FROM f"}}
	for line := range strings.Lines(functionText) {
		parts := strings.Split(strings.TrimSpace(line), " | ")
		q := query{name: parts[0], slipher: "SELECT " + parts[1]}
		if len(parts) > 2 {
			q.duckdb = "SELECT " + parts[2]
		}
		out = append(out, q)
	}
	for i := range out {
		if out[i].duckdb == "" {
			out[i].duckdb = out[i].slipher
		}
	}
	return out
}()

// functionRowsPerSF is the rows at scale factor 1.
const functionRowsPerSF = 2_000_000

// writeFunctionRows writes rows lines, the same each time.
func writeFunctionRows(w *bufio.Writer, rows int) error {
	rng := rand.New(rand.NewPCG(2026, 60))
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for range rows {
		i, k, page := rng.IntN(2_000_000)-1_000_000, rng.IntN(100), rng.IntN(30_000)
		ts := start.Add(time.Duration(rng.Int64N(25*365*24*3600_000)) * time.Millisecond)
		day := start.AddDate(0, 0, rng.IntN(25*365))
		word := eventWords[rng.IntN(len(eventWords))]
		n := ""
		if rng.IntN(4) > 0 {
			n = strconv.Itoa(rng.IntN(1000))
		}
		_, err := fmt.Fprintf(w, "%d|%d|%s|%d.%02d|%.6f|%s|%s|%s|https://%s%d.example.com/%s/item%d|%d|%s|%*s%s   |"+
			`"{""id"": %d, ""a"": {""b"": ""%s""}}"`+"\n", i, k, n, rng.IntN(100_000), rng.IntN(100), rng.Float64()*1000,
			ts.Format("2006-01-02 15:04:05.000"), day.Format(time.DateOnly), word, word, page%100,
			eventWords[page%len(eventWords)], page, rng.IntN(10_000_000), day.Format(time.DateOnly), rng.IntN(10), "",
			word, i, word)
		if err != nil {
			return err
		}
	}
	return nil
}
