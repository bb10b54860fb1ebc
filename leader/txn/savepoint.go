package txn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Mark is a point of a transaction to which Undo goes back.
type Mark struct {
	base, view *state.Catalog // nil: no snapshot yet
	ops, pre   int
	after      int
	temp       bool
	inline     int64
	savepoints int
	locked     int
}

// point is a named savepoint.
type point struct {
	name string
	mark Mark
}

// Mark remembers the transaction as it is: before a statement.
func (t *Txn) Mark() Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mark()
}

func (t *Txn) mark() Mark {
	return Mark{base: t.base, view: t.view, ops: len(t.ops), pre: len(t.pre), after: len(t.after), temp: t.temp,
		inline: t.inline, savepoints: len(t.points), locked: len(t.locked)}
}

// Undo makes everything since the mark undone but for the snapshot, if one was taken, and
// what SERIALIZABLE knows to have been read. Savepoints made since are gone, and locks are given back.
func (t *Txn) Undo(m Mark) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.undo(m)
	}
}

func (t *Txn) undo(m Mark) {
	switch {
	case m.view != nil && m.base == t.base:
		t.view = m.view
	// a snapshot was taken since (again, if the mark's was let go): it stays, without what was done on it
	case t.view != nil:
		t.view = t.spec.Temp.Over(t.base)
	}
	t.ops, t.pre, t.temp, t.inline = t.ops[:m.ops], t.pre[:m.pre], m.temp, m.inline
	t.after, t.points = t.after[:m.after], t.points[:m.savepoints]
	t.unlock(m.locked)
}

// Savepoint makes a savepoint. A name may stand several times: the last one counts.
func (t *Txn) Savepoint(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.points = append(t.points, point{name, t.mark()})
}

// RollbackTo undoes everything since the savepoint, which stays.
func (t *Txn) RollbackTo(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(name)
	if err != nil {
		return err
	}
	p := t.points[i]
	t.undo(p.mark)
	t.points = append(t.points, p)
	return nil
}

// Release forgets a savepoint and all made after it; what was done stays.
func (t *Txn) Release(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.find(name)
	if err != nil {
		return err
	}
	t.points = t.points[:i]
	return nil
}

func (t *Txn) find(name string) (int, error) {
	for i := len(t.points) - 1; i >= 0; i-- {
		if t.points[i].name == name {
			return i, nil
		}
	}
	return 0, sqlerr.New("3B001", "savepoint \"%s\" does not exist", name)
}
