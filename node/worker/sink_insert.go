package worker

import (
	"context"
	"fmt"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/load"
	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// insertQueue is how many chunks wait for a slice's loader.
const insertQueue = 4

// insertSink hands chunks to the loaders of this node's slices, each a
// goroutine that sorts, encodes and stores: workers do not wait for storage.
type insertSink struct {
	q       *query
	origins load.Origins
	deletes rowSet         // the rows that new ones replace
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

// newInsertSink makes the sink of a segment whose columns are the table's and perhaps one more: the
// address of the row that each replaces.
func newInsertSink(q *query, g *segment) (*insertSink, error) {
	s := &insertSink{q: q, loaders: map[int]*sliceLoader{}}
	s.deletes.countOn(q)
	in, cols := q.start.Insert, g.prog.Sink.Cols
	switch n := len(cols) - len(in.Columns); {
	case n == 1 && cols[len(in.Columns)].Type.Phys() == types.I64:
		s.origins = load.OriginsIgnored
		if in.Local {
			s.origins = load.OriginsKept
		}
	case n != 0 || in.Local:
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "segment %d inserts %d columns into a table of %d", g.id, len(cols),
			len(in.Columns))
	}
	s.ctx, s.cancel = context.WithCancel(q.ctx)
	return s, nil
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
func (s *insertSink) Send(slice int, b chunk.Batch) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		b.Free()
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
	rows := int64(b.Rows()) // the loader may have freed b as soon as it is sent
	select {
	case l.chunks <- b.(*chunk.Chunk):
		s.rows += rows
		return true
	default:
		return false
	}
}

// reserve asks the leader for identity values.
func (s *insertSink) reserve(ctx context.Context, column types.ColumnID, count int64) (int64, error) {
	m, err := s.q.leader.Call(ctx, &wire.ReserveIdentity{Table: s.q.start.Insert.Table, Column: state.KeyColumn(column),
		Count: count})
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
	w.SetAccount(s.q.acct.Child(fmt.Sprintf("Insert (rows of slice %d)", l.slice)))
	w.SetReserve(s.reserve)
	w.SetOrigins(s.origins)
	var err error
	for c := range l.chunks {
		if err == nil && s.ctx.Err() == nil {
			err = w.Add(c)
			if err == nil && s.origins == load.OriginsIgnored { // a merge's leader knows what it replaces
				err = s.deletes.add(c, len(c.Layout.Cols)-1)
			}
			if err != nil {
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
		var dead []wire.Deleted
		if err == nil {
			dead, err = s.deletes.take()
		}
		s.q.ex.sched.mu.Lock()
		s.q.objects = append(s.q.objects, refs...)
		s.q.deletes = append(s.q.deletes, dead...)
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
