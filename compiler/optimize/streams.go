package optimize

import (
	"slices"
	"sort"

	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// loop is the body of a recursion while segments have no numbers.
type loop struct {
	work, next int
	out        int // the exchange of its rows
	body       map[*plan.Segment]bool
}

// streams sorts segments into streams.
type streams struct {
	e     *emitter
	group map[*plan.Segment]*plan.Segment // representative of the exchange-connected ones
	level map[*plan.Segment]int           // of a representative
}

// number sorts the segments into streams and numbers both.
//
// Segments connected by exchanges run together; a segment that reads a table runs in
// a later stream than those that fill it. Streams are as early as that allows: what
// does not depend on each other runs together. The body of a loop has streams of its own behind all others; who
// receives its rows runs in a later stream than what the body reads from outside.
func (e *emitter) number() {
	s := &streams{e: e, group: map[*plan.Segment]*plan.Segment{}, level: map[*plan.Segment]int{}}
	for _, l := range e.loops {
		l.body = e.bodyOf(l)
	}
	for x := range e.exchanges {
		r := e.receiver[x]
		for _, from := range e.sender[x] {
			if a, b := s.rep(from), s.rep(r); a != b && !e.isLoopOut(x) {
				s.group[a] = b
			}
		}
	}
	for g, first := range e.after {
		if a, b := s.rep(g), s.rep(first); a != b {
			s.group[a] = b
		}
	}
	var main []*plan.Segment
	for _, g := range e.segs {
		if e.loopOf(g) == nil {
			main = append(main, g)
		}
	}
	s.settle(main, func(g *plan.Segment) []int {
		read := tablesRead(g)
		for _, l := range e.loops { // what the loop needs must be there before its rows are received
			if e.receiver[l.out] == g {
				read = append(read, e.readByBody(l)...)
			}
		}
		return read
	}, 0)
	streams := s.count(main)
	for _, l := range e.loops {
		var body []*plan.Segment
		for _, g := range e.segs {
			if l.body[g] {
				body = append(body, g)
			}
		}
		s.settle(body, func(g *plan.Segment) []int {
			return slices.DeleteFunc(tablesRead(g), func(t int) bool { return !e.filledByBody(t, l) })
		}, streams)
		own := plan.Loop{Stream: s.level[s.rep(e.receiver[l.out])], Work: l.work, Next: l.next, Out: l.out}
		for end := s.count(body); streams < end; streams++ {
			own.Body = append(own.Body, streams)
		}
		for t := range e.q.Tables {
			if t != l.next && e.filledByBody(t, l) {
				own.Fresh = append(own.Fresh, t)
			}
		}
		for x := range e.exchanges {
			if from := e.sender[x]; x != l.out && len(from) > 0 && l.body[from[0]] {
				own.Inner = append(own.Inner, x)
			}
		}
		e.q.Loops = append(e.q.Loops, own)
	}
	at := func(g *plan.Segment) int { return s.level[s.rep(g)] }
	sort.SliceStable(e.segs, func(i, j int) bool { return at(e.segs[i]) < at(e.segs[j]) })
	e.q.Streams = make([][]int, streams)
	for i, g := range e.segs {
		g.ID, g.Stream = i, at(g)
		e.q.Streams[g.Stream] = append(e.q.Streams[g.Stream], i)
	}
	for g, first := range e.after {
		g.After = []int{first.ID}
	}
	e.q.Segments = e.segs
}

// makers are the segments whose end g waits for to read table t.
func (e *emitter) makers(g *plan.Segment, t int) []*plan.Segment {
	if m := e.markers[t]; m != nil && g.Source.Kind == program.SourceTable && g.Source.TableID == t {
		return []*plan.Segment{m}
	}
	return e.fillers[t]
}

func (s *streams) rep(g *plan.Segment) *plan.Segment {
	for s.group[g] != nil {
		g = s.group[g]
	}
	return g
}

// settle finds the streams of segments, from number first on, by the tables that each of them reads.
func (s *streams) settle(segs []*plan.Segment, reads func(*plan.Segment) []int, first int) {
	for _, g := range segs {
		s.level[s.rep(g)] = max(s.level[s.rep(g)], first)
	}
	for changed := true; changed; { // dependencies are few and acyclic
		changed = false
		for _, g := range segs {
			for _, t := range reads(g) {
				for _, f := range s.e.makers(g, t) {
					if at := s.level[s.rep(f)] + 1; at > s.level[s.rep(g)] {
						s.level[s.rep(g)] = at
						changed = true
					}
				}
			}
		}
	}
}

// count is the number behind the last stream of segs.
func (s *streams) count(segs []*plan.Segment) int {
	n := 0
	for _, g := range segs {
		n = max(n, s.level[s.rep(g)]+1)
	}
	return n
}

func (e *emitter) isLoopOut(x int) bool {
	return slices.ContainsFunc(e.loops, func(l *loop) bool { return l.out == x })
}

// loopOf is the loop whose body a segment is part of, nil if there is none.
func (e *emitter) loopOf(g *plan.Segment) *loop {
	for _, l := range e.loops {
		if l.body[g] {
			return l
		}
	}
	return nil
}

// bodyOf is all that runs again in each turn of a loop: what reads its working rows, what reads or receives from that,
// and what sends to those.
func (e *emitter) bodyOf(l *loop) map[*plan.Segment]bool {
	body := map[*plan.Segment]bool{}
	for changed := true; changed; {
		changed = false
		for _, g := range e.segs {
			if !body[g] && e.followsBody(g, l, body) {
				body[g], changed = true, true
			}
		}
	}
	return body
}

func (e *emitter) followsBody(g *plan.Segment, l *loop, body map[*plan.Segment]bool) bool {
	for _, t := range tablesRead(g) {
		if t == l.work || t != l.next && slices.ContainsFunc(e.fillers[t], func(f *plan.Segment) bool { return body[f] }) {
			return true
		}
	}
	if x := g.Source.Exchange; g.Source.Kind == program.SourceReceive && x != l.out &&
		slices.ContainsFunc(e.sender[x], func(f *plan.Segment) bool { return body[f] }) {
		return true
	}
	x := g.Sink.Exchange
	return g.Sink.Kind == program.SinkDist && x != l.out && body[e.receiver[x]]
}

func (e *emitter) filledByBody(t int, l *loop) bool {
	return len(e.fillers[t]) > 0 && l.body[e.fillers[t][0]]
}

// readByBody are the tables that a loop's body reads and does not fill.
func (e *emitter) readByBody(l *loop) []int {
	var out []int
	for _, g := range e.segs {
		for _, t := range tablesRead(g) {
			if l.body[g] && !e.filledByBody(t, l) {
				out = append(out, t)
			}
		}
	}
	return out
}

// tablesRead are the query's tables that a segment reads.
func tablesRead(s *plan.Segment) []int {
	var out []int
	if s.Source.Kind == program.SourceTable {
		out = append(out, s.Source.TableID)
	}
	for _, st := range s.Steps {
		switch st := st.(type) {
		case *plan.HashJoin:
			out = append(out, st.Table)
		case *plan.Sieve:
			out = append(out, st.Table)
		}
	}
	return out
}
