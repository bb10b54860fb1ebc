package worker

import (
	"context"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/exchange"
	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// prepareSink makes a segment's sink. first is the number of the segment's
// first run among those the stream returns.
func (q *query) prepareSink(g *segment, first int) error {
	switch sk := &g.prog.Sink; sk.Kind {
	case sinkHash, sinkAggr, sinkSort:
		g.sink = tableSink{q, sk.Table}
	case sinkDist:
		box := q.out[sk.Exchange]
		if box == nil {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d sends to exchange %d, which does not start here", g.id, sk.Exchange)
		}
		g.sink = distSink{box}
	case sinkReturn:
		g.sink = &returnSink{q.ret, first}
	case sinkInsert:
		if q.start.Insert == nil || q.ex.cfg.Storage == nil {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d inserts into no table", g.id)
		}
		g.sink = newInsertSink(q)
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "unknown sink kind %d", sk.Kind)
	}
	return nil
}

// tableSink: rows stay here; the table is sealed when all instances have finished.
type tableSink struct {
	q     *query
	table int
}

func (s tableSink) output(*inst) *output        { return nil }
func (s tableSink) dests() int                  { return 0 }
func (s tableSink) instanceDone(*inst)          {}
func (s tableSink) complete(done func(error))   { done(s.q.x.SealTable(s.table)) }
func (s tableSink) sent() (int64, int64)        { return 0, 0 }
func (s tableSink) stop()                       {}
func (s distSink) output(*inst) *output         { return &output{box: s.box, fixed: -1} }
func (s distSink) dests() int                   { return s.box.Dests() }
func (s distSink) instanceDone(*inst)           {}
func (s distSink) complete(done func(error))    { s.box.End(); done(nil) }
func (s distSink) sent() (int64, int64)         { return s.box.Sent() }
func (s distSink) stop()                        { s.box.Stop() }
func (s *returnSink) output(in *inst) *output   { return &output{box: s.box, fixed: s.first + in.no} }
func (s *returnSink) dests() int                { return 1 }
func (s *returnSink) instanceDone(in *inst)     { s.box.EndDest(s.first + in.no) }
func (s *returnSink) complete(done func(error)) { done(nil) }
func (s *returnSink) sent() (int64, int64)      { return s.box.Sent() }
func (s *returnSink) stop()                     { s.box.Stop() }

// distSink sends to an exchange.
type distSink struct{ box *exchange.Outbox }

// returnSink sends to the leader; each instance is a run of its own.
type returnSink struct {
	box   *exchange.Outbox
	first int
}

// insertQueue is how many chunks wait for a slice's loader.
const insertQueue = 4

// insertSink hands chunks to the loaders of this node's slices, each a
// goroutine that sorts, encodes and stores: workers do not wait for storage.
type insertSink struct {
	q       *query
	loading sync.WaitGroup // loaders
	closing sync.WaitGroup // the goroutine that completes the segment
	ctx     context.Context
	cancel  context.CancelFunc

	mu      sync.Mutex
	loaders map[int]*sliceLoader // by slice; guarded by mu
	ended   bool                 // guarded by mu
	stopped bool                 // guarded by mu
	rows    int64
	refs    []state.ObjectRef // guarded by mu
	err     error             // guarded by mu
}

type sliceLoader struct {
	slice  int
	chunks chan *chunk.Chunk
}

func newInsertSink(q *query) *insertSink {
	s := &insertSink{q: q, loaders: map[int]*sliceLoader{}}
	s.ctx, s.cancel = context.WithCancel(q.ctx)
	return s
}

func (s *insertSink) output(in *inst) *output {
	slice := in.slice
	if slice < 0 { // values: any slice of this node
		slice = int(s.q.slices[0])
	}
	return &output{box: s, fixed: slice}
}
func (s *insertSink) dests() int         { return 1 }
func (s *insertSink) instanceDone(*inst) {}
func (s *insertSink) sent() (int64, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows, 0
}

// CanSend reports whether the slice's loader has room.
func (s *insertSink) CanSend(slice int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.loaders[slice]
	return s.stopped || l == nil || len(l.chunks) < cap(l.chunks)
}

// Send implements Output. The loader of a slice starts with its first rows.
func (s *insertSink) Send(slice int, c *chunk.Chunk) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		c.Free()
		return true
	}
	l := s.loaders[slice]
	if l == nil {
		l = &sliceLoader{slice: slice, chunks: make(chan *chunk.Chunk, insertQueue)}
		s.loaders[slice] = l
		s.loading.Add(1)
		go func() {
			defer s.loading.Done()
			s.load(l)
		}()
	}
	rows := int64(c.Rows()) // the loader may have freed c as soon as it is sent
	select {
	case l.chunks <- c:
		s.rows += rows
		return true
	default:
		return false
	}
}

// reserve asks the leader for identity values.
func (s *insertSink) reserve(ctx context.Context, column int, count int64) (int64, error) {
	m, err := s.q.leader.Call(ctx, &wire.ReserveIdentity{Table: s.q.start.Insert.Table, Column: column, Count: count})
	if err != nil {
		return 0, err
	}
	r, ok := m.(*wire.Reserved)
	if !ok {
		return 0, sqlerr.New(sqlerr.ProtocolViolation, "unexpected answer %T to a request for identity values", m)
	}
	return r.First, nil
}

// load is the loader of one slice.
func (s *insertSink) load(l *sliceLoader) {
	w := s.q.ex.cfg.Storage.writer(s.ctx, s.q.start.Insert, state.SliceID(l.slice))
	w.SetReserve(s.reserve)
	var err error
	for c := range l.chunks {
		if err == nil && s.ctx.Err() == nil {
			if err = w.Add(c); err != nil {
				s.q.fail(err)
			}
		}
		c.Free()
		s.q.ex.sched.Wake()
	}
	if err == nil {
		err = context.Cause(s.ctx)
	}
	var refs []state.ObjectRef
	if err == nil {
		refs, err = w.Finish()
	} else if e := w.Abort(); e != nil {
		s.q.ex.cfg.Log.Warn("objects of a failed load remain", "query", s.q.id, "err", e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refs = append(s.refs, refs...)
	if s.err == nil {
		s.err = err
	}
}

// complete implements sink: the loaders finish on their own time.
func (s *insertSink) complete(done func(error)) {
	s.end()
	s.closing.Add(1)
	go func() {
		defer s.closing.Done()
		s.loading.Wait()
		s.mu.Lock()
		refs, err := s.refs, s.err
		s.mu.Unlock()
		s.q.ex.sched.mu.Lock()
		s.q.objects = append(s.q.objects, refs...)
		s.q.ex.sched.mu.Unlock()
		done(err)
	}()
}

// end closes the loaders' queues.
func (s *insertSink) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	for _, l := range s.loaders {
		close(l.chunks)
	}
}

// stop implements sink.
func (s *insertSink) stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.cancel()
}

// wait waits for all goroutines. Called without locks, after stop, when no worker is inside.
func (s *insertSink) wait() {
	s.end()
	s.loading.Wait()
	s.closing.Wait()
}
