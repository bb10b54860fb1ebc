package exec

import (
	"unsafe"

	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// queryTable is a table of the query on this node.
type queryTable struct {
	parts []*Part
	join  *table.Join
	bytes int64 // accounted for join
}

// Part is what one instance put into a table.
type Part struct {
	tab   *table.Table
	shape program.TableShape
	acct  *mem.Account
	bytes int64 // accounted
	order unsafe.Pointer
	rows  int
}

// Rows is the number of entries.
func (p *Part) Rows() int { return p.rows }

// SealTable ends the filling of a table: a join table's parts are assembled
// into one directory. A table nobody filled is sealed empty.
func (q *Query) SealTable(id int) error {
	q.mu.Lock()
	t := q.table(id)
	done, parts := t.join != nil, t.parts
	q.mu.Unlock() // assembling takes a while, and Cancel must not wait for it
	slot := q.slotOf(id)
	if slot == nil || slot.Shape.Kind != sinkHash || done {
		return nil
	}
	tabs := make([]*table.Table, len(parts))
	var rows int64
	for i, p := range parts {
		tabs[i] = p.tab
		rows += int64(p.tab.Count())
	}
	need := rows*int64(slot.Shape.EntrySize) + 16*rows + 128
	if err := q.acct.Reserve(need); err != nil {
		return err
	}
	join := table.Seal(tabs, slot.Shape.EntrySize)
	q.mu.Lock()
	defer q.mu.Unlock()
	t.join, t.bytes = join, need
	switch {
	case join != nil:
		return nil
	case q.canceled.Load():
		return canceled()
	}
	return outOfMemory()
}

func outOfMemory() error { return sqlerr.New(sqlerr.OutOfMemory, "out of memory") }

// slotOf finds a table's shape in the programs.
func (q *Query) slotOf(id int) *program.TableSlot {
	for _, vs := range q.segs {
		for i := range vs[1].seg.Tables {
			if s := &vs[1].seg.Tables[i]; s.Table == id {
				return s
			}
		}
	}
	return nil
}

// table is guarded by mu.
func (q *Query) table(id int) *queryTable {
	t := q.tables[id]
	if t == nil {
		t = &queryTable{}
		q.tables[id] = t
	}
	return t
}

// Parts are the parts of a table whose instances have finished.
func (q *Query) Parts(id int) []*Part {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]*Part(nil), q.table(id).parts...)
}

func (p *Part) free() {
	if p.order != nil {
		table.FreeOrder(p.order)
		p.order = nil
	}
	p.tab.Free()
	p.acct.Release(p.bytes)
	p.bytes = 0
}

// account brings the part's account up to what its table uses.
func (p *Part) account() error {
	n := p.tab.Bytes()
	if p.order != nil {
		n += int64(p.tab.Count()) * 16 // the sorter's items, which became the order
	}
	if d := n - p.bytes; d != 0 {
		if err := p.acct.Reserve(d); err != nil {
			return err
		}
		p.bytes = n
	}
	return nil
}
