package worker

import (
	"context"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/exchange"
	"slipher/node/wire"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// query is a query on this node, from StartQuery to EndQuery.
type query struct {
	ex     *Executor
	id     uint64
	leader wire.Conn
	start  *wire.StartQuery
	x      Query
	codes  []Code
	acct   *mem.Account
	peers  map[string]wire.Conn
	slices []state.SliceID // of this node
	segs   []*segment      // that run here
	// exchanges that begin or end here
	exchanges []wire.Exchange
	in        map[int]*exchange.Inbox
	out       map[int]*exchange.Outbox
	ret       *exchange.Outbox // rows for the client, of the running stream; guarded by the scheduler's lock
	text      *textSource      // COPY's input
	ctx       context.Context  // ends with the query: only fetches and loaders wait on it
	cancel    context.CancelFunc

	atEnd []func() // give back what is still counted on acct; appended to under the scheduler's lock

	life sync.Mutex // held while a stream is made and while all is taken apart

	// guarded by the scheduler's lock
	held    []*held // fused code in use
	err     error
	working int                // workers inside the query's code
	running map[int]*streamRun // the streams that run: one, and a loop's beside it
	objects []state.ObjectRef
	deletes []wire.Deleted
	records []wire.RecordError
	lanes   map[[2]int]*wire.SegmentStats // by segment and slice
	fused   map[int][2]int64              // by segment: runs on fused code, on the special variant
	fillers map[int]int                   // by table: segments that fill it here and have not ended
	loops   []*loop                       // as in start
	sieves  sieves
}

func (q *query) stream(g *segment) int { return q.start.Segments[g.id].Stream }

// streamRun is one run of a stream.
type streamRun struct {
	left  int // segments that have not ended
	done  chan struct{}
	share *share
}

// run runs a stream, or a loop, to its end and reports.
func (q *query) run(ctx context.Context, m *wire.RunStream) *wire.StreamDone {
	var segs []*segment
	if l := q.loopOf(m.Stream); l != nil {
		q.awaitKeys(ctx, l.segs)
		segs = q.runLoop(ctx, l)
	} else {
		segs = q.segsOf(m.Stream)
		q.awaitKeys(ctx, segs)
		q.runStream(ctx, m.Stream, segs)
	}
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	r := &wire.StreamDone{Stats: q.stats(segs), Memory: q.acct.Peak(), Objects: q.objects, Deletes: q.deletes,
		Errors: q.records}
	q.objects, q.deletes, q.records = nil, nil, nil
	if q.err != nil {
		r.Error = wire.FromError(q.err)
		if r.Error.Node == "" {
			r.Error.Node = q.ex.cfg.ID
		}
	}
	return r
}

// segsOf are the segments of a stream that run here.
func (q *query) segsOf(stream int) []*segment {
	var segs []*segment
	for _, g := range q.segs {
		if q.stream(g) == stream {
			segs = append(segs, g)
		}
	}
	return segs
}

// runStream runs a stream to its end, or until the query has failed.
func (q *query) runStream(ctx context.Context, stream int, segs []*segment) {
	if done := q.begin(stream, segs); done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			q.fail(sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request"))
		}
	}
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if t := q.running[stream]; t != nil && t.share != nil {
		sch.remove(t.share)
	}
	delete(q.running, stream)
}

// begin makes a stream's instances claimable. It returns a channel that is
// closed at the stream's end, nil if the query has failed.
func (q *query) begin(stream int, segs []*segment) <-chan struct{} {
	q.life.Lock() // stop must not take apart what is being made
	defer q.life.Unlock()
	sch := q.ex.sched
	sch.mu.Lock()
	taken := q.running[stream] != nil
	for other := range q.running { // a loop runs beside another stream
		taken = taken || q.loopOf(stream) == nil && q.loopOf(other) == nil
	}
	if taken {
		q.failLocked(sqlerr.New(sqlerr.ProtocolViolation, "stream %d started while another runs", stream), -1)
	}
	if q.err != nil {
		sch.mu.Unlock()
		return nil
	}
	t := &streamRun{left: len(segs), done: make(chan struct{})}
	q.running[stream] = t
	runs, err := q.prepare(segs)
	if err != nil {
		q.failLocked(err, -1)
		sch.mu.Unlock()
		return nil
	}
	sch.mu.Unlock()
	if runs >= 0 { // before the first row
		if q.leader.Send(&wire.Data{Query: q.id, Exch: wire.ReturnExchange, Kind: wire.DataRuns, N: int64(runs)}) != nil {
			q.fail(wire.Lost(q.leader.Peer()))
		}
	}
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if q.err != nil {
		return nil
	}
	if t.left == 0 {
		close(t.done)
	}
	t.share = sch.add(segs)
	return t.done
}

