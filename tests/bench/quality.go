package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// The plan-quality report: what the planner expects of each join against what comes out of it, and how much a plan that
// it did not choose would cost. Times are those of primitives, which need no compiling: a join order that is seen for
// the first time shall not pay for that.

// planNode is an operator of EXPLAIN (ANALYZE, FORMAT JSON).
type planNode struct {
	Type  string     `json:"Node Type"`
	Rows  float64    `json:"Plan Rows"`
	Found float64    `json:"Actual Rows"`
	Loops int        `json:"Actual Loops"`
	Turns int        `json:"Turns"`
	Cond  string     `json:"Hash Cond"`
	Join  string     `json:"Join Filter"`
	Plans []planNode `json:"Plans"`
}

// estimate is what was expected of a join, and what came.
type estimate struct {
	rows, found float64
	cond        string
}

// q is how many times too large or too small the estimate is; none and one row are the same.
func (e estimate) q() float64 {
	a, b := math.Max(e.rows, 1), math.Max(e.found, 1)
	return math.Max(a, b) / math.Min(a, b)
}

// estimates collects the joins at and below n. cut: a LIMIT above, with no order or grouping between, ends them early;
// then nothing is known of what would have come. Nor is it of joins that ran in turns of a recursion, or not at all.
func (n *planNode) estimates(cut bool, out []estimate) []estimate {
	if (n.Type == "Hash Join" || n.Type == "Nested Loop") && !cut && n.Turns == 0 && n.Loops > 0 {
		out = append(out, estimate{n.Rows, n.Found, strings.Trim(n.Cond+" "+n.Join, " ")})
	}
	switch n.Type {
	case "Limit":
		cut = true
	case "Sort", "Aggregate", "Unique", "WindowAgg", "Hash", "Materialize":
		cut = false
	}
	for i := range n.Plans {
		out = n.Plans[i].estimates(cut, out)
	}
	return out
}

// orderTimes is a query's time as planned and under forced join orders.
type orderTimes struct {
	planned, fastest, slowest time.Duration
	tried                     int // orders that gave plans of their own
	late                      int // of them, those that were given up
}

// Runs of a forced order end when they have taken lateBy times as long as the plan that was chosen, and soonest.
const (
	lateBy  = 20
	soonest = 2 * time.Second
)

// qualityRuns makes the report.
func (b *bench) qualityRuns(ctx context.Context) error {
	e, err := b.slipher(ctx, "primitives", false)
	if err != nil {
		return err
	}
	defer e.close()
	var all []expected
	var orders []orderTimes
	for _, q := range b.queries {
		x, err := b.estimatesOf(ctx, e, q)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		all = append(all, x)
		times, err := b.ordersOf(ctx, e, q, len(x.joins))
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		orders = append(orders, times)
		fmt.Fprintf(os.Stderr, "quality of %s: %d joins, %+v\n", q.name, len(x.joins), times)
	}
	b.reportEstimates(all)
	if b.orders > 0 {
		b.reportOrders(orders)
	}
	return nil
}

// expected is what the planner expected of a query, and how long it took.
type expected struct {
	joins    []estimate
	planning float64 // ms
}

func (b *bench) estimatesOf(ctx context.Context, e *slipherServer, q query) (x expected, err error) {
	// Joins are estimated of all rows of their sides, and all rows shall come to them.
	if _, _, err := e.query(ctx, "SET slipher_runtime_filters = planned"); err != nil {
		return x, err
	}
	defer func() {
		if _, _, e := e.query(ctx, "RESET slipher_runtime_filters"); err == nil {
			err = e
		}
	}()
	var a analyzed
	for run := range 3 { // the first reads statistics
		if a, err = e.analyze(ctx, q.slipher); err != nil {
			return x, err
		}
		if run == 0 || a.Planning < x.planning {
			x.planning = a.Planning
		}
	}
	x.joins = a.Plan.estimates(false, nil)
	return x, nil
}

// ordersOf measures a query as it is planned and under the orders that seeds choose. Orders that give the same plan are
// measured once.
func (b *bench) ordersOf(ctx context.Context, e *slipherServer, q query, joins int) (t orderTimes, err error) {
	if t.planned, err = leastOf(ctx, e, q, 3); err != nil {
		return t, err
	}
	t.fastest, t.slowest = t.planned, t.planned
	if joins == 0 || b.orders == 0 {
		return t, nil
	}
	defer func() {
		for _, reset := range []string{"RESET slipher_join_order", "RESET statement_timeout"} {
			if _, _, e := e.query(ctx, reset); err == nil {
				err = e
			}
		}
	}()
	most := max(lateBy*t.planned, soonest)
	if _, _, err := e.query(ctx, fmt.Sprintf("SET statement_timeout = %d", most.Milliseconds())); err != nil {
		return t, err
	}
	seen := map[string]bool{}
	for seed := 1; seed <= b.orders; seed++ {
		if _, _, err := e.query(ctx, fmt.Sprintf("SET slipher_join_order = %d", seed)); err != nil {
			return t, err
		}
		plan, _, err := e.query(ctx, "EXPLAIN (COSTS OFF) "+q.slipher)
		if err != nil {
			return t, err
		}
		if text := fmt.Sprint(plan.Rows); seen[text] {
			continue
		} else {
			seen[text] = true
		}
		took, err := leastOf(ctx, e, q, 2)
		var pg *pgconn.PgError
		switch {
		case errors.As(err, &pg) && pg.Code == "57014":
			took = most
			t.late++
		case err != nil:
			return t, err
		}
		if t.tried++; t.tried == 1 {
			t.fastest, t.slowest = took, took
		}
		t.fastest, t.slowest = min(t.fastest, took), max(t.slowest, took)
	}
	return t, nil
}

