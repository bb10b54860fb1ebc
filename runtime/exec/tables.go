package exec

import (
	"slipher/runtime/kernels/table"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// queryTable is a table of the query on this node.
type queryTable struct {
	parts []*Part
	join  *table.Join
}

// Part is what one instance put into a table.
type Part struct {
	tab   *table.Table
	join  *table.Join // instead of tab: entries from on, rows of them, of a sealed join table
	from  int
	shape program.TableShape
	seg   int          // the segment that fills it
	slice int          // of the instance that did, -1: none in particular
	table int          // of a part that is kept: its table
	order offheap.View // the addresses of a sort's entries
	rows  int
}

// Rows is the number of entries.
func (p *Part) Rows() int { return p.rows }

// From says which segment has filled it, and for which slice (-1: for none in particular).
func (p *Part) From() (seg, slice int) { return p.seg, p.slice }

// SealTable ends the filling of a table: a join table's parts are assembled
// into one directory. A table nobody filled is sealed empty.
func (q *Query) SealTable(id int) error {
	q.mu.Lock()
	t := q.table(id)
	done, parts := t.join != nil, t.parts
	q.mu.Unlock() // assembling takes a while, and Cancel must not wait for it
	slot := q.slotOf(id)
	if slot == nil || slot.Shape.Kind != program.SinkHash || done {
		return nil
	}
	tabs := make([]*table.Table, len(parts))
	acct := q.acct // of a table that nobody fills
	for i, p := range parts {
		tabs[i] = p.tab
		acct = q.accts[p.seg]
	}
	join, err := table.Seal(acct, tabs, slot.Shape.EntrySize, slot.Shape.Strings())
	q.mu.Lock()
	defer q.mu.Unlock()
	t.join = join
	if err != nil && q.canceled.Load() { // it was given up, not out of memory
		return canceled()
	}
	return err
}

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

// Parts are the parts of a table whose instances have finished; of a sealed join table stretches of its entries, about
// as many as parts filled it, and at least one: somebody has to say that there are no rows.
func (q *Query) Parts(id int) []*Part {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.table(id)
	if t.join == nil {
		return append([]*Part(nil), t.parts...)
	}
	var out []*Part
	n := t.join.Count()
	each := max(n/max(len(t.parts), 1)+1, 1024)
	for from := 0; from < n || len(out) == 0; from += each {
		out = append(out, &Part{join: t.join, from: from, rows: min(each, n-from), shape: q.slotOf(id).Shape, slice: -1})
	}
	return out
}

func (p *Part) free() {
	if !p.order.Nowhere() {
		p.tab.FreeOrder(p.order)
		p.order = offheap.View{}
	}
	p.tab.Free()
}