// prepare makes sources, sinks and the (not yet entered) instances of a stream's
// segments. It returns how many runs of rows go to the leader, -1 if no
// segment returns any. Called with the scheduler's lock held.
func (q *query) prepare(segs []*segment) (int, error) {
	runs := -1
	for _, g := range segs {
		if err := q.prepareSource(g); err != nil {
			return 0, err
		}
		if g.enough {
			g.src.stop()
		}
		g.open = len(g.insts)
		if g.prog.Sink.Kind == program.SinkReturn {
			runs = max(runs, 0) + len(g.insts)
		}
	}
	if runs >= 0 {
		conns := make([]wire.Conn, runs)
		for i := range conns {
			conns[i] = q.leader
		}
		q.ret = exchange.NewOutbox(q.id, wire.ReturnExchange, conns, false, q.start.Options.Credits, q.fail)
	}
	first := 0
	for _, g := range segs {
		if g.sink == nil { // else it is a loop's, and this not its first turn
			if err := q.prepareSink(g, first); err != nil {
				return 0, err
			}
		}
		if g.prog.Sink.Kind == program.SinkReturn {
			first += len(g.insts)
		}
		for _, in := range g.insts {
			in.out = g.sink.output(in)
		}
	}
	return runs, nil
}

// workers is how many instances a segment without slices of its own has.
func (q *query) workers() int {
	n := q.ex.cfg.Workers
	if w := q.start.Options.Workers; w > 0 && w < n {
		n = w
	}
	return max(n, 1)
}

// lastFiller notes that a segment that fills a table has ended, and reports whether it was the last one. Called without
// the lock.
func (q *query) lastFiller(table int) bool {
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	q.fillers[table]--
	return q.fillers[table] == 0
}

// segmentDone ends a segment. Called without the lock.
func (q *query) segmentDone(g *segment, err error) {
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if err != nil {
		q.failLocked(err, g.id)
		return
	}
	g.ended = true
	sch.cond.Broadcast()
	if t := q.running[q.stream(g)]; t != nil && q.err == nil {
		if t.left--; t.left == 0 {
			close(t.done)
		}
	}
}

// senders are the links to those who send to an exchange.
func (q *query) senders(exch int) []wire.Conn {
	var conns []wire.Conn
	for i := range q.exchanges {
		if e := &q.exchanges[i]; e.ID == exch {
			for _, id := range e.Senders {
				conns = append(conns, q.peers[id])
			}
		}
	}
	return conns
}

// boxOf is the sending end of an exchange, or of what goes to the leader; nil if it is not here. Called with the
// scheduler's lock held.
func (q *query) boxOf(exch int) *exchange.Outbox {
	if exch == wire.ReturnExchange {
		return q.ret
	}
	return q.out[exch]
}

// unwanted ends the input of the segments that send to an exchange, or to the leader: all its destinations have enough.
func (q *query) unwanted(exch int) {
	var tell []func()
	q.ex.sched.mu.Lock()
	if q.boxOf(exch).Unwanted() { // else that was of a turn that has ended
		for _, g := range q.segs {
			if k := &g.prog.Sink; k.Kind == program.SinkDist && k.Exchange == exch ||
				k.Kind == program.SinkReturn && exch == wire.ReturnExchange {
				tell = append(tell, g.noMore())
			}
		}
	}
	q.ex.sched.mu.Unlock()
	for _, f := range tell {
		f()
	}
}

// fail ends the query with err unless it has failed already. Called without the lock.
func (q *query) fail(err error) {
	q.ex.sched.mu.Lock()
	defer q.ex.sched.mu.Unlock()
	q.failLocked(err, -1)
}

func (q *query) failLocked(err error, seg int) {
	if q.err != nil {
		return
	}
	e := *wire.FromError(err)
	e.Node, e.Segment = q.ex.cfg.ID, seg
	q.err = &e
	if q.x != nil {
		q.x.Cancel()
	}
	for _, t := range q.running {
		if t.left > 0 {
			close(t.done)
		}
	}
	for _, o := range q.out {
		o.Stop()
	}
	if q.ret != nil {
		q.ret.Stop()
	}
	for _, g := range q.segs {
		if g.sink != nil {
			g.sink.stop()
		}
	}
	q.cancel()
	q.ex.sched.cond.Broadcast()
}

// stop fails the query (unless it has ended well), waits until no worker is
// inside and frees rows that wait. Idempotent.
func (q *query) stop(why error) {
	q.fail(why)
	q.life.Lock()
	defer q.life.Unlock()
	sch := q.ex.sched
	sch.mu.Lock()
	for q.working > 0 {
		sch.cond.Wait()
	}
	sch.removeAll(q)
	var drop []*inst
	for _, g := range q.segs {
		drop = append(drop, g.insts...)
		g.insts = nil
		if g.src != nil {
			g.src.stop()
		}
	}
	sch.mu.Unlock()
	for _, in := range drop {
		if in.x != nil {
			in.x.Close()
			in.x = nil
		}
		if in.done != nil {
			_ = in.done()
			in.done = nil
		}
		if in.text != nil {
			in.text.stop()
		}
	}
	for _, b := range q.in {
		b.Stop()
	}
	for _, g := range q.segs {
		for _, x := range []any{g.sink, g.src} {
			if w, ok := x.(ahead); ok {
				w.wait()
			}
		}
	}
}

// end frees everything. The query is stopped.
func (q *query) end() error {
	err := q.x.Close()
	for _, f := range q.atEnd {
		f()
	}
	q.atEnd = nil
	for _, l := range q.held {
		q.ex.code.release(l)
	}
	q.held = nil
	if e := q.acct.Close(); err == nil {
		err = e
	}
	return err
}
