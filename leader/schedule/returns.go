package schedule

import (
	"context"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// Returns is the leader's end of a query's rows: runs of chunks from every
// node. A run's chunks come in order; a credit goes back when the reader has done with a chunk.
type Returns struct {
	query uint64
	acct  *mem.Account

	// gate is held shared while a chunk is taken in, so that after Stop none is
	// being made on the account.
	gate sync.RWMutex

	mu      sync.Mutex
	cond    *sync.Cond
	layout  *chunk.Layout
	nodes   map[string]bool // that have not said yet how many runs they have; guarded by mu
	runs    []*Run          // guarded by mu
	byKey   map[runKey]*Run // guarded by mu
	ready   []*Run          // runs that got a chunk, in order of arrival, one entry a chunk; guarded by mu
	err     error           // guarded by mu
	stopped bool            // guarded by mu
	read    bool            // the reader wants no more; guarded by mu
}

type runKey struct {
	node string
	run  int
}

// maxRuns bounds what a node can announce: it has a run a worker or slice.
const maxRuns = 1 << 20

// Run is what one instance returns, in its order.
type Run struct {
	r     *Returns
	from  wire.Conn
	no    int
	queue []*chunk.Chunk // guarded by r.mu
	ended bool           // guarded by r.mu
}

// NewReturns waits for runs from the nodes named.
func NewReturns(query uint64, l *chunk.Layout, acct *mem.Account, nodes []string) *Returns {
	r := &Returns{query: query, acct: acct, layout: l, nodes: map[string]bool{}, byKey: map[runKey]*Run{}}
	for _, n := range nodes {
		r.nodes[n] = true
	}
	r.cond = sync.NewCond(&r.mu)
	return r
}

// Put takes a message of exchange ReturnExchange in.
func (r *Returns) Put(from wire.Conn, d *wire.Data) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	var c *chunk.Chunk
	if d.Kind == wire.DataRows {
		if c, _ = d.Batch.(*chunk.Chunk); c == nil {
			if r.isStopped() {
				return
			}
			var err error
			if c, err = chunk.FromWire(r.acct, r.layout, d.Body); err != nil {
				r.Fail(err)
				return
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.cond.Broadcast()
	if r.stopped {
		if c != nil {
			c.Free()
		}
		return
	}
	if d.Kind == wire.DataRuns {
		if d.N > maxRuns || !r.nodes[from.Peer()] {
			r.err = sqlerr.New(sqlerr.ProtocolViolation, "%s announces %d runs of rows", from.Peer(), d.N)
			return
		}
		delete(r.nodes, from.Peer())
		for i := range int(d.N) {
			run := &Run{r: r, from: from, no: i}
			r.runs = append(r.runs, run)
			r.byKey[runKey{from.Peer(), i}] = run
		}
		return
	}
	run := r.byKey[runKey{from.Peer(), d.Dest}]
	if run == nil || run.ended {
		if c != nil {
			c.Free()
		}
		if r.err == nil {
			r.err = sqlerr.New(sqlerr.ProtocolViolation, "unexpected rows from %s", from.Peer())
		}
		return
	}
	if d.Kind == wire.DataEnd {
		run.ended = true
		return
	}
	run.queue = append(run.queue, c)
	r.ready = append(r.ready, run)
}

func (r *Returns) isStopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// Fail ends reading with err, the first one given.
func (r *Returns) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	r.cond.Broadcast()
}

// Stop frees all chunks that wait or will still come.
func (r *Returns) Stop() {
	r.gate.Lock()
	defer r.gate.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for _, run := range r.runs {
		for _, c := range run.queue {
			c.Free()
		}
		run.queue = nil
	}
	r.ready = nil
	r.cond.Broadcast()
}

// wait blocks until ok (called with mu held) or an error; mu is held on return.
func (r *Returns) wait(ctx context.Context, ok func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.cond.Broadcast()
	})
	defer stop()
	for {
		switch {
		case r.err != nil:
			return r.err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case ok():
			return nil
		}
		r.cond.Wait()
	}
}

// Runs waits until all nodes have told their runs and gives them.
func (r *Returns) Runs(ctx context.Context) ([]*Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.wait(ctx, func() bool { return len(r.nodes) == 0 }); err != nil {
		return nil, err
	}
	return r.runs, nil
}

// Next waits for the run's next chunk; nil at its end. The caller owns the chunk and
// says Done when through with it.
func (run *Run) Next(ctx context.Context) (*chunk.Chunk, error) {
	r := run.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.wait(ctx, func() bool { return len(run.queue) > 0 || run.ended }); err != nil {
		return nil, err
	}
	return run.pop(), nil
}

func (run *Run) pop() *chunk.Chunk {
	if len(run.queue) == 0 {
		return nil
	}
	c := run.queue[0]
	run.queue = run.queue[1:]
	return c
}

// Done gives a chunk's credit back.
func (run *Run) Done() error {
	run.r.mu.Lock()
	ended := run.ended
	run.r.mu.Unlock()
	if ended { // nobody needs it
		return nil
	}
	if run.from.Send(&wire.Data{Query: run.r.query, Exch: wire.ReturnExchange, Kind: wire.DataCredit, Dest: run.no,
		N: 1}) != nil {
		return wire.Lost(run.from.Peer())
	}
	return nil
}

// enough says that no more of the run's rows are wanted.
func (run *Run) enough() error {
	if run.from.Send(&wire.Data{Query: run.r.query, Exch: wire.ReturnExchange, Kind: wire.DataEnough,
		Dest: run.no}) != nil {
		return wire.Lost(run.from.Peer())
	}
	return nil
}

// over reports whether nothing waits to be read, and nothing more will come.
func (r *Returns) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ready) == 0 && r.complete()
}

// Any waits for the next chunk of any run, in order of arrival; nil when all have ended.
func (r *Returns) Any(ctx context.Context) (*chunk.Chunk, *Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.wait(ctx, func() bool { return len(r.ready) > 0 || r.complete() }); err != nil {
		return nil, nil, err
	}
	if len(r.ready) == 0 {
		return nil, nil, nil
	}
	run := r.ready[0]
	r.ready = r.ready[1:]
	return run.pop(), run, nil
}

// drained says that the reader wants no more.
func (r *Returns) drained() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = true
	r.cond.Broadcast()
}

// waitRead waits until the reader wants no more.
func (r *Returns) waitRead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.read {
		r.cond.Wait()
	}
}
