package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The report on planning: how long the planner takes for joins of ten and of sixty tables, by the graph that they make,
// and for the suite's queries that take it longest.

// joinShape is a join graph: which earlier table each table is joined to, and by which column of that one.
type joinShape struct {
	name   string
	tables int
	aim    float64 // ms
	joins  func(tables int) []string
}

// joined gives the condition of every table but the first.
func joined(f func(i int) string) func(int) []string {
	return func(tables int) (out []string) {
		for i := 1; i < tables; i++ {
			out = append(out, f(i))
		}
		return out
	}
}

func chained(i int) string { return fmt.Sprintf("p%d.next = p%d.id", i-1, i) }

// Each table beside the facts of stars and snowflakes has a condition of its own.
func starred(i int) string { return fmt.Sprintf("p0.f%d = p%d.id AND p%d.next < 30", i, i, i) }

func branched(i int) string {
	return fmt.Sprintf("p%d.f%d = p%d.id AND p%d.next < 30", (i-1)/3, (i-1)%3+1, i, i)
}

var joinShapes = []joinShape{
	{"chain", 10, 5, joined(chained)},
	{"star", 10, 5, joined(starred)},
	{"snowflake", 10, 5, joined(branched)},
	{"cycle", 10, 5, func(tables int) []string {
		return append(joined(chained)(tables), fmt.Sprintf("p0.f1 = p%d.next", tables-1))
	}},
	{"clique", 10, 5, func(tables int) (out []string) {
		for i := range tables {
			for j := range i {
				out = append(out, fmt.Sprintf("p%d.c%d = p%d.c%d", j, i, i, j))
			}
		}
		return out
	}},
	{"chain", 60, 50, joined(chained)},
	{"star", 60, 50, joined(starred)},
	{"snowflake", 60, 50, joined(branched)},
}

const (
	mostJoined    = 60 // tables of the shapes
	cliqueTables  = 10
	planningRuns  = 5
	slowestQuery  = 5  // of the suite's that are shown
	aimOfQueries  = 50 // ms
	factRows      = 20_000
	dimensionRows = 20 // more for each table
)

// sql is a query over the shape's tables.
func (s joinShape) sql() string {
	from := make([]string, s.tables)
	for i := range from {
		from[i] = fmt.Sprintf("p%d", i)
	}
	return "SELECT count(*) FROM " + strings.Join(from, ", ") + " WHERE " + strings.Join(s.joins(s.tables), " AND ")
}

// planningTables are statements that make the tables p0 … of the shapes for a session.
func planningTables() (out []string) {
	for i := range mostJoined {
		rows := (mostJoined - i) * dimensionRows
		cols := []string{"id bigint", "next bigint"}
		values := []string{"g", fmt.Sprintf("g %% %d", max(1, rows-dimensionRows))}
		column := func(name string, to int) {
			cols, values = append(cols, name+" bigint"), append(values, fmt.Sprintf("g %% %d", (mostJoined-to)*dimensionRows))
		}
		branches := 3
		if i == 0 {
			rows, branches = factRows, mostJoined-1
		}
		for b := 1; b <= branches; b++ {
			column(fmt.Sprintf("f%d", b), min(mostJoined-1, max(b, 3*i+b)))
		}
		for c := range cliqueTables {
			if i < cliqueTables && c != i {
				column(fmt.Sprintf("c%d", c), c)
			}
		}
		out = append(out, fmt.Sprintf("CREATE TEMP TABLE p%d (%s) DISTKEY(id)", i, strings.Join(cols, ", ")),
			fmt.Sprintf("INSERT INTO p%d SELECT %s FROM generate_series(1, %d) g", i, strings.Join(values, ", "), rows))
	}
	return append(out, "ANALYZE")
}

// planningRuns makes the report.
func (b *bench) planningRuns(ctx context.Context) error {
	e, err := b.slipher(ctx, "primitives", false)
	if err != nil {
		return err
	}
	defer e.close()
	if err := e.all(ctx, append(planningTables(), "SET slipher_plan_cache = off")); err != nil {
		return err
	}
	fmt.Printf("\nPlanning, ms: of %d runs, the server's own account.\n\n", planningRuns)
	fmt.Print("| query | tables | median | least | aim |\n|---|---:|---:|---:|---:|\n")
	for _, s := range joinShapes {
		times, err := e.planning(ctx, s.sql(), planningRuns)
		if err != nil {
			return fmt.Errorf("%s of %d: %w", s.name, s.tables, err)
		}
		fmt.Printf("| %s | %d | %.1f | %.1f | %.0f |\n", s.name, s.tables, times[len(times)/2], times[0], s.aim)
	}
	type planned struct {
		name  string
		times []float64
	}
	var all []planned
	for _, q := range b.queries {
		times, err := e.planning(ctx, q.slipher, planningRuns)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		all = append(all, planned{q.name, times})
	}
	slices.SortFunc(all, func(x, y planned) int { return int(1000 * (y.times[len(y.times)/2] - x.times[len(x.times)/2])) })
	for _, x := range all[:min(slowestQuery, len(all))] {
		fmt.Printf("| %s %s | | %.1f | %.1f | %d |\n", b.suite.name, x.name, x.times[len(x.times)/2], x.times[0],
			aimOfQueries)
	}
	fmt.Printf("\nThe median of all %d queries: %.1f ms.\n", len(all), all[len(all)/2].times[planningRuns/2])
	return nil
}

// planning is how long a query was planned in each of so many runs, ascending, in ms. A first one reads statistics.
func (e *slipherServer) planning(ctx context.Context, sql string, runs int) ([]float64, error) {
	var out []float64
	for range runs + 1 {
		a, err := e.analyze(ctx, sql)
		if err != nil {
			return nil, err
		}
		out = append(out, a.Planning)
	}
	out = out[1:]
	slices.Sort(out)
	return out, nil
}
