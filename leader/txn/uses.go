package txn

import (
	"maps"
	"slices"
	"time"

	"slipher/catalog/state"
)

// use is how a transaction uses a table: bits.
type use uint8

const (
	reads use = 1 << iota
	writes
	defines // DDL, TRUNCATE
)

// NoteRead says that a statement reads a table. The commit of a SERIALIZABLE transaction that writes
// is refused if another one has changed the table since.
func (t *Txn) NoteRead(table state.TableID) { t.note(table, reads) }

func (t *Txn) note(table state.TableID, u use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.look()
	t.kept, t.unread = true, false
	t.noted(table, u)
}

func (t *Txn) noted(table state.TableID, u use) {
	if t.tables == nil {
		t.tables = map[state.TableID]use{}
	}
	t.tables[table] |= u
}

// uses notes what an operation does to a table.
func (t *Txn) uses(op state.Op) {
	switch state.UseOf(op) {
	case state.Writes:
		t.noted(state.TableOf(op), writes)
	case state.Defines:
		t.noted(state.TableOf(op), defines)
	}
}

// readSet is what must not have changed since the snapshot: what SERIALIZABLE has read, and what is
// locked, whatever the isolation. Nobody but a merge changes a locked table, so that is for a commit
// of this leader's whose outcome was given up as unknown and came later.
func (t *Txn) readSet() []state.Read {
	var out []state.Read
	for _, id := range slices.Sorted(maps.Keys(t.tables)) {
		u, was := t.tables[id], t.base.TableByID(id)
		if was != nil && u&reads != 0 && (t.spec.Serializable || t.has(id) == exclusive) {
			out = append(out, state.Read{Table: id, Content: was.Version.Content})
		}
	}
	return out
}

// Info is an open transaction as catalog relations show it.
type Info struct {
	XID            state.TxnID // 0: none yet
	PID            int32
	User, Database string
	Began          time.Time
	Serializable   bool
	Tables         []TableUse // by id; one that it waits for is the last
}

// TableUse is a table that a transaction uses, or waits for. Mode is the name of the lock that says so.
type TableUse struct {
	Table   state.TableID
	Mode    string
	Waiting bool
}

// mode is the strongest use's name, in svv_transactions' words.
func (u use) mode() string {
	switch {
	case u&defines != 0:
		return "AccessExclusiveLock"
	case u&writes != 0:
		return "ShareRowExclusiveLock"
	}
	return "AccessShareLock"
}

// List is the open transactions that have done something, by XID.
func (m *Manager) List() []Info {
	var out []Info
	for _, t := range m.txns() {
		t.mu.Lock()
		i := Info{PID: t.spec.PID, User: t.spec.User, Database: t.spec.Database, Began: t.began,
			Serializable: t.spec.Serializable}
		modes := map[state.TableID]string{}
		for id, u := range t.tables {
			modes[id] = u.mode()
		}
		for _, k := range t.locked {
			if k.has == exclusive || modes[k.table] == "" || modes[k.table] == reads.mode() {
				modes[k.table] = k.has.mode()
			}
		}
		for _, id := range slices.Sorted(maps.Keys(modes)) {
			i.Tables = append(i.Tables, TableUse{Table: id, Mode: modes[id]})
		}
		t.mu.Unlock()
		if r := m.locks.waitsFor(t); r != nil {
			i.Tables = append(i.Tables, TableUse{Table: r.key.table, Mode: r.want.mode(), Waiting: true})
		}
		m.mu.Lock()
		if e := m.open[t]; e != nil {
			i.XID = e.id
		}
		m.mu.Unlock()
		if i.XID != 0 || len(i.Tables) > 0 {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b Info) int { return int(int64(a.XID) - int64(b.XID)) })
	return out
}
