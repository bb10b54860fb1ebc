package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"time"

	"slipher/tests/answers"
)

// The report on designs: what queries take when tables are distributed at random, beside the suite's own distribution,
// both with the suite's sort keys. What a bad design should cost is the bytes that it moves, at the rate of the
// exchange; what is above that a worse plan or a badly shared load costs. Times are those of primitives: see
// quality.go.

// designRuns makes the report. Each design's tables lie in a schema beside those of the suite, so that both are asked
// in turn.
func (b *bench) designRuns(ctx context.Context) error {
	if b.nodes < 2 {
		return fmt.Errorf("--designs is for --nodes 2 or more: within a process nothing moves")
	}
	tables, err := readTables(b.settings)
	if err != nil {
		return err
	}
	e, err := b.slipher(ctx, "primitives", false)
	if err != nil {
		return err
	}
	defer e.close()
	rate, err := exchangeRate(ctx, e)
	if err != nil {
		return err
	}
	fmt.Printf("\n### Designs\n\nThe exchange moves %.0f MB/s.\n", rate/1e6)
	fmt.Print("\n| design | queries | natural, ms | design, ms | moved, MB | above the bytes' time | worst |\n" +
		"|---|---:|---:|---:|---:|---:|---|\n")
	var late []string
	for seed := range uint64(b.designs) {
		l, err := b.designRun(ctx, e, tables, seed, rate)
		if err != nil {
			return fmt.Errorf("design %d: %w", seed, err)
		}
		late = append(late, l...)
	}
	fmt.Print("\n| design | query | natural, ms | design, ms | moved, MB | the bytes' time, ms |\n" +
		"|---|---|---:|---:|---:|---:|\n")
	for _, l := range late {
		fmt.Println(l)
	}
	return nil
}

// placed is a query under one placement.
type placed struct {
	took  time.Duration // median
	moved int64         // bytes between processes
}

