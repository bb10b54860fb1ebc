package worker

import (
	"slices"
	"time"

	"slipher/catalog/types"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/program"
)

// segment is a segment of a running query on this node. Fields behind mu's
// mark are guarded by the scheduler's lock.
type segment struct {
	q      *query
	id     int
	prog   *program.Segment // the general variant: source and sink are the same in both
	zone   []wire.ZonePred
	keys   []wire.KeyZone
	headed bool           // wire.Segment.Headed
	rows   wire.RowSource // SourceRows, SourceLiterals
	in     *chunk.Layout  // of their chunks, see layout
	// literals are the rows of SourceLiterals as they came.
	literals [][]types.Datum
	depth    int // exchanges between it and the stream's sources: how far downstream
	src      source
	sink     sink

	// mu: the scheduler's lock
	insts  []*inst
	open   int  // instances that have not finished
	held   bool // it waits for fused code
	enough bool // nobody wants more of its rows: its instances finish
	ending bool // somebody completes it
	ended  bool
	after  []*segment // that must have ended before it begins
	nanos  time.Duration
	morsel int64
	rowsIn int64
	counts []int64 // wire.SegmentStats.Rows, of all inputs that are through
	ran    int     // instances that have done something
	spent  spent
	// sealing is how long it took to put the table together that the segment fills; written before it has ended.
	sealing time.Duration
	// pace measures scans: time and rows of the morsels that are through.
	pace struct {
		nanos time.Duration
		rows  int64
	}
}

// source hands out input. All methods are called with the scheduler's lock held and never block.
type source interface {
	// next finds input for in. The feed is called by the worker, without the lock.
	next(in *inst) (feed, bool)
	// over: there is and will be no input for in.
	over(in *inst) bool
	// stop gives up what was not handed out.
	stop()
}

// ahead is a source or sink beside which something runs that asks for the query's state; it ends soon after stop.
type ahead interface {
	// wait waits until it has ended.
	wait()
}

// feed sets an instance's input. False: there was none after all. done, if not nil, is called
// when the input is consumed. Every feed is called once: with nil, it gives up what it holds (done, too, is called
// then).
type feed func(x Instance) (some bool, done func() error, err error)

// sink is where a segment's rows go.
type sink interface {
	// output is instance in's way out, nil if its rows stay in a table.
	output(in *inst) *output
	// dests is the number of destinations generated code sees.
	dests() int
	// instanceDone follows an instance's last chunk.
	instanceDone(in *inst)
	// complete ends the segment once all instances have finished, and calls done, perhaps later.
	complete(done func(error))
	sent() (rows, bytes int64)
	// stop makes outputs drop what they get, so that nothing blocks.
	stop()
}

// inst is one instance of a segment.
type inst struct {
	seg   *segment
	no    int
	slice int // the slice or destination it works for, -1 any
	part  Part
	x     Instance // nil until its first run; used by the one who runs it
	out   *output

	// guarded by the scheduler's lock
	state     instState
	finishing bool
	started   bool
	rows      int           // of the morsel it was given last; scans
	lane      int           // the slice that its input is of, noSlice: nobody knows
	took      time.Duration // with that morsel
	done      func() error  // to be called when the input is consumed
	text      *textInput    // SourceText
}

type instState uint8

const (
	free instState = iota
	running
	parked // its output was refused
	paused // its turn was over
	finished
)

// output is an instance's way to its destinations.
type output struct {
	box interface {
		Send(dest int, b chunk.Batch) bool
		CanSend(dest int) bool
	}
	fixed   int // the only destination, -1: as generated code says
	refused int // the destination that refused last
}

// Send implements Output.
func (o *output) Send(dest int, b chunk.Batch) bool {
	if o.fixed >= 0 {
		dest = o.fixed
	}
	if o.box.Send(dest, b) {
		return true
	}
	o.refused = dest
	return false
}

// claim finds something to do in the segment. Called with the scheduler's lock held.
func (g *segment) claim() *task {
	if g.q.err != nil || g.held && !g.enough || g.ending {
		return nil
	}
	for _, a := range g.after {
		if !a.ended {
			return nil
		}
	}
	for _, in := range g.insts {
		if in.state == parked && in.out.box.CanSend(in.out.refused) {
			return in.take(nil)
		}
	}
	for _, in := range g.insts {
		if in.state == paused {
			return in.take(nil)
		}
	}
	for _, in := range g.insts {
		if in.state != free {
			continue
		}
		if !g.enough {
			if f, ok := g.src.next(in); ok {
				return in.take(f)
			}
			if !g.src.over(in) {
				continue
			}
		}
		// An instance for a spare worker that was never needed is not even made.
		spare := !in.started && in.no > 0 && in.part == nil && in.slice < 0
		in.finishing = true
		t := in.take(nil)
		t.spare = spare
		return t
	}
	if g.open == 0 {
		g.ending = true
		return &task{in: &inst{seg: g}, complete: true}
	}
	return nil
}

func (in *inst) take(f feed) *task {
	in.state = running
	in.started = true
	return &task{in: in, feed: f}
}

// task is what a worker does between two looks at the lists.
type task struct {
	in       *inst
	feed     feed
	complete bool // end the segment
	spare    bool // end the instance, which has not begun

	state RunState
	none  bool    // the feed had nothing
	rows  []int64 // of the input, which is through; the instance's
	err   error
	took  time.Duration
	parts parts
}

