package keep

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/plan"
	"slipher/node/rms"
)

// Log is the replicated log: *replica.Replica, or a simulation.
type Log interface {
	Catalog() *state.Catalog
	Changed() <-chan struct{}
	Propose(ctx context.Context, cmd *state.Command) (*state.Result, error)
	Begin(ctx context.Context) (state.TxnID, error)
	End(id state.TxnID)
	Term() uint64
}

// Readers are who may still need something: *txn.Manager.
type Readers interface {
	// Oldest is the oldest catalog version that somebody reads.
	Oldest() uint64
	// Running reports whether objects of a write id of this term may be being written.
	Running(id state.TxnID) bool
	// TempObjects are the objects of temporary tables.
	TempObjects() map[string]bool
}

// Merge is a query that writes objects' rows anew.
type Merge struct {
	Query *plan.Query
	// Table has just the objects to read; row addresses count in them.
	Table     *state.Table
	Term, Txn uint64 // for the new objects' names
}

// Options are a Keeper's surroundings and its policy. Zero values of the policy are replaced by defaults.
type Options struct {
	Log     Log
	Term    uint64 // in which this leader is active; 0: the log's
	Readers Readers
	Store   rms.Store
	// Run runs a merge and gives the objects written, each with its addresses beside it.
	Run func(ctx context.Context, m *Merge) ([]state.ObjectRef, error)
	// Busy reports whether statements run that merges should leave the machine to. nil: never.
	Busy func() bool
	// Wait waits until changed is closed or d has passed; it fails if ctx ends. nil: by the machine's clock.
	Wait func(ctx context.Context, changed <-chan struct{}, d time.Duration) error
	Slog *slog.Logger

	Policy Policy
}

// Policy is how eager a Keeper is.
type Policy struct {
	Tick time.Duration // between two looks at the catalog
	// Small writes are flushed when a slice has so many of them, or so many bytes, or they are so old.
	FlushCount int
	FlushBytes int64
	FlushAge   time.Duration
	// Fan objects of about one size become one, Fan times as large.
	Fan int
	// MaxRows is how many rows of a slice a merge takes at most.
	MaxRows int64
	// Idle is how long a table must have been quiet before all its small objects become one.
	// It grows with what that costs.
	Idle time.Duration
	// Collect and Sweep are the times between two collections of garbage and two searches for orphans.
	// What is not given but Sweep follows FlushAge.
	Collect, Sweep time.Duration
	// Stale is how long a leftover must have been there if its name does not tell whose it is.
	Stale time.Duration
}

func (p *Policy) complete() {
	duration := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	duration(&p.FlushAge, time.Second)
	duration(&p.Tick, min(max(p.FlushAge/5, 5*time.Millisecond), 200*time.Millisecond))
	duration(&p.Idle, 2*p.FlushAge)
	duration(&p.Collect, p.FlushAge)
	duration(&p.Sweep, time.Minute)
	duration(&p.Stale, 10*time.Minute)
	if p.FlushCount == 0 {
		p.FlushCount = 256
	}
	if p.FlushBytes == 0 {
		p.FlushBytes = 64 << 10
	}
	if p.Fan < 2 {
		p.Fan = 8
	}
	if p.MaxRows == 0 {
		p.MaxRows = 1 << 20
	}
}

// Keeper does one term's housekeeping. Safe for concurrent use.
type Keeper struct {
	o    Options
	term uint64

	ctx  context.Context
	stop context.CancelFunc
	done chan struct{} // closed when the loop has ended, or was never started

	// The loop's alone.
	tables    map[state.TableID]*watched
	version   uint64 // of the catalog last looked at
	collected time.Time
	swept     time.Time
	leftovers map[string]time.Time // of unknown origin, when first seen

	mu      sync.Mutex
	busy    map[state.TableID]chan struct{} // tables being merged: closed at the end; guarded by mu
	pins    map[*int]uint64                 // catalog versions that merges read; guarded by mu
	writing map[state.TxnID]bool            // write ids of merges; guarded by mu
	moves   map[string]*move                // by old object; guarded by mu
	held    int64                           // addresses in memory; guarded by mu
}

// New makes the keeper of a term that this leader leads.
func New(o Options) *Keeper {
	if o.Slog == nil {
		o.Slog = slog.Default()
	}
	if o.Busy == nil {
		o.Busy = func() bool { return false }
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Term == 0 {
		o.Term = o.Log.Term()
	}
	o.Policy.complete()
	k := &Keeper{o: o, term: o.Term, tables: map[state.TableID]*watched{}, leftovers: map[string]time.Time{},
		busy: map[state.TableID]chan struct{}{}, pins: map[*int]uint64{}, writing: map[state.TxnID]bool{},
		moves: map[string]*move{}}
	k.ctx, k.stop = context.WithCancel(context.Background())
	k.done = make(chan struct{})
	close(k.done)
	return k
}

func wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// Start begins to work in the background, with a search for orphans.
func (k *Keeper) Start() {
	k.done = make(chan struct{})
	go func() {
		defer close(k.done)
		tick := time.NewTicker(k.o.Policy.Tick)
		defer tick.Stop()
		for {
			select {
			case <-k.ctx.Done():
				return
			case now := <-tick.C:
				k.Step(k.ctx, now)
			}
		}
	}()
}

// Stop ends the work, merges under way included, and waits for it, but no longer than ctx says: a merge's
// query may wait for a node that does not answer. Objects that merges have written become orphans.
func (k *Keeper) Stop(ctx context.Context) error {
	k.stop()
	select {
	case <-k.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Step does what is due at a time: what Start has done by the clock, and a simulation by its own. It logs
// what fails: the next step tries again.
func (k *Keeper) Step(ctx context.Context, now time.Time) {
	if k.o.Log.Term() != k.term {
		return // deposed; whoever started us will notice
	}
	k.expire(ctx)
	k.mergeDue(ctx, now)
	p := &k.o.Policy
	if now.Sub(k.collected) >= p.Collect {
		k.collected = now
		k.failed(ctx, "collect garbage", k.collect(ctx))
	}
	if now.Sub(k.swept) >= p.Sweep {
		k.swept = now
		k.failed(ctx, "look for orphans", k.sweep(ctx, now))
	}
}

// failed logs an error of the background.
func (k *Keeper) failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		e := sqlerr.From(err)
		k.o.Slog.Log(ctx, replica.Level(err), "housekeeping: "+what, "err", err, "code", e.Code, "detail", e.Detail)
	}
}

// lock waits until no other merge works on a table, and keeps others away.
func (k *Keeper) lock(ctx context.Context, table state.TableID) (unlock func(), err error) {
	for {
		k.mu.Lock()
		other := k.busy[table]
		if other == nil {
			mine := make(chan struct{})
			k.busy[table] = mine
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.busy, table)
				k.mu.Unlock()
				close(mine)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, sqlerr.Wrap(context.Cause(ctx), sqlerr.QueryCanceled)
		}
	}
}

// pin gives the newest catalog and keeps its objects until release is called.
func (k *Keeper) pin() (cat *state.Catalog, release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	cat = k.o.Log.Catalog()
	p := new(int)
	k.pins[p] = cat.Version()
	return cat, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.pins, p)
	}
}

// oldest is the oldest catalog version that anybody reads, merges included.
func (k *Keeper) oldest() uint64 {
	low := k.o.Readers.Oldest()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range k.pins {
		low = min(low, v)
	}
	return low
}
