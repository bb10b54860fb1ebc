package optimize

import (
	"slices"

	"slipher/compiler/plan"
)

// stage is rows that EXPLAIN has a line for: an operator's own, or others on their way to them. of is nil for what is
// done above all operators.
type stage struct {
	of   physical
	part stagePart
}

type stagePart int

const (
	ownRows    stagePart = iota
	builtRows            // of a join: those that its table is built of
	sortedRows           // of an order: those that it has put in order
	sentRows             // above all operators: those that go to the leader
	// of an operator whose rows look for keys of joins above: behind the first look; those of the next follow
	reducedRows
)

// place is behind so many steps of a segment.
type place struct {
	seg   *plan.Segment
	steps int
}

// within runs emit, which makes segments for rows of r.
func (e *emitter) within(r stage, emit func()) {
	around := e.at
	e.at = r
	emit()
	e.at = around
}

// count notes that the pipe has just the rows r.
func (e *emitter) count(r stage, p *pipe) { e.counted[r] = []place{{p.seg, len(p.seg.Steps)}} }

// nextExchange is the number of a new exchange.
func (e *emitter) nextExchange() int {
	e.exchanges++
	e.moved[e.at] = append(e.moved[e.at], e.exchanges-1)
	return e.exchanges - 1
}

// replace tells that what was counted in front of the steps of a segment that is no more is counted at the end of those
// that sent to it, and that x, an exchange, is no more.
func (e *emitter) replace(gone *plan.Segment, by []*plan.Segment, x int) {
	for r, places := range e.counted {
		if !slices.ContainsFunc(places, func(at place) bool { return at.seg == gone }) {
			continue
		}
		var out []place
		for _, at := range places {
			if at.seg != gone {
				out = append(out, at)
				continue
			}
			for _, s := range by {
				out = append(out, place{s, len(s.Steps)})
			}
		}
		e.counted[r] = out
	}
	for r, segs := range e.opened {
		e.opened[r] = slices.DeleteFunc(segs, func(s *plan.Segment) bool { return s == gone })
	}
	for r, xs := range e.moved {
		e.moved[r] = slices.DeleteFunc(xs, func(y int) bool { return y == x })
	}
}

// source is where the rows are counted that a scan reads, in front of its steps.
func (e *emitter) source(scan physical) []plan.Place {
	var out []plan.Place
	for _, at := range e.counted[stage{of: scan}] {
		out = append(out, plan.Place{Segment: at.seg.ID})
	}
	return out
}

// places are where rows are counted, once segments have numbers; nil: nowhere.
func (e *emitter) places(r stage) []plan.Place {
	var out []plan.Place
	for _, at := range e.counted[r] {
		out = append(out, plan.Place{Segment: at.seg.ID, Step: at.steps})
	}
	return out
}

// tell notes in EXPLAIN's line where its rows are counted and what is done for them, once segments have numbers.
func (e *emitter) tell(n *plan.Node, r stage) {
	n.At = e.places(r)
	n.Segments = nil
	for _, s := range e.opened[r] {
		n.Segments = append(n.Segments, s.ID)
	}
	n.Exchanges = e.moved[r]
}
