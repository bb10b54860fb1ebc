package txn

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// fakeLog is a log of one replica that does what a test tells it.
type fakeLog struct {
	mu        sync.Mutex
	cat       *state.Catalog
	changed   chan struct{}
	term      uint64 // this leader's, 0: deposed
	next      state.TxnID
	open      map[state.TxnID]bool
	proposals int
	// lose says what happens to the next proposals, one a letter: "k" the command counts and the
	// reply is lost, "l" both are lost, "d" this leader is deposed before, "." nothing happens.
	lose string
	// after is called without mu when a proposal was dealt with.
	after func()
}

func newLog(t *testing.T) *fakeLog {
	l := &fakeLog{cat: state.New(), changed: make(chan struct{}), term: 1, next: 1, open: map[state.TxnID]bool{}}
	l.apply(t, &state.Bootstrap{Cluster: state.Cluster{ID: "c", Slices: 4}}, &state.OpenTerm{Term: 1})
	return l
}

// apply is another's command.
func (l *fakeLog) apply(t *testing.T, ops ...state.Op) *state.Result {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	res := l.put(&state.Command{Ops: ops})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	return res
}

func (l *fakeLog) put(cmd *state.Command) *state.Result {
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		panic(err)
	}
	if cmd, err = state.DecodeCommand(data); err != nil {
		panic(err)
	}
	next, res := l.cat.Apply(cmd)
	l.cat = next
	close(l.changed)
	l.changed = make(chan struct{})
	return res
}

func (l *fakeLog) Catalog() *state.Catalog {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cat
}

func (l *fakeLog) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

func (l *fakeLog) Term() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.term
}

func (l *fakeLog) Begin(context.Context) (state.TxnID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.term == 0 {
		return 0, replica.ErrNotActive
	}
	if l.next%100 == 1 {
		res := l.put(&state.Command{Ops: []state.Op{&state.Allocate{What: state.AllocateTxn, Count: 100}}})
		l.next = state.TxnID(res.Ops[0].ID)
	}
	id := l.next
	l.next++
	l.open[id] = true
	return id, nil
}

func (l *fakeLog) End(id state.TxnID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open[id] {
		panic(fmt.Sprintf("id %d is given back twice", id))
	}
	delete(l.open, id)
}

func (l *fakeLog) Propose(_ context.Context, cmd *state.Command) (*state.Result, error) {
	res, err := l.propose(cmd)
	if l.after != nil {
		l.after()
	}
	return res, err
}

func (l *fakeLog) propose(cmd *state.Command) (*state.Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cmd.Txn != 0 {
		l.proposals++
	}
	how := byte('.')
	if cmd.Txn != 0 && l.lose != "" {
		how, l.lose = l.lose[0], l.lose[1:]
	}
	if how == 'd' {
		l.term = 0
	}
	if l.term == 0 {
		return nil, replica.ErrNotActive
	}
	c := *cmd
	c.Settled = l.next
	for id := range l.open {
		c.Settled = min(c.Settled, id)
	}
	switch how {
	case 'k':
		l.put(&c)
		return nil, replica.ErrOutcomeUnknown
	case 'l':
		return nil, replica.ErrOutcomeUnknown
	}
	res := l.put(&c)
	if res.Err != nil {
		e := *res.Err
		return res, &e
	}
	return res, nil
}

// depose lets another leader open the next term.
func (l *fakeLog) depose(t *testing.T) {
	l.mu.Lock()
	l.term = 0
	next := l.cat.Term() + 1
	l.mu.Unlock()
	l.apply(t, &state.OpenTerm{Term: next})
}

// manager is a manager whose clock stands but for waits, which end at once.
func manager(l *fakeLog) *Manager {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	return New(l, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Wait: func(_ context.Context, _ <-chan struct{}, d time.Duration) error {
			now = now.Add(d)
			return nil
		}})
}

func table(schema, name string) *state.Table {
	return &state.Table{Database: "dev", Schema: schema, Name: name, Owner: "dev",
		Columns: []state.Column{{Name: "a", Type: types.TInt4},
			{Name: "i", Type: types.TInt8, Identity: &state.Identity{Seed: 1, Step: 1}}}}
}

func create(name string) state.Op {
	return &state.CreateTable{Table: *table("public", name)}
}

func add(t *state.Table, object string, rows int64) state.Op {
	return &state.Delta{Table: t.ID, Def: t.Def, Adds: []state.ObjectRef{{Name: object, Rows: rows, Bytes: 1}}}
}

func begin(t *testing.T, m *Manager, spec Spec) *Txn {
	t.Helper()
	x, err := m.Begin(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Rollback)
	return x
}

func do(t *testing.T, x *Txn, ops ...state.Op) []state.OpResult {
	t.Helper()
	out, err := x.Do(context.Background(), ops...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func commit(t *testing.T, x *Txn) {
	t.Helper()
	if err := x.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// given makes a table in the log.
func given(t *testing.T, l *fakeLog, name string) *state.Table {
	t.Helper()
	l.apply(t, create(name))
	return l.Catalog().Table("dev", "public", name)
}
