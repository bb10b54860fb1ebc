package worker

import (
	"slices"
	"sort"

	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/program"
)

// noSlice is the lane of input of which nobody knows for which slice it is.
const noSlice = -1

// sliceStats are the counters of a segment for one slice. Called with the scheduler's lock held.
func (q *query) sliceStats(seg, slice int) *wire.SegmentStats {
	k := [2]int{seg, slice}
	st := q.lanes[k]
	if st == nil {
		st = &wire.SegmentStats{Segment: seg, Slice: slice}
		q.lanes[k] = st
	}
	return st
}

// bySlices reports whether an exchange's destinations are slices.
func (q *query) bySlices(exch int) bool {
	i := slices.IndexFunc(q.exchanges, func(e wire.Exchange) bool { return e.ID == exch })
	if i < 0 {
		return false
	}
	switch program.DistKind(q.exchanges[i].Dist) {
	case program.DistHash, program.DistRoundRobin, program.DistSingle:
		return true
	}
	return false
}

// laneOf is the slice of what is received for a destination of the segment's exchange.
func (g *segment) laneOf(dest int) int {
	if g.q.bySlices(g.prog.Source.Exchange) {
		return dest
	}
	return noSlice
}

// laneOfPart is the slice of a part of a table.
func (q *query) laneOfPart(p Part) int {
	seg, slice := p.From()
	if slice < 0 || seg >= len(q.codes) {
		return noSlice
	}
	if src := &q.codes[seg].General.Source; src.Kind == program.SourceReceive && !q.bySlices(src.Exchange) {
		return noSlice
	}
	return slice
}

// count adds rows of an input that is through. Called with the scheduler's lock held.
func (g *segment) count(lane int, rows []int64) {
	add := func(sum []int64) []int64 {
		if sum == nil {
			sum = make([]int64, len(rows))
		}
		for i, n := range rows {
			sum[i] += n
		}
		return sum
	}
	g.counts = add(g.counts)
	if lane != noSlice {
		st := g.q.sliceStats(g.id, lane)
		st.Rows = add(st.Rows)
	}
}

// tiers adds what a finished instance ran on. Called without the lock.
func (q *query) tiers(g *segment, in *inst) {
	fused, special := in.x.Tiers()
	spent := in.x.Spent()
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	t := q.fused[g.id]
	q.fused[g.id] = [2]int64{t[0] + fused, t[1] + special}
	g.ran++
	g.spent.tell(spent)
}

// stats are the counters of a stream's segments: one line for the node, and one for each slice. Called with the lock
// held.
func (q *query) stats(segs []*segment) []wire.SegmentStats {
	var out []wire.SegmentStats
	for _, g := range segs {
		st := wire.SegmentStats{Segment: g.id, Slice: noSlice, RowsIn: g.rowsIn, Rows: slices.Clone(g.counts),
			Nanos: g.nanos.Nanoseconds(), Morsels: g.morsel, Fused: q.fused[g.id][0], Special: q.fused[g.id][1],
			Workers: int64(min(g.ran, q.workers())), Memory: q.x.Memory(g.id)}
		if g.sink != nil {
			st.RowsOut, st.Bytes = g.sink.sent()
		}
		if l := q.loopOf(q.stream(g)); l != nil {
			st.Turns = l.turn
		}
		st.Spent = g.spent.nanos(g.sealing)
		out = append(out, st)
		var lanes []wire.SegmentStats
		for k, v := range q.lanes {
			if k[0] == g.id {
				l := *v // not what workers of a query that has failed may still count in
				l.Rows, l.Skips = slices.Clone(v.Rows), slices.Clone(v.Skips)
				lanes = append(lanes, l)
			}
		}
		sort.Slice(lanes, func(i, j int) bool { return lanes[i].Slice < lanes[j].Slice })
		out = append(out, lanes...)
	}
	return out
}

// layout is the layout of the chunks a segment reads.
func (g *segment) layout() *chunk.Layout {
	if g.in == nil {
		g.in = chunk.LayoutOf(g.prog.Source.Cols)
	}
	return g.in
}
