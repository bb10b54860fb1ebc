package worker

import (
	"slipher/catalog/sqlerr"
	"slipher/node/exchange"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// prepareSource makes a segment's source and its instances.
func (q *query) prepareSource(g *segment) error {
	g.insts = nil
	spare := func(n int) { // any instance takes any input
		for i := range n {
			g.insts = append(g.insts, &inst{seg: g, no: i, slice: -1, lane: noSlice})
		}
	}
	perSlice := g.prog.Sink.Kind == program.SinkInsert // rows must reach the loader of their slice
	switch src := &g.prog.Source; src.Kind {
	case program.SourceScan:
		s, err := newScanSource(g)
		if err != nil {
			return err
		}
		g.src = s
		if perSlice {
			for i, sl := range q.slices {
				g.insts = append(g.insts, &inst{seg: g, no: i, slice: int(sl), lane: int(sl)})
			}
		} else {
			spare(q.workers())
		}
		s.begin()
	case program.SourceHeads:
		s, err := newHeadsSource(g)
		if err != nil {
			return err
		}
		g.src = s
		spare(1)
		s.begin()
	case program.SourceReceive:
		box := q.in[src.Exchange]
		if box == nil {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d receives from exchange %d, which does not come here", g.id,
				src.Exchange)
		}
		g.src = &receiveSource{box}
		// A join table is the node's: any worker may fill it from any destination. A LIMIT counts on one.
		if g.prog.Sink.Kind == program.SinkHash && !g.limits() {
			spare(q.workers())
			break
		}
		for i, d := range box.Dests() {
			g.insts = append(g.insts, &inst{seg: g, no: i, slice: d})
		}
	case program.SourceTable:
		// One instance a part: a sorted part must leave as one run.
		parts := q.x.Parts(src.Table)
		g.src = onceSource{}
		for i, p := range parts {
			g.insts = append(g.insts, &inst{seg: g, no: i, slice: -1, lane: q.laneOfPart(p), part: p})
		}
		if perSlice {
			q.placeParts(g)
		}
	case program.SourceValues:
		g.src = onceSource{}
		spare(1)
	case program.SourceRows:
		if g.rows == nil {
			return sqlerr.New(sqlerr.InternalError, "segment %d has no rows to read here", g.id)
		}
		g.src = &rowsSource{g: g}
		spare(1)
	case program.SourceLiterals:
		g.rows = &literalRows{g.literals}
		g.src = &rowsSource{g: g}
		spare(1)
	case program.SourceText:
		g.src = q.text
		if perSlice {
			for i, sl := range q.slices {
				g.insts = append(g.insts, &inst{seg: g, no: i, slice: int(sl), lane: int(sl)})
			}
		} else {
			spare(q.workers())
		}
		for _, in := range g.insts {
			in.text = &textInput{src: q.text}
		}
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "unknown source kind %d", src.Kind)
	}
	return nil
}

// placeParts deals the parts of a table over the node's slices for an insert.
func (q *query) placeParts(g *segment) {
	for i, in := range g.insts {
		in.slice = int(q.slices[i%len(q.slices)])
	}
}

// receiveSource: an instance works through the pages of its destination, or of any.
type receiveSource struct{ box *exchange.Inbox }

func (s *receiveSource) next(in *inst) (feed, bool) {
	it, dest, ok := s.box.Take(in.slice)
	if !ok {
		return nil, false
	}
	in.seg.rowsIn += int64(it.Batch.Rows())
	in.lane = in.seg.laneOf(dest)
	return func(x Instance) (bool, func() error, error) {
		if x == nil {
			it.Batch.Free()
			return false, nil, nil
		}
		return true, func() error { return s.box.Consumed(dest, it.From) }, x.SetPage(it.Batch.(*page.Page))
	}, true
}

func (s *receiveSource) over(in *inst) bool { return s.box.Over(in.slice) }
func (s *receiveSource) stop()              {} // the inbox is the query's

// onceSource gives each instance its part of a table, or the values, once.
type onceSource struct{}

func (onceSource) next(in *inst) (feed, bool) {
	if in.started {
		return nil, false
	}
	return func(x Instance) (bool, func() error, error) {
		switch {
		case x == nil:
		case in.part != nil:
			x.SetPart(in.part)
		default:
			x.SetValues()
		}
		return true, nil, nil
	}, true
}

func (onceSource) over(in *inst) bool { return in.started }
func (onceSource) stop()              {}

// rowsSource reads rows that are handed in: a catalog relation's, or constants.
type rowsSource struct {
	g     *segment
	ended bool // written by the worker that runs the only instance
}

func (s *rowsSource) next(*inst) (feed, bool) {
	if s.ended {
		return nil, false
	}
	return func(x Instance) (bool, func() error, error) {
		if x == nil {
			return false, nil, nil
		}
		c, err := s.g.rows.Next(s.g.layout(), s.g.q.acct)
		if err != nil || c == nil {
			s.ended = true
			return false, nil, err
		}
		x.SetChunk(c)
		return true, nil, nil
	}, true
}

func (s *rowsSource) over(*inst) bool { return s.ended }
func (s *rowsSource) stop()           {}
