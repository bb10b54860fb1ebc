package optimize

import (
	"sort"

	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// number sorts the segments into streams and numbers both.
//
// Segments connected by exchanges run together; a segment that reads a table runs in
// a later stream than those that fill it. Streams are as early as that allows: what
// does not depend on each other runs together.
func (e *emitter) number() {
	group := map[*plan.Segment]*plan.Segment{} // representative of the exchange-connected ones
	var rep func(s *plan.Segment) *plan.Segment
	rep = func(s *plan.Segment) *plan.Segment {
		if group[s] == nil {
			return s
		}
		return rep(group[s])
	}
	for x := range e.exchanges {
		r := e.receiver[x]
		for _, s := range e.sender[x] {
			if a, b := rep(s), rep(r); a != b {
				group[a] = b
			}
		}
	}
	stream := map[*plan.Segment]int{}
	for changed := true; changed; { // dependencies are few and acyclic
		changed = false
		for _, s := range e.segs {
			for _, t := range tablesRead(s) {
				for _, f := range e.fillers[t] {
					if at := stream[rep(f)] + 1; at > stream[rep(s)] {
						stream[rep(s)] = at
						changed = true
					}
				}
			}
		}
	}
	sort.SliceStable(e.segs, func(i, j int) bool { return stream[rep(e.segs[i])] < stream[rep(e.segs[j])] })
	for i, s := range e.segs {
		s.ID, s.Stream = i, stream[rep(s)]
		for len(e.q.Streams) <= s.Stream {
			e.q.Streams = append(e.q.Streams, nil)
		}
		e.q.Streams[s.Stream] = append(e.q.Streams[s.Stream], i)
	}
	for s, first := range e.after {
		s.After = []int{first.ID}
	}
	e.q.Segments = e.segs
}

// tablesRead are the query's tables that a segment reads.
func tablesRead(s *plan.Segment) []int {
	var out []int
	if s.Source.Kind == program.SourceTable {
		out = append(out, s.Source.TableID)
	}
	for _, st := range s.Steps {
		if j, ok := st.(*plan.HashJoin); ok {
			out = append(out, j.Table)
		}
	}
	return out
}
