package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipher/runtime/program"
)

// spent is whose the time is that segments took.
type spent struct {
	own map[*Node]time.Duration
	*owners
}

// took finds it, once.
func (t *explained) took() *spent {
	if t.spent != nil {
		return t.spent
	}
	t.spent = &spent{map[*Node]time.Duration{}, ownersOf(t.q)}
	for _, s := range t.q.Segments {
		if r := &t.Ran.Segments[s.ID]; r.Work > 0 {
			t.spent.spread(s, r)
		}
	}
	return t.spent
}

// scaled is a part of the segment's work in the time that it took, of several workers at once.
func (s *SegmentRan) scaled(d time.Duration) time.Duration {
	if s.Work <= 0 {
		return 0
	}
	return time.Duration(float64(d) * float64(s.Time) / float64(s.Work))
}

// stepTime is how long a step took: of 0 the source, of the last the sink.
func (s *SegmentRan) stepTime(step int) time.Duration {
	if step >= len(s.Steps) {
		return 0
	}
	d := s.Steps[step]
	if step == 0 {
		d += s.Feeding
	}
	if step == len(s.Steps)-1 {
		d += s.Ending
	}
	return s.scaled(d)
}

// spread gives what a segment took to the operators that its steps are of.
func (t *spent) spread(s *Segment, r *SegmentRan) {
	give := func(n *Node, d time.Duration) { t.own[n] += r.scaled(d) }
	give(t.first(s), r.Feeding)
	give(t.sink(s), r.Ending)
	for i, d := range r.Steps {
		give(t.step(s, i), d)
	}
}

// whose says where the time of n is not its steps' alone: what fused code does for several steps in one loop counts for
// the first of them.
func (t *explained) whose(n *Node) []string {
	var out []string
	for _, s := range t.q.Segments {
		for _, steps := range t.Ran.Segments[s.ID].mixed() {
			if t.took().step(s, steps[0]) != n {
				continue
			}
			var others []string
			for _, i := range steps[1:] {
				if t.took().step(s, i) != n {
					others = append(others, s.labels()[i])
				}
			}
			if others != nil {
				out = append(out, fmt.Sprintf("Time in Segment %d: of %s with a part of %s (one loop of fused code)", s.ID,
					s.labels()[steps[0]], strings.Join(others, ", ")))
			}
		}
	}
	return out
}

// mixed are the steps of each loop that fused code ran for several of them.
func (s *SegmentRan) mixed() [][]int {
	if s.Fused == 0 {
		return nil
	}
	return s.Together
}

// owners say which operators the parts of segments are of.
type owners struct {
	root   *Node
	opener map[int]*Node   // by segment: for whom it was begun
	ends   map[int][]ended // by segment, children first
	reader map[*Segment]*Segment
}

// ended is behind how many steps an operator's rows are complete.
type ended struct {
	step int
	of   *Node
}

func ownersOf(q *Query) *owners {
	o := &owners{root: q.Root, opener: map[int]*Node{}, ends: map[int][]ended{},
		reader: map[*Segment]*Segment{}}
	o.add(q.Root)
	for _, s := range q.Segments {
		for _, r := range q.Segments {
			src := &r.Source
			if s.Sink.Kind.Fills() && src.Kind == program.SourceTable && src.TableID == s.Sink.TableID ||
				s.Sink.sends() && src.Kind == program.SourceReceive && src.Exchange == s.Sink.Exchange {
				o.reader[s] = r
			}
		}
	}
	return o
}

func (o *owners) add(n *Node) {
	for _, c := range n.Children {
		o.add(c)
	}
	for _, s := range n.Segments {
		o.opener[s] = n
	}
	for i, at := range slices.Concat([][]Place{n.At}, n.Looked) {
		if i == 1 { // where rows are in front of the filters: that may be another operator's end
			continue
		}
		for _, p := range at {
			o.ends[p.Segment] = append(o.ends[p.Segment], ended{p.Step, n})
		}
	}
}

// first is whose the source of s is: of the operator that s was begun for.
func (o *owners) first(s *Segment) *Node {
	if n := o.opener[s.ID]; n != nil {
		return n
	}
	return o.sink(s)
}

// step is whose step number i of s is: of the first operator whose rows are complete behind it, of several the lowest.
// 0 is the source, one more than there are steps the sink.
func (o *owners) step(s *Segment, i int) *Node {
	switch i {
	case 0:
		return o.first(s)
	case len(s.Steps) + 1:
		return o.sink(s)
	}
	var best *ended
	for k := range o.ends[s.ID] {
		if e := &o.ends[s.ID][k]; e.step >= i && (best == nil || e.step < best.step) {
			best = e
		}
	}
	if best == nil {
		return o.sink(s)
	}
	return best.of
}

// sink is whose the sink of s is: of the operator that reads what it makes; of what nobody reads, as a join's table or
// the client's rows, the uppermost whose rows come to it.
func (o *owners) sink(s *Segment) *Node {
	if r := o.reader[s]; r != nil && s.Sink.Kind != program.SinkHash && o.opener[r.ID] != nil {
		return o.opener[r.ID]
	}
	out := o.root
	for _, e := range o.ends[s.ID] {
		if e.step == len(s.Steps) {
			out = e.of
		}
	}
	return out
}
