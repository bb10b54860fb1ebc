package txn

import (
	"context"
	"errors"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// lock is a table that a transaction has, in the order in which it got them.
type lock struct {
	table state.TableID
	had   strength // before, 0: nothing
	has   strength
}

// Lock takes a table for the transaction alone, until it ends: LOCK TABLE. It waits for those who
// write the table or have it locked. moved: the transaction has read nothing before, and its
// snapshot is a new one, of now. A snapshot that is older stays, and if another transaction has
// changed the table since, the lock is refused (40001): the transaction could never count.
func (t *Txn) Lock(ctx context.Context, table state.TableID) (moved bool, err error) {
	return t.lock(ctx, table, exclusive, mayWait)
}

// LockNoWait is Lock that fails (55P03) if it would have to wait.
func (t *Txn) LockNoWait(ctx context.Context, table state.TableID) (moved bool, err error) {
	return t.lock(ctx, table, exclusive, noWait)
}

// Hold keeps a table from being locked by others until the transaction ends: before a statement that
// changes it. It waits for who has locked it. moved: see Lock; a snapshot that stays is
// used, for what another transaction has changed meanwhile is no conflict by itself.
func (t *Txn) Hold(ctx context.Context, table state.TableID) (moved bool, err error) {
	return t.lock(ctx, table, shared, mayWait)
}

func (t *Txn) lock(ctx context.Context, table state.TableID, want strength, p patience) (moved bool, err error) {
	waited, err := t.acquire(ctx, table, want, p)
	if err != nil {
		return false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.look()
	if !t.kept || t.unread {
		moved = t.renew(table, want)
	} else if err := t.outrun(table, want, waited); err != nil {
		return false, err
	}
	if want == exclusive {
		t.unread = t.unread || !t.kept
		t.kept = true
		t.noted(table, reads)
	}
	return moved, nil
}

// renew takes a new snapshot for a transaction that has read nothing yet, if table or want asks for it.
func (t *Txn) renew(table state.TableID, want strength) bool {
	now := t.m.log.Catalog()
	if now == t.base {
		return false
	}
	if want == shared {
		was, is := t.base.TableByID(table), now.TableByID(table)
		if was == is || was != nil && is != nil && was.Def == is.Def && was.Version.Content == is.Version.Content {
			return false
		}
	}
	t.base, t.view = nil, nil
	t.look()
	return true
}

// outrun refuses a table that others have changed since the snapshot: for a lock any change, for a
// writer that has waited its being dropped.
func (t *Txn) outrun(table state.TableID, want strength, waited bool) error {
	was := t.base.TableByID(table)
	if was == nil || want == shared && !waited {
		return nil // its own table; or a conflict that is found at commit
	}
	now := t.m.log.Catalog()
	if now.TableByID(table) == nil {
		return t.lost(table, errDropped(was))
	}
	if want == shared {
		return nil
	}
	if err := now.Outrun(t.id(), state.Read{Table: table, Content: was.Version.Content}); err != nil {
		return t.lost(table, err)
	}
	if now.TableByID(table).Def != was.Def {
		return t.lost(table, sqlerr.New(sqlerr.SerializationFailure,
			"could not serialize access: table \"%s\" was redefined by another transaction", was.Name).
			WithHint("Run the transaction again."))
	}
	return nil
}

// lost notes a conflict over a table. mu is held.
func (t *Txn) lost(table state.TableID, err error) error {
	t.m.conflict(Conflict{XID: t.id(), PID: t.spec.PID, Began: t.began, Over: t.m.o.Now(), Table: table})
	return err
}

// again is how long to wait at the most before looking whether a lock was granted: the grant wakes
// the waiter, so this only bounds a timer.
const again = time.Hour

// acquire gets a table from the lock table, waiting if it may.
func (t *Txn) acquire(ctx context.Context, table state.TableID, want strength, p patience) (waited bool, err error) {
	t.mu.Lock()
	over := t.ended
	t.mu.Unlock()
	if over {
		return false, errEnded
	}
	key := lockKey{t.term, table}
	had, r, err := t.m.locks.acquire(t, key, want, p)
	if err != nil {
		return false, err
	}
	if r != nil {
		if err := t.await(ctx, r); err != nil {
			return true, err
		}
	}
	if had < want {
		t.mu.Lock()
		t.locked = append(t.locked, lock{table, had, want})
		t.mu.Unlock()
	}
	return r != nil, nil
}

// await waits for a request to be granted. Whatever else ends the wait takes it back.
func (t *Txn) await(ctx context.Context, r *request) error {
	began, done := t.m.o.Now(), false
	defer func() {
		if !done {
			t.m.locks.giveUp(r)
		}
		t.mu.Lock()
		t.waited += t.m.o.Now().Sub(began)
		t.mu.Unlock()
	}()
	for {
		select {
		case <-r.granted:
			done = true
			return nil
		default:
		}
		if err := t.m.o.Wait(ctx, r.granted, again); err != nil {
			return err
		}
	}
}

// Waited is how long the transaction has waited for locks.
func (t *Txn) Waited() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waited
}

// unlock gives back what was locked since there were count locks, the last first. mu is held.
func (t *Txn) unlock(count int) {
	for i := len(t.locked) - 1; i >= count; i-- {
		k := t.locked[i]
		t.m.locks.release(t, lockKey{t.term, k.table}, k.had)
	}
	t.locked = t.locked[:min(count, len(t.locked))]
}

// has is what the transaction has of a table. mu is held.
func (t *Txn) has(table state.TableID) (s strength) {
	for _, k := range t.locked {
		if k.table == table {
			s = max(s, k.has)
		}
	}
	return s
}

// holdAll holds the tables that operations change: those of statements that are not known by
// name beforehand, foreign keys' for example. The snapshot stays, for the operations were made of it.
func (t *Txn) holdAll(ctx context.Context, ops []state.Op) error {
	if t.spec.ReadOnly {
		return nil // temporary tables, or refused
	}
	view := t.View()
	for _, op := range ops {
		if t.onTemp(view, op) {
			continue
		}
		for _, table := range state.Changes(op, view) {
			if _, err := t.acquire(ctx, table, shared, mayWait); err != nil {
				return err
			}
		}
	}
	return nil
}

// Held reports whether err is LockNoWait's for a table that is not free.
func Held(err error) bool { return errors.Is(err, errHeld) }