// run does the work, as worker number worker. Called without the lock.
func (t *task) run(worker int, turns *turns) {
	g := t.in.seg
	if t.complete {
		g.sink.complete(func(err error) { g.q.segmentDone(g, err) })
		return
	}
	start := time.Now()
	t.state, t.err = t.step(worker, turns)
	t.took = time.Since(start)
}

func (t *task) step(worker int, turns *turns) (RunState, error) {
	in := t.in
	g := in.seg
	began := time.Now()
	if t.spare {
		g.sink.instanceDone(in)
		return Idle, nil
	}
	if in.x == nil {
		x, err := g.q.x.NewInstance(g.id, in.slice, outputOf(in), g.sink.dests())
		if err != nil {
			if t.feed != nil { // nobody else knows what was claimed
				_, in.done, _ = t.feed(nil)
			}
			return Idle, err
		}
		in.x = x
	}
	if t.feed != nil {
		some, done, err := t.feed(in.x)
		in.done = done // stop calls it if there is an error
		if err != nil || !some {
			t.none = true
			return Idle, err
		}
	}
	fed := time.Now()
	t.parts.fed = fed.Sub(began)
	if in.finishing {
		st, err := in.x.Finish()
		t.parts.ended = time.Since(fed)
		if err == nil && st == Idle {
			g.sink.instanceDone(in)
			g.q.tiers(g, in)
			in.x.Close()
			in.x = nil
		}
		return st, err
	}
	crumbs := g.q.ex.cfg.Crumbs
	fn := in.x.Fused()
	if crumbs != nil && fn != nil {
		crumbs.Set(worker, fn.Key)
	}
	st, err := turns.run(in.x)
	if crumbs != nil && fn != nil {
		crumbs.Clear(worker)
	}
	t.parts.ran = time.Since(fed)
	if err != nil && in.text != nil {
		if err = in.text.failed(in, err); err != nil {
			return Idle, err
		}
		st = Idle
	}
	if err == nil && st == Idle {
		t.rows = in.x.Counts()
		err = g.cut(in)
	}
	if err == nil && in.x.Enough() {
		g.satisfied()
	}
	if err == nil && st == Idle && in.done != nil {
		done := in.done
		in.done = nil
		err = done()
	}
	if err == nil && st == Idle && in.text != nil && len(in.text.pending) == 0 {
		err = g.q.tooManyRefused()
	}
	return st, err
}

// cut tells a scan what the instance still wants of its order: no other instance wants more.
func (g *segment) cut(in *inst) error {
	s, ok := g.src.(*scanSource)
	if !ok || !g.prog.Sink.Top.Is {
		return nil
	}
	key, err := in.x.Cut()
	for err == nil {
		old := s.cut.Load()
		if key >= old || s.cut.CompareAndSwap(old, key) {
			break
		}
	}
	return err
}

// limits reports whether the segment has a LIMIT.
func (g *segment) limits() bool {
	return slices.ContainsFunc(g.prog.Loops, func(l program.Loop) bool { return l.Enough != 0 })
}

// satisfied ends the segment's input: a LIMIT is met on one of its instances (which pass as many rows as the
// whole query may), or nobody takes its rows any more. Who sends it rows is told. Called without the lock.
func (g *segment) satisfied() {
	sch := g.q.ex.sched
	sch.mu.Lock()
	tell := g.noMore()
	sch.mu.Unlock()
	tell()
}

// noMore ends the segment's input, and gives what tells those who send it rows, to be called without the lock. Called
// with the scheduler's lock held.
func (g *segment) noMore() (tell func()) {
	if g.enough || g.q.err != nil {
		return func() {}
	}
	g.enough = true
	g.q.x.StopSegment(g.id)
	if g.src != nil { // else its stream has not begun here
		g.src.stop()
	}
	g.q.ex.sched.cond.Broadcast()
	exch := g.prog.Source.Exchange
	box := g.q.in[exch]
	if g.prog.Source.Kind != program.SourceReceive || box == nil {
		return func() {}
	}
	turn := box.Turn() // which may have ended before they are told
	return func() {
		if err := box.Enough(g.q.senders(exch), turn); err != nil {
			g.q.fail(err)
		}
	}
}

// outputOf avoids an interface that holds a nil pointer.
func outputOf(in *inst) Output {
	if in.out == nil {
		return nil
	}
	return in.out
}

// settle notes the outcome. Called with the scheduler's lock held.
func (t *task) settle() {
	if t.complete {
		return
	}
	in, g := t.in, t.in.seg
	g.nanos += t.took
	g.spent.add(t.parts)
	in.took += t.took
	if t.feed != nil && !t.none {
		g.morsel++
	}
	if t.rows != nil {
		g.count(in.lane, t.rows)
	}
	switch {
	case t.err != nil:
		in.state = free
		g.q.failLocked(t.err, g.id)
	case t.state == Blocked:
		in.state = parked
	case t.state == Yielded:
		in.state = paused
	case in.finishing:
		in.state = finished
		g.open--
	default:
		in.state = free
		if in.rows > 0 {
			g.pace.nanos += in.took
			g.pace.rows += int64(in.rows)
		}
	}
	if in.state != parked && in.state != paused {
		in.took, in.rows = 0, 0
	}
}
