package main

import (
	"context"
	"time"

	"slipher/tests/warehouse"
)

// engine is a running database.
type engine interface {
	// query runs one statement to its last row and says how long that took.
	query(ctx context.Context, sql string) (*warehouse.Result, time.Duration, error)
	// pid is the process that does the work.
	pid() int
	close()
}

// contender is an engine in one setting.
type contender struct {
	name string
	tier string // "" for DuckDB
}

// contendersOf are DuckDB and Slipher in each of some tiers.
func contendersOf(tiers []string) []contender {
	out := []contender{{"DuckDB", ""}}
	for _, t := range tiers {
		out = append(out, contender{t, t})
	}
	return out
}

// settle is how long a fresh process is left alone before its first query: a
// server's first query seldom comes in its first millisecond. Slipher has its
// compile workers map libLLVM in this time.
const settle = time.Second

// start runs a fresh process for c.
func (b *bench) start(ctx context.Context, c contender, empty bool) (engine, error) {
	if c.tier == "" {
		return startDuckDB(ctx, b.settings, b.duckdbFile())
	}
	return b.slipher(ctx, c.tier, empty)
}

// slipher runs a fresh process of Slipher on the suite's data, in a tier.
func (b *bench) slipher(ctx context.Context, tier string, empty bool) (*slipherServer, error) {
	e, err := startSlipher(ctx, b.settings, b.slipherDir(), empty)
	if err != nil {
		return nil, err
	}
	if err := e.tier(ctx, tier); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// text is c's form of q.
func (c contender) text(q query) string {
	if c.tier == "" {
		return q.duckdb
	}
	return q.slipher
}
