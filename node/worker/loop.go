package worker

import (
	"context"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// loop is a loop of a query's streams. The nodes that have a part in it run its turns one after another without the
// leader. A node whose turn has ended first makes all that the next one needs, then tells the others; when it has heard
// the same of all of them it goes on. So whoever has begun a turn sends rows to nodes that can take them in, and nobody
// is more than one turn ahead of what another has been told.
type loop struct {
	*wire.Loop
	no     int
	here   bool         // this node has a part in it
	body   [][]*segment // by stream
	segs   []*segment   // of the body
	others []wire.Conn  // the other nodes

	// guarded by the scheduler's lock
	turn  int64         // that runs, or whose end is awaited
	tally [2]tally      // of this turn and the next one, by the last bit of their numbers
	all   chan struct{} // 1: all have ended the turn
}

// tally is what is known of the end of a turn.
type tally struct {
	nodes  []string // that have ended it
	rows   int64    // for the next turn
	wanted bool     // somebody still wants the loop's rows
}

// addLoop makes the query's loop number no, before there are instances.
func (q *query) addLoop(no int) error {
	l := &loop{Loop: &q.start.Loops[no], no: no, all: make(chan struct{}, 1)}
	if len(l.Body) == 0 {
		return sqlerr.New(sqlerr.ProtocolViolation, "loop %d has no streams", no)
	}
	for _, b := range l.Body {
		segs := q.segsOf(b)
		l.body = append(l.body, segs)
		l.segs = append(l.segs, segs...)
	}
	for _, id := range l.Nodes {
		switch c := q.peers[id]; {
		case id == q.ex.cfg.ID:
			l.here = true
		case c == nil:
			return sqlerr.New(sqlerr.ProtocolViolation, "loop %d runs on %s, who takes no part", no, id)
		default:
			l.others = append(l.others, c)
		}
	}
	q.loops = append(q.loops, l)
	return nil
}

// loopOf is the loop whose body a stream is part of, nil if there is none.
func (q *query) loopOf(stream int) *loop {
	for _, l := range q.loops {
		if slices.Contains(l.Body, stream) {
			return l
		}
	}
	return nil
}

// leavesLoop reports whether a segment sends a loop's rows to who reads them.
func (q *query) leavesLoop(g *segment) bool {
	l := q.loopOf(q.stream(g))
	return l != nil && l.Out == g.prog.Sink.Exchange
}

// runLoop runs turns of a loop until no node has rows for another one, or nobody wants them any more, or the query has
// failed. It gives the loop's segments.
func (q *query) runLoop(ctx context.Context, l *loop) []*segment {
	if !l.here {
		return nil
	}
	for {
		for i, b := range l.Body {
			q.runStream(ctx, b, l.body[i])
		}
		q.settle(l)
		switch more, ok := q.turned(ctx, l); {
		case !ok:
			return l.segs
		case !more:
			for _, g := range l.segs {
				if s, ok := g.sink.(*distSink); ok && s.stays {
					s.box.End()
				}
			}
			return l.segs
		}
	}
}

// turned ends a turn of a loop here, and waits for its end on all nodes. It reports whether there is another one; not
// ok: the query has failed.
func (q *query) turned(ctx context.Context, l *loop) (more, ok bool) {
	d, ok := q.renew(l)
	if !ok {
		return false, false
	}
	for _, c := range l.others {
		m := d
		if err := c.Send(&m); err != nil {
			q.fail(wire.Lost(c.Peer()))
			return false, false
		}
	}
	if err := q.heard(q.ex.cfg.ID, &d); err != nil {
		q.fail(err)
	}
	select {
	case <-l.all:
	case <-q.ctx.Done():
		return false, false
	case <-ctx.Done():
		q.fail(sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request"))
		return false, false
	}
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	t := &l.tally[l.turn&1]
	more = t.rows > 0 && t.wanted
	*t = tally{nodes: t.nodes[:0]}
	l.turn++
	return more, q.err == nil
}

// settle waits until nobody reads ahead for segments whose turn has ended, some before the end of their input: who does
// may ask what keys the turn's tables have.
func (q *query) settle(l *loop) {
	sch := q.ex.sched
	for _, g := range l.segs {
		src, reads := g.src.(ahead)
		if !reads {
			continue
		}
		sch.mu.Lock()
		g.src.stop()
		sch.mu.Unlock()
		src.wait()
	}
}

// renew makes the next turn of a loop possible here: exchanges and segments begin again, what was the turn's result is
// the next one's input. It gives what the others are to be told; false: the query has failed.
func (q *query) renew(l *loop) (wire.Data, bool) {
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if q.err != nil {
		return wire.Data{}, false
	}
	for _, x := range l.Inner {
		if box := q.in[x]; box != nil {
			box.Renew()
		}
		if box := q.out[x]; box != nil {
			box.Renew(q.sendersHere(x))
		}
	}
	ids := make([]int, len(l.segs))
	for i, g := range l.segs {
		ids[i] = g.id
		q.again(g)
	}
	d := wire.Data{Query: q.id, Exch: l.no, Kind: wire.DataTurn, Turn: l.turn}
	if box := q.out[l.Out]; box != nil && !box.Unwanted() {
		d.Dest = 1
	}
	d.N = int64(q.x.Turn(l.Work, l.Next, l.Fresh, ids))
	return d, true
}

// again makes a segment that has ended as if it had never run; its sink stays. Called with the scheduler's lock held.
func (q *query) again(g *segment) {
	g.src = nil
	g.open, g.enough, g.ending, g.ended = 0, false, false, false
	if sk := &g.prog.Sink; sk.Kind.Fills() {
		q.fillers[sk.Table]++
	}
}

// heard notes that a turn of a loop has ended on a node. An error means that the peer does not keep to the protocol.
func (q *query) heard(node string, d *wire.Data) error {
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if d.Exch < 0 || d.Exch >= len(q.loops) {
		return sqlerr.New(sqlerr.ProtocolViolation, "%s has ended a turn of loop %d, which there is not", node, d.Exch)
	}
	l := q.loops[d.Exch]
	if !l.here || d.Turn != l.turn && d.Turn != l.turn+1 || !slices.Contains(l.Nodes, node) || d.N < 0 {
		return sqlerr.New(sqlerr.ProtocolViolation, "%s has ended turn %d of loop %d during turn %d", node, d.Turn, l.no,
			l.turn)
	}
	t := &l.tally[d.Turn&1]
	if slices.Contains(t.nodes, node) {
		return sqlerr.New(sqlerr.ProtocolViolation, "%s has ended turn %d of loop %d twice", node, d.Turn, l.no)
	}
	t.nodes = append(t.nodes, node)
	t.rows += d.N
	t.wanted = t.wanted || d.Dest != 0
	if len(t.nodes) == len(l.Nodes) {
		l.all <- struct{}{} // there is room: nobody ends a turn before all have ended the one before
	}
	return nil
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
