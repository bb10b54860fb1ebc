package txn

import (
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Conflict is a transaction that was refused because another one had changed the same.
type Conflict struct {
	XID         state.TxnID
	PID         int32
	Began, Over time.Time
	Table       state.TableID // 0: unknown
}

// conflictsKept bounds what Conflicts gives.
const conflictsKept = 1000

// Conflicts are the latest refused transactions, oldest first.
func (m *Manager) Conflicts() []Conflict {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Conflict(nil), m.conflicts...)
}

// refused notes a transaction that failed by err, if it was for a conflict.
func (t *Txn) refused(id state.TxnID, err error) {
	if sqlerr.From(err).Code != sqlerr.SerializationFailure {
		return
	}
	t.m.conflict(Conflict{XID: id, PID: t.spec.PID, Began: t.began, Over: t.m.o.Now(),
		Table: t.disputed(t.m.log.Catalog())})
}

func (m *Manager) conflict(c Conflict) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.conflicts) >= conflictsKept {
		m.conflicts = append([]Conflict(nil), m.conflicts[conflictsKept/10:]...)
	}
	m.conflicts = append(m.conflicts, c)
}

// disputed is the table over which the transaction lost: one that it has read and another has
// changed, else one that it has deleted rows of.
func (t *Txn) disputed(now *state.Catalog) state.TableID {
	for _, r := range t.readSet() {
		if tab := now.TableByID(r.Table); tab == nil || tab.Version.Content != r.Content {
			return r.Table
		}
	}
	for _, op := range t.ops {
		if d, ok := op.(*state.Delta); ok && len(d.Deletes) > 0 {
			return d.Table
		}
	}
	return 0
}
