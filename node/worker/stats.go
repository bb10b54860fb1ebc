package worker

import (
	"sort"

	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// scanStats are the counters of a scan on one slice. Called with the scheduler's lock held.
func (q *query) scanStats(seg, slice int) *wire.SegmentStats {
	k := [2]int{seg, slice}
	st := q.scans[k]
	if st == nil {
		st = &wire.SegmentStats{Segment: seg, Slice: slice}
		q.scans[k] = st
	}
	return st
}

// tiers adds what a finished instance ran on. Called without the lock.
func (q *query) tiers(g *segment, in *inst) {
	fused, special := in.x.Tiers()
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	t := q.fused[g.id]
	q.fused[g.id] = [2]int64{t[0] + fused, t[1] + special}
}

// stats are the counters of a stream's segments: one line for the node and, for
// scans, one for each slice. Called with the lock held.
func (q *query) stats(segs []*segment) []wire.SegmentStats {
	var out []wire.SegmentStats
	for _, g := range segs {
		st := wire.SegmentStats{Segment: g.id, Slice: -1, RowsIn: g.rowsIn, Nanos: g.nanos.Nanoseconds(),
			Morsels: g.morsel, Fused: q.fused[g.id][0], Special: q.fused[g.id][1], Instance: int64(len(g.insts))}
		if g.sink != nil {
			st.RowsOut, st.Bytes = g.sink.sent()
		}
		out = append(out, st)
		var slices []wire.SegmentStats
		for k, v := range q.scans {
			if k[0] == g.id {
				slices = append(slices, *v)
			}
		}
		sort.Slice(slices, func(i, j int) bool { return slices[i].Slice < slices[j].Slice })
		out = append(out, slices...)
	}
	return out
}

// layout is the layout of the chunks a segment reads.
func (g *segment) layout() *chunk.Layout {
	if g.in == nil {
		g.in = chunk.FromProgram(sourceLayout(g.prog))
	}
	return g.in
}