// leastOf is the least time of some runs.
func leastOf(ctx context.Context, e *slipherServer, q query, runs int) (least time.Duration, err error) {
	for i := range runs {
		_, took, err := e.query(ctx, q.slipher)
		if err != nil {
			return 0, err
		}
		if i == 0 || took < least {
			least = took
		}
	}
	return least, nil
}

// worstShown is how many of the worst estimates the report lists, condShown how much of their conditions.
const worstShown, condShown = 12, 100

func (b *bench) reportEstimates(all []expected) {
	fmt.Print("\n### Estimates at joins\n\nThe q-error is how many times an estimate is too large or too small. Planning "+
		"is the least of three runs.\n\n",
		"| query | joins | median q-error | worst | planning, ms |\n|---|---:|---:|---:|---:|\n")
	type named struct {
		estimate
		query string
	}
	var list []named
	for i, x := range all {
		if len(x.joins) == 0 {
			fmt.Printf("| %s | 0 | | | %.1f |\n", b.queries[i].name, x.planning)
			continue
		}
		qs := make([]float64, len(x.joins))
		for k, j := range x.joins {
			qs[k] = j.q()
			list = append(list, named{j, b.queries[i].name})
		}
		fmt.Printf("| %s | %d | %.2f | %.1f | %.1f |\n", b.queries[i].name, len(x.joins), quantile(qs, 0.5), slices.Max(qs),
			x.planning)
	}
	slices.SortStableFunc(list, func(a, b named) int {
		switch {
		case a.q() > b.q():
			return -1
		case a.q() < b.q():
			return 1
		}
		return 0
	})
	qs := make([]float64, len(list))
	for i, j := range list {
		qs[i] = j.q()
	}
	if len(qs) == 0 {
		return
	}
	fmt.Printf("\nAll %d joins: median %.2f, 95th percentile %.1f, worst %.1f.\n", len(qs), quantile(qs, 0.5),
		quantile(qs, 0.95), qs[0])
	fmt.Print("\n| query | expected | came | q-error | condition |\n|---|---:|---:|---:|---|\n")
	for _, j := range list[:min(len(list), worstShown)] {
		cond := strings.ReplaceAll(j.cond, "|", "¦")
		if r := []rune(cond); len(r) > condShown {
			cond = string(r[:condShown]) + "…"
		}
		fmt.Printf("| %s | %.0f | %.0f | %.1f | `%s` |\n", j.query, j.rows, j.found, j.q(), cond)
	}
}

func (b *bench) reportOrders(orders []orderTimes) {
	fmt.Printf("\n### Join orders\n\nThe plan that is chosen, and those of %d seeds of `slipher_join_order`, on primitives. An "+
		"order that took %d times as long as the chosen plan (%v at least) was given up.\n\n"+
		"| query | planned, ms | orders | fastest, ms | slowest, ms | slowest / fastest | planned / fastest | given up "+
		"|\n"+
		"|---|---:|---:|---:|---:|---:|---:|---:|\n", b.orders, lateBy, soonest)
	var spread, excess []float64
	for i, t := range orders {
		if t.tried < 2 {
			continue
		}
		s, x := ratio(t.slowest, t.fastest), ratio(t.planned, min(t.fastest, t.planned))
		spread, excess = append(spread, s), append(excess, x)
		fmt.Printf("| %s | %.1f | %d | %.1f | %.1f | %.2f | %.2f | %d |\n", b.queries[i].name, ms(t.planned), t.tried,
			ms(t.fastest), ms(t.slowest), s, x, t.late)
	}
	if len(spread) == 0 {
		return
	}
	fmt.Printf("\nSlowest over fastest: median %.2f, worst %.1f. Planned over fastest: median %.2f, worst %.2f; %d of %d "+
		"above 1.5.\n", quantile(spread, 0.5), slices.Max(spread), quantile(excess, 0.5), slices.Max(excess),
		above(excess, 1.5), len(excess))
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

func above(xs []float64, limit float64) (n int) {
	for _, x := range xs {
		if x > limit {
			n++
		}
	}
	return n
}

// quantile is the least of xs that so large a part of them does not exceed.
func quantile(xs []float64, part float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	return s[min(max(int(math.Ceil(part*float64(len(s))))-1, 0), len(s)-1)]
}
