package txn

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Log is the replicated log as a transaction needs it: *replica.Replica, or a simulation. Errors
// of Propose are those of replica.Replica.
type Log interface {
	Catalog() *state.Catalog
	// Changed is closed when a version newer than the one Catalog gave before may exist.
	Changed() <-chan struct{}
	Propose(ctx context.Context, cmd *state.Command) (*state.Result, error)
	// Begin gives a new transaction id, which may be proposed until End.
	Begin(ctx context.Context) (state.TxnID, error)
	End(id state.TxnID)
	// Term is the term this leader leads in, 0 if it does not lead.
	Term() uint64
}

// Options are what a manager works with beside the log.
type Options struct {
	Log *slog.Logger // nil: slog.Default
	// Now is the clock; nil: the machine's.
	Now func() time.Time
	// Wait waits until changed is closed or d has passed: nil in both cases. It
	// fails if ctx ends. nil: by the machine's clock.
	Wait func(ctx context.Context, changed <-chan struct{}, d time.Duration) error
}

// Rebase translates deletes of rows that a merge has moved since the transaction read
// them to where they are in cat. It returns ops themselves if there is nothing to do.
type Rebase func(ctx context.Context, cat *state.Catalog, ops []state.Op) ([]state.Op, error)

// Manager knows the open transactions of this leader.
type Manager struct {
	log Log
	o   Options

	mu        sync.Mutex
	open      map[*Txn]*entry      // guarded by mu
	pins      map[*pin]uint64      // readers outside transactions; guarded by mu
	running   map[state.TxnID]*Txn // write ids; guarded by mu
	temps     map[*Temp]bool       // of the sessions; guarded by mu
	rebase    Rebase               // guarded by mu
	conflicts []Conflict           // guarded by mu
	checked   state.TxnID          // id at which open transactions were last looked at; guarded by mu

	oids  oids
	locks *lockTable
}

// entry is what the manager keeps of an open transaction.
type entry struct {
	pin        uint64 // catalog version it reads, 0: none yet
	id         state.TxnID
	stale      bool // id was given back: it stands for the transaction, but cannot be proposed
	committing bool
}

type pin struct{ _ byte } // not empty: pointers to it must differ

// New makes a manager.
func New(log Log, o Options) *Manager {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	return &Manager{log: log, o: o, open: map[*Txn]*entry{}, pins: map[*pin]uint64{}, running: map[state.TxnID]*Txn{},
		temps: map[*Temp]bool{}, locks: newLockTable()}
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

// SetRebase says how commits are translated when merges have moved rows.
func (m *Manager) SetRebase(f func(ctx context.Context, cat *state.Catalog, ops []state.Op) ([]state.Op, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rebase = f
}

// Spec is what a transaction is to be.
type Spec struct {
	Serializable, ReadOnly bool
	PID                    int32
	Database, User         string
	Temp                   *Temp // the session's temporary tables, nil: it cannot have any
}

// Begin starts a transaction, which must be ended by Commit or Rollback. It fails if this
// leader is not the active one.
func (m *Manager) Begin(_ context.Context, spec Spec) (*Txn, error) {
	term := m.log.Term()
	if term == 0 {
		return nil, errInactive
	}
	t := &Txn{m: m, spec: spec, term: term, began: m.o.Now()}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[t] = &entry{}
	return t, nil
}

var errInactive = sqlerr.New(sqlerr.CannotConnectNow, "this leader is not the active one")

// Pin gives the newest catalog and keeps its objects from being collected until
// release is called: for readers without a transaction.
func (m *Manager) Pin() (cat *state.Catalog, release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cat = m.log.Catalog()
	p := &pin{}
	m.pins[p] = cat.Version()
	return cat, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.pins, p)
	}
}

// Oldest is the oldest catalog version somebody still reads: that of the log if nobody does.
func (m *Manager) Oldest() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	// Under mu, as are snapshots: whoever takes one later gets this version or a newer one.
	low := m.log.Catalog().Version()
	for _, e := range m.open {
		if e.pin != 0 {
			low = min(low, e.pin)
		}
	}
	for _, v := range m.pins {
		low = min(low, v)
	}
	return low
}

// Running reports whether id names objects of a transaction that is still open.
func (m *Manager) Running(id state.TxnID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running[id] != nil
}

// snapshot gives the newest catalog and pins it for t.
func (m *Manager) snapshot(t *Txn) *state.Catalog {
	m.mu.Lock()
	defer m.mu.Unlock()
	cat := m.log.Catalog()
	if e := m.open[t]; e != nil {
		e.pin = max(cat.Version(), 1)
	}
	return cat
}

// unpin gives up t's snapshot.
func (m *Manager) unpin(t *Txn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.open[t]; e != nil {
		e.pin = 0
	}
}

// forget takes t, which has ended, off the lists.
func (m *Manager) forget(t *Txn, writes []state.TxnID) {
	m.mu.Lock()
	e := m.open[t]
	delete(m.open, t)
	for _, id := range writes {
		delete(m.running, id)
	}
	m.mu.Unlock()
	if e != nil && e.id != 0 && !e.stale {
		m.log.End(e.id)
	}
}

// txns lists the open transactions.
func (m *Manager) txns() []*Txn {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]*Txn, 0, len(m.open))
	for t := range m.open {
		out = append(out, t)
	}
	return out
}
