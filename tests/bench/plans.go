package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// shapes are statements over TPC-H's tables; %d is another number each time. Those that change a table, which find
// nothing to change, are timed as a whole by the client.
var shapes = []struct{ name, text string }{
	{"a row by its key", "select o_totalprice, o_orderdate from orders where o_orderkey = %d"},
	{"a range, grouped", "select l_returnflag, count(*), sum(l_quantity) from lineitem where l_orderkey between %d and 6000000 " +
		"and l_discount < 0.01 and l_suppkey < 20 group by l_returnflag"},
	{"a join of three tables", "select c_name, sum(l_extendedprice) from customer, orders, lineitem where c_custkey = o_custkey " +
		"and o_orderkey = l_orderkey and c_custkey = %d group by c_name order by 2 desc limit 10"},
	{"a computed date", "select count(*) from orders where o_orderdate < date '1992-01-01' + %d and o_custkey < 100"},
	{"TPC-H 3", "select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority " +
		"from customer, orders, lineitem where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey " +
		"and o_orderdate < date '1992-02-15' and l_shipdate > date '1992-03-15' and c_custkey < 100 + %d " +
		"group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate limit 10"},
	{"UPDATE by a key, whole", "update orders set o_comment = 'none', o_shippriority = o_shippriority + 1 where o_orderkey = 7000000 + %d"},
	{"DELETE by a join, whole", "delete from lineitem using orders, customer where l_orderkey = o_orderkey and o_custkey = c_custkey " +
		"and c_custkey = 200000 + %d and o_orderstatus = 'F'"},
	{"INSERT of a query, whole", "insert into nation select n_nationkey, n_name, n_regionkey, n_comment from nation, region " +
		"where n_regionkey = r_regionkey and n_nationkey = 100 + %d"},
}

// planRuns reports, for each shape, the time from the arrival of a query's text until its nodes have it and begin, with
// plans that are kept and without, beside a hundred commits a second into another table.
func (b *bench) planRuns(ctx context.Context) error {
	if b.suite.name != "tpch" {
		return fmt.Errorf("--plans is for --suite tpch")
	}
	e, err := startSlipher(ctx, b.settings, b.slipherDir(), false, "--log", "debug")
	if err != nil {
		return err
	}
	defer e.close()
	stop, err := commits(ctx, e)
	if err != nil {
		return err
	}
	defer stop()
	if err := e.tier(ctx, "primitives"); err != nil {
		return err
	}
	fmt.Printf("\nFrom the text to the start on the nodes, ms: median and 99th percentile of %d queries with new literals.\n\n",
		planRunsEach)
	fmt.Print("| query | kept p50 | p99 | hits | planned anew p50 | p99 |\n|---|---:|---:|---:|---:|---:|\n")
	for _, s := range shapes {
		line := "| " + s.name
		for _, set := range []string{"on", "off"} {
			before, err := e.hits(ctx)
			if err != nil {
				return err
			}
			if _, _, err := e.query(ctx, "set slipher_plan_cache = "+set); err != nil {
				return err
			}
			times, err := e.starts(ctx, s.text)
			if err != nil {
				return err
			}
			hits, err := e.hits(ctx)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" | %.2f | %.2f", times[len(times)/2], times[len(times)*99/100])
			if set == "on" {
				line += fmt.Sprintf(" | %.1f %%", float64(hits-before)*100/planRunsEach)
			}
		}
		fmt.Println(line + " |")
	}
	return nil
}

const planRunsEach = 500

// hits are the queries answered by kept plans so far, this one left aside: no plan is kept behind it.
func (e *slipherServer) hits(ctx context.Context) (n int, err error) {
	if _, _, err := e.query(ctx, "set slipher_plan_cache = off"); err != nil {
		return 0, err
	}
	err = e.conn.QueryRow(ctx, "select hits from stv_plan_cache", pgx.QueryExecModeExec).Scan(&n)
	return n, err
}

// starts asks a shape's queries and gives their times, ascending, in ms.
func (e *slipherServer) starts(ctx context.Context, text string) ([]float64, error) {
	before, err := os.Stat(e.log.Name())
	if err != nil {
		return nil, err
	}
	var whole []float64
	for i := range planRunsEach {
		began := time.Now()
		if _, _, err := e.query(ctx, fmt.Sprintf(text, i*7%1000+1)); err != nil {
			return nil, err
		}
		whole = append(whole, float64(time.Since(began).Microseconds())/1000)
	}
	if !strings.HasPrefix(text, "select") {
		slices.Sort(whole)
		return whole, nil
	}
	all, err := os.ReadFile(e.log.Name())
	if err != nil {
		return nil, err
	}
	var out []float64
	for line := range strings.Lines(string(all[before.Size():])) {
		f := fields{}
		for _, m := range pair.FindAllStringSubmatch(line, -1) {
			f[m[1]] = m[2]
		}
		if f["msg"] == "query" {
			out = append(out, f.number("read_ms")+f.number("plan_ms")+f.number("start_ms"))
		}
	}
	if len(out) < planRunsEach {
		return nil, fmt.Errorf("the log has %d of %d queries", len(out), planRunsEach)
	}
	slices.Sort(out)
	return out, nil
}

// commits writes a hundred rows a second, a transaction each, until it is stopped.
func commits(ctx context.Context, e *slipherServer) (stop func(), err error) {
	c, err := pgx.ConnectConfig(ctx, e.conn.Config())
	if err != nil {
		return nil, err
	}
	if _, err := c.Exec(ctx, "drop table if exists ticks; create table ticks (n int)"); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer c.Close(context.Background())
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				c.Exec(context.Background(), "drop table ticks")
				return
			case <-tick.C:
				if _, err := c.Exec(ctx, fmt.Sprintf("insert into ticks values (%d)", n)); err != nil && ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "bench:", err)
					return
				}
			}
		}
	}()
	return func() { cancel(); wg.Wait() }, nil
}