// designRun measures the suite under one design and gives the rows of queries whose excess the bytes do not explain.
func (b *bench) designRun(ctx context.Context, e *slipherServer, tables []table, seed uint64, rate float64) ([]string,
	error) {
	schema := "design"
	statements := []string{"DROP SCHEMA IF EXISTS " + schema + " CASCADE", "CREATE SCHEMA " + schema}
	attributes := answers.Random(seed)
	for _, t := range tables {
		dist, _ := split(attributes(answers.Table{Name: t.name, Names: t.columns()}))
		_, sort := split(b.suite.attributes(t))
		name := schema + "." + t.name
		statements = append(statements, fmt.Sprintf("CREATE TABLE %s %s %s AS SELECT * FROM public.%s", name, dist, sort,
			t.name), "ANALYZE "+name)
	}
	if err := e.all(ctx, statements); err != nil {
		return nil, err
	}
	var natural, design, excess time.Duration
	var moved int64
	var late []string
	worst, worstOf := 0.0, ""
	paths := [2]string{"public", schema + ", public"} // what only the suite's schema has lies as it does there
	for _, q := range b.queries {
		both, err := e.inTurn(ctx, q, paths, max(b.runs, 1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		n, d := both[0], both[1]
		natural, design, moved = natural+n.took, design+d.took, moved+d.moved
		bytes := time.Duration(float64(d.moved) / rate * 1e9)
		over := d.took - n.took - bytes
		if over > 0 {
			excess += over
		}
		// Two runs of one query differ by a tenth here.
		if over > n.took/10+5*time.Millisecond {
			late = append(late, fmt.Sprintf("| %d | %s | %.1f | %.1f | %.1f | %.1f |", seed, q.name, ms(n.took), ms(d.took),
				float64(d.moved)/1e6, ms(bytes)))
		}
		if r := ratio(d.took, n.took+bytes); r > worst {
			worst, worstOf = r, q.name
		}
		fmt.Fprintf(os.Stderr, "design %d, %s: %v, %v, %d bytes\n", seed, q.name, n.took, d.took, d.moved)
	}
	fmt.Printf("| %d | %d | %.0f | %.0f | %.1f | %.0f ms in %d queries | %s: %.2f |\n", seed, len(b.queries), ms(natural),
		ms(design), float64(moved)/1e6, ms(excess), len(late), worstOf, worst)
	return late, e.all(ctx, []string{"SET search_path = public", "DROP SCHEMA " + schema + " CASCADE"})
}

// inTurn measures a query under two search paths.
func (e *slipherServer) inTurn(ctx context.Context, q query, paths [2]string, runs int) (out [2]placed, err error) {
	var times [2][]float64
	for run := -1; run < runs; run++ {
		for i, path := range paths {
			if _, _, err := e.query(ctx, "SET search_path = "+path); err != nil {
				return out, err
			}
			if run < 0 { // the tables' blocks are in memory after it, and the plan is kept
				if out[i].moved, err = e.moved(ctx, q.slipher); err != nil {
					return out, err
				}
			}
			_, took, err := e.query(ctx, q.slipher)
			if err != nil {
				return out, err
			}
			if run >= 0 {
				times[i] = append(times[i], float64(took))
			}
		}
	}
	for i := range out {
		out[i].took = time.Duration(quantile(times[i], 0.5))
	}
	return out, nil
}

// split gives the distribution and the sort key of a table's attributes.
func split(attributes string) (dist, sort string) {
	i := sortKey.FindStringIndex(attributes)
	if i == nil {
		return attributes, ""
	}
	return attributes[:i[0]], attributes[i[0]:]
}

var sortKey = regexp.MustCompile(`((COMPOUND|INTERLEAVED) )?SORTKEY`)

// moved is how many bytes a query sends between processes.
func (e *slipherServer) moved(ctx context.Context, sql string) (sum int64, err error) {
	a, err := e.analyze(ctx, sql)
	for _, s := range a.Segments {
		sum += s.Moved
	}
	return sum, err
}

// exchangeRate is how many bytes a second move between processes: the rows of a table are counted within its parts by a
// key, once where the table is distributed by it and once where it is not.
func exchangeRate(ctx context.Context, e *slipherServer) (float64, error) {
	const doubled = 22
	statements := []string{"DROP TABLE IF EXISTS exchange_even", "DROP TABLE IF EXISTS exchange_key",
		"CREATE TABLE exchange_even (k bigint, a bigint, b bigint, c bigint, d bigint) DISTSTYLE EVEN",
		"INSERT INTO exchange_even VALUES (0, 0, 0, 0, 0)"}
	for i := range doubled {
		statements = append(statements, fmt.Sprintf("INSERT INTO exchange_even SELECT k + %[1]d, a + 3 * %[1]d, b + 5 * %[1]d, "+
			"c + 7 * %[1]d, d + 11 * %[1]d FROM exchange_even", 1<<i))
	}
	statements = append(statements, "CREATE TABLE exchange_key DISTKEY(k) AS SELECT * FROM exchange_even",
		"ANALYZE exchange_even", "ANALYZE exchange_key")
	if err := e.all(ctx, statements); err != nil {
		return 0, err
	}
	var queries []string
	var moved, least [2]float64
	for i, t := range []string{"exchange_even", "exchange_key"} {
		queries = append(queries, "SELECT sum(a), sum(b), sum(c), sum(d), sum(n) FROM (SELECT a, b, c, d, count(*) OVER "+
			"(PARTITION BY k) AS n FROM "+t+") AS parts")
		n, err := e.moved(ctx, queries[i])
		if err != nil {
			return 0, err
		}
		moved[i] = float64(n)
	}
	for run := range 9 {
		for i, sql := range queries {
			_, took, err := e.query(ctx, sql)
			if err != nil {
				return 0, err
			}
			if s := took.Seconds(); run == 0 || s < least[i] {
				least[i] = s
			}
		}
	}
	bytes, took := moved[0]-moved[1], least[0]-least[1]
	if bytes <= 0 || took <= 0 {
		return 0, fmt.Errorf("the exchange cannot be measured: %.0f bytes moved, %.3f s", moved, least)
	}
	return bytes / took, e.all(ctx, []string{"DROP TABLE exchange_even", "DROP TABLE exchange_key"})
}
