package worker

import (
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/node/exchange"
	"slipher/runtime/chunk"
	"slipher/runtime/program"
)

// prepareSink makes a segment's sink. first is the number of the segment's
// first run among those the stream returns.
func (q *query) prepareSink(g *segment, first int) error {
	sk := &g.prog.Sink
	if sk.Kind.Fills() {
		g.sink = tableSink{g, sk.Table}
		return nil
	}
	switch sk.Kind {
	case program.SinkDist:
		box := q.out[sk.Exchange]
		if box == nil {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d sends to exchange %d, which does not start here", g.id,
				sk.Exchange)
		}
		g.sink = &distSink{box: box, stays: q.leavesLoop(g)}
	case program.SinkReturn:
		g.sink = &returnSink{box: q.ret, first: first}
	case program.SinkInsert:
		if q.start.Insert == nil || q.ex.cfg.Storage == nil {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d inserts into no table", g.id)
		}
		s, err := newInsertSink(q, g)
		if err != nil {
			return err
		}
		g.sink = s
	case program.SinkDelete:
		if len(sk.Cols) != 1 || sk.Cols[0].Type.Phys() != types.I64 {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d deletes what are no row addresses", g.id)
		}
		s := &deleteSink{q: q}
		s.rows.countOn(q)
		g.sink = s
	case program.SinkEnd:
		g.sink = endSink{}
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "unknown sink kind %d", sk.Kind)
	}
	return nil
}

// tableSink: rows stay here; the table is sealed when all instances of all segments that fill it here have finished.
type tableSink struct {
	g     *segment
	table int
}

func (s tableSink) output(*inst) *output        { return nil }
func (s tableSink) dests() int                  { return 0 }
func (s tableSink) instanceDone(*inst)          {}
func (s tableSink) sent() (int64, int64)        { return 0, 0 }
func (s tableSink) stop()                       {}
func (s *distSink) output(*inst) *output        { return &output{box: s, fixed: -1} }
func (s *distSink) dests() int                  { return s.box.Dests() }
func (s *distSink) instanceDone(*inst)          {}
func (s *distSink) sent() (int64, int64)        { return s.count.Sent() }
func (s *distSink) stop()                       { s.box.Stop() }
func (s *returnSink) output(in *inst) *output   { return &output{box: s, fixed: s.first + in.no} }
func (s *returnSink) dests() int                { return 1 }
func (s *returnSink) instanceDone(in *inst)     { s.box.EndDest(s.first + in.no) }
func (s *returnSink) complete(done func(error)) { done(nil) }
func (s *returnSink) sent() (int64, int64)      { return s.count.Sent() }
func (s *returnSink) stop()                     { s.box.Stop() }

func (s tableSink) complete(done func(error)) {
	q := s.g.q
	if !q.lastFiller(s.table) {
		done(nil)
		return
	}
	began := time.Now()
	err := q.x.SealTable(s.table)
	if err == nil {
		err = q.tellKeys(s.table)
	}
	s.g.sealing += time.Since(began)
	done(err)
}

// endSink gets no rows.
type endSink struct{}

func (endSink) output(*inst) *output      { return nil }
func (endSink) dests() int                { return 0 }
func (endSink) instanceDone(*inst)        {}
func (endSink) complete(done func(error)) { done(nil) }
func (endSink) sent() (int64, int64)      { return 0, 0 }
func (endSink) stop()                     {}

// distSink sends to an exchange.
type distSink struct {
	box   *exchange.Outbox
	stays bool // a loop's rows: its end is the exchange's
	count exchange.Count
}

func (s *distSink) complete(done func(error)) {
	if !s.stays {
		s.box.End()
	}
	done(nil)
}

// returnSink sends to the leader; each instance is a run of its own.
type returnSink struct {
	box   *exchange.Outbox
	first int
	count exchange.Count
}

// CanSend and Send implement the output's box.
func (s *distSink) CanSend(dest int) bool              { return s.box.CanSend(dest) }
func (s *distSink) Send(dest int, b chunk.Batch) bool  { return s.box.Send(dest, b, &s.count) }
func (s *returnSink) CanSend(run int) bool             { return s.box.CanSend(run) }
func (s *returnSink) Send(run int, b chunk.Batch) bool { return s.box.Send(run, b, &s.count) }
