package query

import (
	"context"
	"log/slog"
	"sort"
	"strings"
	"time"

	"slipher/compiler/plan"
	"slipher/leader/schedule"
)

// Trace says in the log where the time of a query went: a line for the query,
// one for each stream, one for each segment on each node. Level debug; the
// profile of tests/bench is made of it.
func (r *Runner) Trace(ctx context.Context, p *Planned, rows *schedule.Rows, began, planned, started time.Time) {
	if !r.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	st := rows.Stats()
	r.Log.Debug("query", "query", st.Query, "plan_ms", ms(planned.Sub(began)), "start_ms", ms(started.Sub(planned)),
		"all_ms", ms(time.Since(began)))
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
						"in", g.RowsIn, "skipped", g.Skipped)
					continue
				}
				r.Log.Debug("query segment", "query", st.Query, "stream", n, "segment", g.Segment, "node", id, "steps",
					stepsOf(p.Query.Segments[g.Segment]),
					"ms", ms(time.Duration(g.Nanos)), "in", g.RowsIn, "out", g.RowsOut, "morsels", g.Morsels, "fused", g.Fused,
					"special", g.Special)
			}
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// stepsOf names a segment's steps: "scan lineitem, filter, aggr".
func stepsOf(g *plan.Segment) string {
	source := g.Source.Kind.Label()
	if g.Source.Table != nil {
		source += " " + g.Source.Table.Name
	}
	parts := []string{source}
	for _, st := range g.Steps {
		parts = append(parts, st.Label())
	}
	return strings.Join(append(parts, g.Sink.Kind.Label()), ", ")
}
