package schedule

import (
	"context"
	"errors"
	"sync"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/plan"
	"slipher/node/wire"
	"slipher/node/worker"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// Code is a segment's programs. Special may be nil.
type Code struct{ Special, General *program.Segment }

// Env is what a query needs from the session, the catalog and the code generator.
type Env struct {
	// Table gives the version of a table that the query reads.
	Table func(*plan.TableRef) (*state.Table, error)
	// Insert is the table written, with the transaction that writes it; nil for SELECT.
	Insert *Insert
	// Copy is COPY's input, nil otherwise.
	Copy *Copy
	// Rows gives the rows of a catalog relation, the columns src.ColNos (SourceRows).
	Rows func(src *plan.Source) (wire.RowSource, error)
	// Fused compiles a variant of a segment for a CPU level into a signed artifact;
	// cached if that is all it may do. Nil without error: there is none. Nil: no fused tier.
	Fused func(ctx context.Context, seg int, special bool, target string, how Effort) ([]byte, error)
	// Options are the session's. Tier is one of the Tier constants.
	Options wire.Options
	// Whole: the query is to end by itself, so that all of its nodes tell what they did, and not as soon as the rows
	// that are wanted are here.
	Whole bool
}

// Effort says what Env.Fused may do.
type Effort uint8

const (
	FromCache Effort = iota // look in memory only
	Compile
)

// The tiers of Options.Tier.
const (
	TierAuto       = 0 // start on primitives, go over to fused code when it is there
	TierPrimitives = 1
	TierFused      = 2 // wait for fused code; primitives only if it cannot be had
)

// Insert is what a query writes: INSERT, UPDATE, DELETE, COPY.
type Insert struct {
	Table     *state.Table
	Term, Txn uint64
	// Local: rows stay on the slice they were scanned on (a merge).
	Local bool
	// Inline is how many bytes of rows a slice may send back instead of writing an object.
	Inline int64
	// Commit takes what the query has written, and the rows that it deletes, in pieces and
	// perhaps several times. It is called once, when all is stored, and counts the rows.
	Commit func(ctx context.Context, objects []state.ObjectRef, deletes []wire.Deleted) (int64, error)
}

// run is a running query.
type run struct {
	s      *Service
	id     uint64
	q      *plan.Query
	env    Env
	a      *assignment
	params []wire.Param
	acct   *mem.Account // of returned rows

	returns *Returns
	ctx     context.Context
	cancel  context.CancelCauseFunc
	done    chan struct{} // the driver has ended, everything is freed

	mu       sync.Mutex
	err      error // guarded by mu: the first one
	stats    Stats // guarded by mu
	gathered bool  // all streams have ended well; guarded by mu
	objects  []state.ObjectRef
	deletes  []wire.Deleted
	records  []wire.RecordError
	text     *feeder          // guarded by mu; COPY
	missing  map[fuseKey]bool // segments without fused code; true: the special variant, too. Fixed when the query starts
	// a segment without fused code is of a shape never run before; guarded by mu until streams start
	firstTime bool
}

// Stats is what a query did.
type Stats struct {
	Query    uint64
	Streams  []StreamStats
	Affected int64              // rows written or deleted
	Refused  []wire.RecordError // by COPY
	Peak     int64              // bytes of returned rows held at once
}

// StreamStats is one stream on all nodes.
type StreamStats struct {
	Took   time.Duration
	Nodes  map[string][]wire.SegmentStats
	Memory map[string]int64 // by node: the most that the query has had there so far
}

// errEnough ends a query whose limit is reached: no error.
var errEnough = errors.New("enough rows")

// Run starts a query. It returns when all nodes have it; rows come through Rows,
// which must be closed. params come from Params.
func (s *Service) Run(ctx context.Context, q *plan.Query, code []Code, params []wire.Param, env Env) (*Rows, error) {
	a, err := s.assign(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &run{s: s, id: s.nextID(a.term), q: q, env: env, a: a, params: params, done: make(chan struct{})}
	r.acct = worker.Account(r.id, &env.Options, s.cfg.ID)
	r.stats.Query = r.id
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	var nodes []string
	var layout *chunk.Layout
	for i, seg := range q.Segments {
		if seg.Sink.Kind == program.SinkReturn {
			nodes = a.hosts(seg)
			layout = chunk.LayoutOf(code[i].General.Sink.Cols)
		}
	}
	r.returns = NewReturns(r.id, layout, r.acct.Child("Return (received rows)"), nodes)
	starts, err := r.starts(code)
	if err != nil {
		r.cancel(err)
		return nil, err
	}
	s.mu.Lock()
	s.runs[r.id] = r
	s.mu.Unlock()
	if err := r.all(func(ctx context.Context, p wire.Peer, c wire.Conn) error {
		if err := fault.Point("schedule.start"); err != nil {
			return err
		}
		_, err := c.Call(ctx, starts[p.ID])
		return err
	}); err != nil {
		r.fail(err)
		r.clean(context.WithoutCancel(ctx))
		close(r.done)
		return nil, r.failure()
	}
	go r.drive()
	return newRows(r), nil
}

// all calls f for every peer at the same time and gives the first error.
func (r *run) all(f func(ctx context.Context, p wire.Peer, c wire.Conn) error) error {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	errs := make(chan error, len(r.a.peers))
	for _, p := range r.a.peers {
		go func() {
			err := f(ctx, p, r.a.conns[p.ID])
			if errors.Is(err, wire.ErrLinkLost) {
				err = wire.Lost(p.ID)
			}
			errs <- err
		}()
	}
	var first error
	for range r.a.peers {
		if err := <-errs; err != nil && first == nil {
			first = err
			r.fail(err) // before who is stopped for its sake, also in a stream beside this one, tells of that
			cancel()    // the others' work is in vain
		}
	}
	if first != nil && r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return first
}

// drive runs the streams one after another and ends the query.
func (r *run) drive() {
	defer close(r.done)
	watch := context.AfterFunc(r.ctx, func() { r.fail(context.Cause(r.ctx)) })
	stopFusing := r.fuse()
	whole := true
	for n := range r.q.Streams {
		if r.q.InLoop(n) {
			continue
		}
		if err := r.withLoops(n); err != nil {
			r.fail(err)
			whole = false
			break
		}
	}
	stopFusing()
	r.mu.Lock()
	r.gathered = whole
	r.mu.Unlock()
	if c := r.env.Copy; c != nil && r.failure() == nil { // each node has few enough, together they may not
		r.mu.Lock()
		bad := r.records
		r.mu.Unlock()
		if int64(len(bad)) > c.Text.MaxErrors {
			r.fail(sqlerr.New(sqlerr.Code(bad[0].State), "%s", bad[0].Reason))
		}
	}
	if r.env.Insert != nil && whole && r.failure() == nil { // not if its reader has closed it halfway: that is no failure
		rows, err := r.env.Insert.Commit(r.ctx, r.objects, r.deletes)
		r.fail(err)
		r.mu.Lock()
		r.stats.Affected = rows
		r.mu.Unlock()
	}
	ctx := context.WithoutCancel(r.ctx)
	r.mu.Lock()
	failed := r.err != nil || !whole
	r.mu.Unlock()
	if failed {
		r.stop(ctx) // now; what follows may wait for a slow client
	}
	r.returns.waitRead()
	watch()
	r.clean(ctx)
}

// stream runs one stream, or a loop by the first stream of its body, on all peers.
func (r *run) stream(n int) error {
	began := time.Now()
	st := StreamStats{Nodes: map[string][]wire.SegmentStats{}, Memory: map[string]int64{}}
	feedDone := r.feed(n)
	var mu sync.Mutex
	err := r.all(func(ctx context.Context, p wire.Peer, c wire.Conn) error {
		m, err := c.Call(ctx, &wire.RunStream{Query: r.id, Stream: n})
		if err != nil {
			return err
		}
		d, ok := m.(*wire.StreamDone)
		if !ok {
			return sqlerr.New(sqlerr.ProtocolViolation, "unexpected reply %T from %s", m, p.ID)
		}
		mu.Lock()
		defer mu.Unlock()
		st.Nodes[p.ID], st.Memory[p.ID] = d.Stats, d.Memory
		r.mu.Lock()
		defer r.mu.Unlock()
		r.objects = append(r.objects, d.Objects...)
		r.deletes = append(r.deletes, d.Deletes...)
		r.records = append(r.records, d.Errors...)
		wire.SortRecords(r.records)
		if c := r.env.Copy; c != nil { // one more than allowed says that there are too many
			r.records = wire.FirstRecords(r.records, c.Text.MaxErrors+1)
		}
		r.stats.Refused = r.records
		if d.Error != nil {
			return d.Error
		}
		return nil
	})
	if err != nil {
		r.fail(err) // the feeder may wait for credit that no node gives any more
	}
	if e := feedDone(); err == nil {
		err = e
	}
	st.Took = time.Since(began)
	r.mu.Lock()
	r.stats.Streams = append(r.stats.Streams, st)
	r.mu.Unlock()
	return err
}

// fail notes the first error and stops everything.
func (r *run) fail(err error) {
	if err == nil || r.harmless(err) {
		return
	}
	r.mu.Lock()
	if r.err == nil {
		r.err = asSQL(err)
	}
	err = r.err
	r.mu.Unlock()
	r.returns.Fail(err)
	r.cancel(err)
}

// failure is the query's error; that the limit was reached is none.
func (r *run) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(r.err, errEnough) {
		return nil
	}
	return r.err
}

// asSQL gives errors of contexts and of the wire the form clients know.
func asSQL(err error) error {
	var we *wire.Error
	switch {
	case errors.As(err, &we):
		if we.Lost {
			return wire.LostError(we.SQL())
		}
		return we.SQL()
	case errors.Is(err, context.Canceled):
		return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	case errors.Is(err, context.DeadlineExceeded):
		return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to statement timeout")
	}
	return err
}

// takesPart reports whether a peer is in the query.
func (r *run) takesPart(id string) bool { return r.a.conns[id] != nil }

// endTimeout bounds the calls that end a query on a node: they wait for at most a morsel.
const endTimeout = 30 * time.Second

// stop ends all work on the query and frees the rows that nobody has taken.
func (r *run) stop(ctx context.Context) {
	e := wire.FromError(sqlerr.New(sqlerr.QueryCanceled, "the query has ended"))
	r.round(ctx, func() wire.Message { return &wire.Cancel{Query: r.id, Error: e} })
}

// clean frees everything everywhere. It comes after the reader's end: rows handed over
// within a process belong to the account of the node they came from. For the
// same reason all nodes stop before the first one frees.
func (r *run) clean(ctx context.Context) {
	r.mu.Lock()
	bad := r.err
	r.mu.Unlock()
	r.returns.Stop()
	if bad != nil {
		r.stop(ctx)
	}
	r.round(ctx, func() wire.Message { return &wire.EndQuery{Query: r.id} })
	r.s.mu.Lock()
	delete(r.s.runs, r.id)
	r.s.mu.Unlock()
	r.cancel(errEnough)
	if err := r.acct.Close(); err != nil {
		r.s.cfg.Log.Error("rows of a query", "query", r.id, "err", err)
	}
}

// round sends a message to all peers and waits for the replies.
func (r *run) round(ctx context.Context, m func() wire.Message) {
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range r.a.peers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			// A lost node has nothing left to end, one under a later leader neither.
			if _, err := r.a.conns[p.ID].Call(ctx, m()); err != nil && !Lost(err) {
				r.s.cfg.Log.Error("end of a query", "query", r.id, "node", p.ID, "err", err)
			}
		}()
	}
	wg.Wait()
}
