package txn

import (
	"context"
	"errors"
	"sync"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// oidBlock is how many object ids are taken from the log at once.
const oidBlock = 64

// oids is the pool of object ids for what transactions create.
type oids struct {
	mu        sync.Mutex
	next, end int64 // guarded by mu
}

// oid takes an object id from the pool. Ids of transactions that roll back are lost.
func (m *Manager) oid(ctx context.Context) (uint32, error) {
	m.oids.mu.Lock()
	defer m.oids.mu.Unlock()
	if m.oids.next == m.oids.end {
		// The lock is held meanwhile: others would need the block as well. If the
		// outcome is lost, so is the block.
		res, err := m.log.Propose(ctx, &state.Command{Ops: []state.Op{&state.Allocate{What: state.AllocateOID,
			Count: oidBlock}}})
		if err != nil {
			return 0, lostIDs(err)
		}
		m.oids.next, m.oids.end = res.Ops[0].ID, res.Ops[0].ID+oidBlock
	}
	m.oids.next++
	return uint32(m.oids.next - 1), nil
}

// number is op with an id for what it creates.
func (m *Manager) number(ctx context.Context, op state.Op) (state.Op, error) {
	made, ok := state.Creates(op)
	if !ok || made.ID != 0 {
		return op, nil
	}
	id, err := m.oid(ctx)
	if err != nil {
		return nil, err
	}
	return made.With(id), nil
}

// keepIDs is how many newer ids an open transaction may see before its own is given
// back to the log, which keeps the results of all that are newer than the oldest held.
const keepIDs = 1 << 14

// XID is the transaction's id as catalog relations show it. It is taken from the log with
// the first call.
func (t *Txn) XID(ctx context.Context) (state.TxnID, error) {
	m := t.m
	m.mu.Lock()
	e := m.open[t]
	if e == nil || e.id != 0 {
		defer m.mu.Unlock()
		if e == nil {
			return 0, nil
		}
		return e.id, nil
	}
	m.mu.Unlock()
	id, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	m.took(e, id)
	return id, nil
}

// id is the transaction's id if it has one.
func (t *Txn) id() state.TxnID {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	if e := t.m.open[t]; e != nil {
		return e.id
	}
	return 0
}

// took notes that a transaction has an id, and takes theirs from transactions that have been open
// for too long.
func (m *Manager) took(e *entry, id state.TxnID) {
	m.mu.Lock()
	e.id, e.stale = id, false
	var back []state.TxnID
	if id >= m.checked+keepIDs {
		m.checked = id
		for _, o := range m.open {
			if o.id != 0 && o.id+keepIDs < id && !o.stale && !o.committing {
				o.stale = true
				back = append(back, o.id)
			}
		}
	}
	m.mu.Unlock()
	for _, id := range back {
		m.log.End(id)
	}
}

// commitID is the id under which t is proposed: XID's, or a new one if that was given back
// or used up.
func (t *Txn) commitID(ctx context.Context) (state.TxnID, error) {
	m := t.m
	m.mu.Lock()
	e := m.open[t]
	e.committing = true // from here on the id is not taken away
	id, stale := e.id, e.stale
	m.mu.Unlock()
	if id != 0 && !stale {
		return id, nil
	}
	id, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	m.took(e, id)
	return id, nil
}

// spent gives back an id whose command was refused: the next attempt needs another.
func (t *Txn) spent() {
	m := t.m
	m.mu.Lock()
	e := m.open[t]
	id := e.id
	e.stale = true
	m.mu.Unlock()
	m.log.End(id)
}

// WriteID is a new id for the names of objects that a statement writes. Objects of that id are
// safe from the collector until the transaction ends.
func (t *Txn) WriteID(ctx context.Context) (state.TxnID, error) {
	id, err := t.m.begin(ctx)
	if err != nil {
		return 0, err
	}
	t.m.mu.Lock()
	t.m.running[id] = t
	t.m.mu.Unlock()
	t.m.log.End(id) // it is never proposed
	t.mu.Lock()
	t.writes = append(t.writes, id)
	t.mu.Unlock()
	return id, nil
}

// begin takes a transaction id from the log.
func (m *Manager) begin(ctx context.Context) (state.TxnID, error) {
	id, err := m.log.Begin(ctx)
	return id, lostIDs(err)
}

// lostIDs says of an allocation that was not answered that its caller may try again: the ids are lost,
// but nothing else was in doubt.
func lostIDs(err error) error {
	if errors.Is(err, replica.ErrOutcomeUnknown) {
		return sqlerr.Wrap(err, sqlerr.SerializationFailure)
	}
	return err
}
