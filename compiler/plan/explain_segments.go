package plan

import (
	"fmt"
	"strings"
)

// Segments is the text of EXPLAIN (SEGMENTS): streams, segments and steps, and in brackets behind each step the rows
// that are expected, where an operator's rows are complete there, and those that there were.
func (o Shown) Segments(q *Query) []string {
	t := &explained{Shown: o, q: q}
	n := &segmentNotes{t: t, estimated: map[Place]int64{}}
	if o.Costs && q.Root != nil {
		n.estimates(q.Root)
	}
	f := &formatter{q: q, notes: n}
	f.segments()
	t.out = append(f.out, q.Notes...)
	if o.Ran != nil && o.Summary && o.Timing {
		t.totals()
	}
	return t.out
}

// segmentNotes are what is said of segments and their steps.
type segmentNotes struct {
	t         *explained
	estimated map[Place]int64
}

// estimates notes where operators' rows are complete. What an operator of several places has nobody estimates for each.
func (n *segmentNotes) estimates(node *Node) {
	for _, c := range node.Children { // of two operators at one place the upper one counts: it has filtered
		n.estimates(c)
	}
	if len(node.At) == 1 {
		n.estimated[node.At[0]] = node.Rows
	}
}

func (n *segmentNotes) place(p Place) string {
	s := n.t.q.Segments[p.Segment]
	if p.Step > len(s.Steps) {
		return n.sink(s)
	}
	var words []string
	if rows, ok := n.estimated[p]; ok {
		words = append(words, fmt.Sprintf("estimated=%d", rows))
		if r := n.t.Ran; r != nil && n.t.Timing {
			if slices := r.Slices([]Place{p}); len(slices) > 1 {
				each, of := n.t.each([]Place{p}, rows, slices)
				words = append(words, fmt.Sprintf("(%d a %s)", each, of))
			}
		}
	}
	if r := n.t.Ran; r != nil && r.Segments[p.Segment].Began() {
		words = append(words, fmt.Sprintf("rows=%d", r.Segments[p.Segment].rows(p.Step)))
		if slices := r.Slices([]Place{p}); len(slices) > 1 && n.t.Timing {
			words = append(words, slicesText(slices))
			if skew := Skew(slices); skew > 0 {
				words = append(words, fmt.Sprintf("skew=%.2f", skew))
			}
		}
		words = append(words, n.time(p)...)
	}
	if p.Step == 0 {
		words = append(words, n.skips(p.Segment)...)
	}
	return strings.Join(words, " ")
}

func (n *segmentNotes) skips(segment int) (words []string) {
	if n.t.Ran != nil {
		for _, k := range n.t.Ran.Segments[segment].Skips {
			words = append(words, fmt.Sprintf("skipped=%d blocks=%d (%s)", k.Rows, n.t.q.Segments[segment].blocks(k), k.By))
		}
	}
	return words
}

func (n *segmentNotes) sink(s *Segment) string {
	r := n.t.Ran
	if r == nil || !r.Segments[s.ID].Began() || !n.t.Timing {
		return ""
	}
	var words []string
	if !s.Sink.Kind.Fills() {
		words = append(words, fmt.Sprintf("sent=%d bytes=%d", r.Segments[s.ID].Sent, r.Segments[s.ID].Bytes))
	}
	return strings.Join(append(words, n.time(Place{s.ID, len(s.Steps) + 1})...), " ")
}

// time is what was measured of a step, if that is anything.
func (n *segmentNotes) time(p Place) []string {
	if d := n.t.Ran.Segments[p.Segment].stepTime(p.Step); d > 0 && n.t.Timing {
		return []string{"time=" + ms(d)}
	}
	return nil
}

func (n *segmentNotes) segment(s *Segment) string {
	switch r := n.t.Ran; {
	case r == nil:
		return ""
	case !r.Segments[s.ID].Began():
		return "never began"
	default:
		var words []string
		if turns := r.Segments[s.ID].Turns; turns > 0 {
			words = append(words, fmt.Sprintf("turns=%d", turns))
		}
		if n.t.Timing {
			words = append(words, n.t.work(s, &r.Segments[s.ID])...)
		}
		return strings.Join(words, " ")
	}
}
