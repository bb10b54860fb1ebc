package txn

import (
	"context"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Txn is one transaction. Its session uses it from one goroutine; mu is for what
// running statements report from theirs, and for those who look on.
type Txn struct {
	m     *Manager
	spec  Spec
	term  uint64
	began time.Time

	mu         sync.Mutex
	base       *state.Catalog // the snapshot, nil: not taken yet; guarded by mu
	view       *state.Catalog // base, temporary tables, own operations; guarded by mu
	kept       bool           // the snapshot stays although nothing was written; guarded by mu
	unread     bool           // kept by LOCK, and nothing has been read of it: another LOCK may renew it; guarded by mu
	ops        []state.Op     // for the commit: none on temporary tables; guarded by mu
	pre        []state.Precondition
	tempSchema state.SchemaID        // id for the schema of the first temporary table; guarded by mu
	temp       bool                  // a temporary table was changed; guarded by mu
	inline     int64                 // bytes of rows in ops; guarded by mu
	tables     map[state.TableID]use // those used, and how; guarded by mu
	writes     []state.TxnID         // guarded by mu
	after      []func()              // see Then; guarded by mu
	points     []point               // savepoints, the innermost last; guarded by mu
	locked     []lock                // guarded by mu
	waited     time.Duration         // for locks; guarded by mu
	// ended: Commit or Rollback was called, nothing changes any more; closed: it is over. Guarded by mu.
	ended, closed bool
}

// Term is the leader's term in which the transaction began.
func (t *Txn) Term() uint64 { return t.term }

// Serializable and ReadOnly are what the transaction was begun as.
func (t *Txn) Serializable() bool { return t.spec.Serializable }

// ReadOnly transactions refuse to write anything but temporary tables.
func (t *Txn) ReadOnly() bool { return t.spec.ReadOnly }

// SetMode changes isolation and access while nothing has been read: SET TRANSACTION. It reports
// whether it could change the isolation; access can be narrowed at any time.
func (t *Txn) SetMode(serializable, readOnly bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept && (t.spec.Serializable != serializable || t.spec.ReadOnly && !readOnly) {
		return false
	}
	t.spec.Serializable, t.spec.ReadOnly = serializable, readOnly
	return true
}

// View is what the transaction sees. The first call takes the snapshot.
func (t *Txn) View() *state.Catalog {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.look()
}

// look is View with mu held.
func (t *Txn) look() *state.Catalog {
	if t.view == nil {
		t.base = t.m.snapshot(t)
		t.view = t.spec.Temp.Over(t.base)
	}
	return t.view
}

// Keep makes the snapshot that View took the transaction's for good.
func (t *Txn) Keep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.look()
	t.kept, t.unread = true, false
}

// LetGo ends a statement: a snapshot that nothing needed is given up, so that the
// next statement sees a newer one.
func (t *Txn) LetGo() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.view != nil && !t.kept && !t.ended {
		t.base, t.view = nil, nil
		t.m.unpin(t)
	}
}

// Do applies operations to the transaction's view and keeps them for the commit: all or none.
// What they create gets ids. Errors are those of the operations; 25006 in a READ ONLY transaction.
func (t *Txn) Do(ctx context.Context, ops ...state.Op) ([]state.OpResult, error) {
	own := make([]state.Op, len(ops))
	for i, op := range ops {
		var err error
		if own[i], err = t.m.number(ctx, op); err != nil {
			return nil, err
		}
	}
	if err := t.holdAll(ctx, own); err != nil {
		return nil, err
	}
	schema, err := t.schemaID(ctx, own)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return nil, errEnded
	}
	if schema != 0 {
		t.tempSchema = schema
	}
	return t.do(own)
}

var errEnded = sqlerr.New(sqlerr.InvalidTransactionState, "the transaction has ended")

// do is Do with mu held, for operations whose ids are given.
func (t *Txn) do(ops []state.Op) ([]state.OpResult, error) {
	before := t.mark()
	var out []state.OpResult
	for _, op := range ops {
		r, err := t.doOne(op)
		if err != nil {
			t.undo(before)
			return nil, err
		}
		out = append(out, r)
	}
	t.kept, t.unread = true, false
	return out, nil
}

func (t *Txn) doOne(op state.Op) (state.OpResult, error) {
	view := t.look()
	temp := t.onTemp(view, op)
	made, creates := state.Creates(op)
	if t.spec.ReadOnly && !temp {
		return state.OpResult{}, errReadOnly
	}
	if temp && made.Table != nil {
		view = t.spec.Temp.schemaFor(view, t.tempSchema, t.spec.User)
	}
	next, res := view.Apply(&state.Command{Micros: types.MicrosOf(t.m.o.Now()), Ops: []state.Op{op}})
	if res.Err != nil {
		e := *res.Err
		return state.OpResult{}, &e
	}
	if res.Ops[0].Skipped {
		return res.Ops[0], nil
	}
	t.view = next
	t.uses(op)
	t.temp = t.temp || t.spec.Temp.among(view, state.Changes(op, view))
	if temp {
		t.temp = true
		return res.Ops[0], nil
	}
	if creates {
		t.require(made.Absent)
		op = made.Certain // it was not skipped here, so it must not be at the commit
	}
	t.ops = append(t.ops, op)
	t.inline += state.Inline(op)
	return res.Ops[0], nil
}

var errReadOnly = sqlerr.New("25006", "transaction is read-only")

// Require adds preconditions of the commit, as they hold in the View. What the transaction itself
// has made or changed is none of the others' business.
func (t *Txn) Require(pre ...state.Precondition) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.look()
	t.require(pre...)
}

func (t *Txn) require(pre ...state.Precondition) {
	for _, p := range pre {
		switch {
		case p.Table != 0:
			was := t.base.TableByID(p.Table)
			if was == nil {
				continue
			}
			if p.Def != 0 {
				p.Def = was.Def
			}
			if p.Version != 0 {
				p.Version = was.Version.Number
			}
		case p.AbsentName != "":
			if t.base.Table(p.AbsentDatabase, p.AbsentSchema, p.AbsentName) != nil {
				continue // dropped by the transaction itself
			}
		case p.AbsentSchema != "":
			if t.base.Schema(p.AbsentDatabase, p.AbsentSchema) != nil {
				continue
			}
		}
		t.pre = append(t.pre, p)
	}
}

// Inline is how many bytes of rows the commit carries so far.
func (t *Txn) Inline() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.inline
}

// Wrote reports whether the transaction has changed anything.
func (t *Txn) Wrote() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ops) > 0 || t.temp
}

// Temporary reports whether the transaction has changed temporary tables.
func (t *Txn) Temporary() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.temp
}

// Rollback ends the transaction without a trace. After the end it does nothing.
func (t *Txn) Rollback() {
	t.mu.Lock()
	committing := t.ended && !t.closed
	t.ended = true
	t.mu.Unlock()
	if !committing {
		t.end()
	}
}

// end lets go of everything.
func (t *Txn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.closed = true
	t.m.forget(t, t.writes)
	t.unlock(0) // the last: who gets a lock sees what was committed
	t.base, t.view, t.ops, t.pre, t.after, t.points = nil, nil, nil, nil, nil, nil
}
