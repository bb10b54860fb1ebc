package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipher/runtime/program"
)

// spent is whose the time is that segments took.
type spent struct{ of map[*Node]*share }

// share is an operator's part.
type share struct {
	own      time.Duration
	segments []int // that it has a part in, in which there is no telling steps apart, or not all of the time
}

// took finds it, once.
func (t *explained) took() *spent {
	if t.spent != nil {
		return t.spent
	}
	t.spent = &spent{map[*Node]*share{}}
	owners := ownersOf(t.q)
	for n := range owners.all {
		t.spent.of[n] = &share{}
	}
	for _, s := range t.q.Segments {
		if r := &t.Ran.Segments[s.ID]; r.Work > 0 {
			t.spent.spread(s, r, owners)
		}
	}
	return t.spent
}

// fused is what fused code took of a segment's work: it does all steps at once.
func (s *SegmentRan) fused() time.Duration {
	if s.Fused == 0 {
		return 0
	}
	return max(s.Work-s.onPrimitives()-s.Feeding-s.Ending, 0)
}

// scaled is a part of the segment's work in the time that it took, of several workers at once.
func (s *SegmentRan) scaled(d time.Duration) time.Duration {
	if s.Work <= 0 {
		return 0
	}
	return time.Duration(float64(d) * float64(s.Time) / float64(s.Work))
}

// stepTime is how long a step took, as far as that was measured: of 0 the source, of the last the sink.
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

// fusedTime is how long all steps took, on fused code.
func (s *SegmentRan) fusedTime() time.Duration { return s.scaled(s.fused()) }

// spread gives what a segment took to the operators that its steps are of. Fused code does all steps at once: what it
// took is spread as the same steps were on primitives; if all of it was fused, it is the operator's that the segment
// was begun for.
func (t *spent) spread(s *Segment, r *SegmentRan, o *owners) {
	sink := o.sink(s)
	first := o.opener[s.ID]
	if first == nil {
		first = sink
	}
	give := func(n *Node, d time.Duration) *share {
		h := t.of[n]
		h.own += r.scaled(d)
		return h
	}
	give(first, r.Feeding)
	give(sink, r.Ending)
	known, fused := r.onPrimitives(), r.fused()
	if known == 0 {
		if h := give(first, fused); fused > 0 {
			h.segments = append(h.segments, s.ID)
		}
		return
	}
	for i, d := range r.Steps {
		n := first
		switch {
		case i == len(s.Steps)+1:
			n = sink
		case i > 0:
			n = o.step(s, i)
		}
		h := give(n, time.Duration(float64(d)*(1+float64(fused)/float64(known))))
		if r.Fused > 0 && d > 0 && (len(h.segments) == 0 || h.segments[len(h.segments)-1] != s.ID) {
			h.segments = append(h.segments, s.ID)
		}
	}
}

// onPrimitives is what primitives took, of which there are times by step.
func (s *SegmentRan) onPrimitives() (sum time.Duration) {
	for _, d := range s.Steps {
		sum += d
	}
	return sum
}

// whose says where the time of n is not what was measured of its steps.
func (t *explained) whose(n *Node) []string {
	var out []string
	var whole []string
	for _, s := range t.took().of[n].segments {
		if r := &t.Ran.Segments[s]; r.onPrimitives() == 0 {
			whole = append(whole, fmt.Sprint(s))
		} else {
			out = append(out, fmt.Sprintf("Time in Segment %d: as on primitives, which ran %d of %d morsels", s,
				r.Morsels-r.Fused, r.Morsels))
		}
	}
	if len(whole) > 0 {
		out = append(out, "Time of Segments as a Whole (fused code): "+strings.Join(whole, ", "))
	}
	return out
}

// owners say which operators the parts of segments are of.
type owners struct {
	root   *Node
	all    map[*Node]bool
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
	o := &owners{root: q.Root, all: map[*Node]bool{}, opener: map[int]*Node{}, ends: map[int][]ended{},
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
	o.all[n] = true
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

// step is whose step number i of s is, from 1 on: of the first operator whose rows are complete behind it, of several
// the lowest.
func (o *owners) step(s *Segment, i int) *Node {
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
