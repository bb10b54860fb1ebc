package query

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node/wire"
)

// Analyze runs a plan as Start or Write would, throws its rows away, and tells what happened. tag is what errors call a
// statement that changes a table; timed: nodes look at the clock for each step.
func (r *Runner) Analyze(ctx context.Context, ses Session, tag string, p *Planned, args []types.Datum,
	timed bool) (*plan.Ran, error) {
	w := &watch{timed: timed, compiled: make([]time.Duration, len(p.Query.Segments))}
	began := time.Now()
	w.began = began
	ran := &plan.Ran{}
	var st schedule.Stats
	if p.Query.Insert != nil || p.Query.Delete != nil {
		var err error
		if st, err = r.write(ctx, ses, tag, p, args, w.look); err != nil {
			return nil, err
		}
		ran.Leader[plan.LeaderChanged] = st.Affected
	} else {
		rows, err := r.start(ctx, ses, p, args, func(env *schedule.Env, c []schedule.Code) {
			env.Whole = true
			w.look(env, c)
		})
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next(ctx) {
			ran.Leader[plan.LeaderReturned]++
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		ran.Leader[plan.LeaderMerged] = rows.Read()
		st = rows.Stats()
	}
	ran.Took, ran.Generated = time.Since(began), w.generated
	w.mu.Lock()
	defer w.mu.Unlock()
	gather(ran, p, &st, w.compiled)
	for i := range w.programs {
		ran.Segments[i].Together = w.programs[i].General.Together()
	}
	return ran, nil
}

// watch measures what is done for a query on the leader.
type watch struct {
	timed     bool // nodes look at the clock for each step
	began     time.Time
	generated time.Duration // until its programs were there
	programs  []schedule.Code

	mu       sync.Mutex
	compiled []time.Duration // by segment; guarded by mu
}

// look puts the watch beside the way to fused code.
func (w *watch) look(env *schedule.Env, c []schedule.Code) {
	w.generated, w.programs = time.Since(w.began), c
	env.Options.Measure = w.timed
	fused := env.Fused
	env.Fused = func(ctx context.Context, seg int, special bool, target string, how schedule.Effort) ([]byte, error) {
		began := time.Now()
		b, err := fused(ctx, seg, special, target, how)
		if how == schedule.Compile {
			w.mu.Lock()
			w.compiled[seg] += time.Since(began)
			w.mu.Unlock()
		}
		return b, err
	}
}

// gather puts together what the nodes told of their parts.
func gather(ran *plan.Ran, p *Planned, st *schedule.Stats, compiled []time.Duration) {
	ran.Segments = make([]plan.SegmentRan, len(p.Query.Segments))
	memory := map[string]int64{}
	for _, s := range st.Streams {
		for _, node := range slices.Sorted(maps.Keys(s.Nodes)) {
			memory[node] = max(memory[node], s.Memory[node])
			for i := range s.Nodes[node] {
				if g := &s.Nodes[node][i]; g.Segment >= 0 && g.Segment < len(ran.Segments) { // no node of ours sends another
					gatherSegment(p.Query, &ran.Segments[g.Segment], node, g)
				}
			}
		}
	}
	for _, node := range slices.Sorted(maps.Keys(memory)) {
		ran.Nodes = append(ran.Nodes, plan.NodeRan{ID: node, Memory: memory[node]})
	}
	slicesInAll := max(p.Cat.SliceCount(), 1)
	for i := range ran.Segments {
		s := &ran.Segments[i]
		s.Compiled = compiled[i]
		s.Slices = lanes(s.Slices, p.Query.Segments[i].Where == plan.EverySlice, s.Rows, slicesInAll)
	}
}

// gatherSegment adds a line of what a node told of a segment: of all that it did, or of one of its slices.
func gatherSegment(q *plan.Query, s *plan.SegmentRan, node string, st *wire.SegmentStats) {
	g := q.Segments[st.Segment]
	for i := range st.Skips {
		k := &st.Skips[i]
		s.AddSkip(plan.SkipRan{By: skipText(q, g, k), Groups: k.Groups, Rows: k.Rows})
	}
	if st.Slice >= 0 {
		if g.Where != plan.EveryNode {
			s.Slices = append(s.Slices, plan.SliceRan{Node: node, Slice: st.Slice, Rows: st.Rows})
		}
		return
	}
	rows := make([]int64, 1+len(g.Steps)) // a node that had nothing to do counts nothing
	copy(rows, st.Rows)
	s.Slices = append(s.Slices, plan.SliceRan{Node: node, Slice: -1, Rows: rows})
	switch {
	case s.Rows == nil:
		s.Rows = slices.Clone(rows)
	case g.Where == plan.EveryNode: // each does the same
		for i := range rows {
			s.Rows[i] = max(s.Rows[i], rows[i])
		}
	default:
		for i := range rows {
			s.Rows[i] += rows[i]
		}
	}
	s.Sent, s.Bytes = s.Sent+st.RowsOut, s.Bytes+st.Bytes
	s.Morsels, s.Fused, s.Special = s.Morsels+st.Morsels, s.Fused+st.Fused, s.Special+st.Special
	sealing := gatherSpent(s, st.Spent, 2+len(g.Steps))
	s.Work += time.Duration(st.Nanos) + sealing
	s.Time = max(s.Time, time.Duration(st.Nanos/max(st.Workers, 1))+sealing)
	s.Memory, s.Turns = max(s.Memory, st.Memory), max(s.Turns, st.Turns)
}

// gatherSpent adds wire.SegmentStats.Spent of so many steps, the source and the sink among them, and gives the time in
// which the segment's table was put together.
func gatherSpent(s *plan.SegmentRan, spent []int64, steps int) (sealing time.Duration) {
	if len(spent) != steps+3 { // no node of ours sends another number
		return 0
	}
	if s.Steps == nil {
		s.Steps = make([]time.Duration, steps)
	}
	for i := range steps {
		s.Steps[i] += time.Duration(spent[1+i])
	}
	sealing = time.Duration(spent[steps+2])
	s.Feeding, s.Ending = s.Feeding+time.Duration(spent[0]), s.Ending+time.Duration(spent[steps+1])+sealing
	return sealing
}

// lanes are the rows of a segment by slice, if they add up to all that it had; else those by node.
func lanes(told []plan.SliceRan, every bool, all []int64, slicesInAll int) []plan.SliceRan {
	var bySlice, byNode []plan.SliceRan
	sum := int64(0)
	for _, l := range told {
		if l.Slice < 0 {
			byNode = append(byNode, l)
			continue
		}
		rows := make([]int64, len(all))
		copy(rows, l.Rows)
		sum += rows[0]
		bySlice = append(bySlice, plan.SliceRan{Node: l.Node, Slice: l.Slice, Rows: rows})
	}
	if len(bySlice) == 0 || sum != all[0] {
		return byNode
	}
	if every {
		for i := range slicesInAll { // those without a row tell nothing
			if !slices.ContainsFunc(bySlice, func(l plan.SliceRan) bool { return l.Slice == i }) {
				bySlice = append(bySlice, plan.SliceRan{Slice: i, Rows: make([]int64, len(all))})
			}
		}
	}
	slices.SortFunc(bySlice, func(a, b plan.SliceRan) int { return cmp.Compare(a.Slice, b.Slice) })
	return bySlice
}

// skipTexts say, by wire.SkipKind, which filter of a scan has ruled rows out.
var skipTexts = [...]func(q *plan.Query, g *plan.Segment, no int) string{
	wire.SkipDeleted: func(*plan.Query, *plan.Segment, int) string { return "deleted" },
	wire.SkipZone: func(q *plan.Query, g *plan.Segment, no int) string {
		return "zone map: " + q.ZoneText(&g.Source, no)
	},
	wire.SkipKeys: func(q *plan.Query, g *plan.Segment, no int) string {
		return q.KeyZoneText(&g.Source, no)
	},
	wire.SkipTop:   func(*plan.Query, *plan.Segment, int) string { return "limit" },
	wire.SkipHeads: func(*plan.Query, *plan.Segment, int) string { return "block metadata" },
}

func skipText(q *plan.Query, g *plan.Segment, k *wire.Skip) string {
	if int(k.By) >= len(skipTexts) {
		return "unknown" // no node of ours sends that
	}
	return skipTexts[k.By](q, g, k.No)
}
