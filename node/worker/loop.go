package worker

import (
	"slices"

	"slipher/node/wire"
	"slipher/runtime/program"
)

// loopOf is the loop whose body a stream is part of, nil if there is none.
func (q *query) loopOf(stream int) *wire.Loop {
	for i := range q.start.Loops {
		if l := &q.start.Loops[i]; slices.Contains(l.Body, stream) {
			return l
		}
	}
	return nil
}

// leavesLoop reports whether a loop's rows go on by an exchange.
func (q *query) leavesLoop(exch int) bool {
	return slices.ContainsFunc(q.start.Loops, func(l wire.Loop) bool { return l.Out == exch })
}

// again makes segments that have ended as if they had never run. Called with the scheduler's lock held.
func (q *query) again(segs []*segment) {
	for _, g := range segs {
		g.insts, g.src, g.sink = nil, nil, nil
		g.open, g.enough, g.ending, g.ended = 0, false, false, false
		switch sk := &g.prog.Sink; {
		case sk.Kind.Fills():
			q.fillers[sk.Table]++
		case sk.Kind == program.SinkDist && q.leavesLoop(sk.Exchange):
			if box := q.out[sk.Exchange]; box != nil {
				box.Share()
			}
		}
	}
}

// turned ends a turn of a loop on this node, before the leader hears of it: what others send for the next one finds
// exchanges that have begun again. It gives the number of rows for the next turn.
func (q *query) turned(l *wire.Loop) int64 {
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if q.err != nil {
		return 0
	}
	for _, x := range l.Inner {
		if box := q.in[x]; box != nil {
			box.Renew()
		}
		if box := q.out[x]; box != nil {
			box.Renew(q.sendersHere(x))
		}
	}
	var segs []int
	for _, g := range q.segs {
		if slices.Contains(l.Body, q.stream(g)) {
			segs = append(segs, g.id)
		}
	}
	return int64(q.x.Turn(l.Work, l.Next, l.Fresh, segs))
}

// sendersHere is the number of this node's segments that send to an exchange.
func (q *query) sendersHere(exch int) int {
	n := 0
	for _, g := range q.segs {
		if g.prog.Sink.Kind == program.SinkDist && g.prog.Sink.Exchange == exch {
			n++
		}
	}
	return n
}

// endLoop ends the exchange of a loop's rows.
func (q *query) endLoop(l *wire.Loop) {
	if box := q.out[l.Out]; box != nil {
		box.End()
	}
}
