package query

import (
	"context"
	"log/slog"
	"sort"
	"time"

	"slipher/leader/schedule"
	"slipher/node/wire"
)

// Trace says in the log where the time of a query went: a line for the query,
// one for each stream, one for each segment on each node. Level debug; the
// profile of tests/bench is made of it.
func (r *Runner) Trace(ctx context.Context, p *Planned, rows *schedule.Rows,
	received, began, planned, started time.Time) {
	if !r.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	st := rows.Stats()
	r.Log.Debug("query", "query", st.Query, "read_ms", ms(began.Sub(received)), "plan_ms", ms(planned.Sub(began)),
		"start_ms", ms(started.Sub(planned)), "all_ms", ms(time.Since(received)))
	for n, stream := range st.Streams {
		r.Log.Debug("query stream", "query", st.Query, "stream", n, "ms", ms(stream.Took))
		var nodes []string
		for id := range stream.Nodes {
			nodes = append(nodes, id)
		}
		sort.Strings(nodes)
		for _, id := range nodes {
			for _, g := range stream.Nodes[id] {
				if g.Segment < 0 || g.Segment >= len(p.Query.Segments) {
					continue // no node of ours sends that
				}
				if g.Slice >= 0 { // scans, a line a slice
					r.Log.Debug("query slice", "query", st.Query, "stream", n, "segment", g.Segment, "node", id, "slice", g.Slice,
						"in", g.RowsIn, "skipped", skipped(&g))
					continue
				}
				r.Log.Debug("query segment", "query", st.Query, "stream", n, "segment", g.Segment, "node", id, "steps",
					p.Query.Segments[g.Segment].Labels(),
					"ms", ms(time.Duration(g.Nanos)), "in", g.RowsIn, "out", g.RowsOut, "morsels", g.Morsels, "fused", g.Fused,
					"special", g.Special)
			}
		}
	}
}

// skipped is the number of rows that a scan's filters ruled out unseen.
func skipped(g *wire.SegmentStats) int64 {
	var rows int64
	for _, s := range g.Skips {
		rows += s.Rows
	}
	return rows
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
