package exec

import "slipher/runtime/program"

// keptPart is the part of a table that remembers rows, of the instance's slice. It outlives the instance: there is one
// at a time for a slice.
func (q *Query) keptPart(in *Instance, s program.TableSlot) (*Part, error) {
	key := [2]int{s.Table, in.slice}
	q.mu.Lock()
	p := q.kept[key]
	q.mu.Unlock()
	if p != nil {
		return p, nil
	}
	tab, err := in.newTable(s)
	if err != nil {
		return nil, err
	}
	p = &Part{tab: tab, shape: s.Shape, seg: in.seg, slice: in.slice, table: s.Table}
	q.mu.Lock()
	q.kept[key] = p
	q.mu.Unlock()
	return p, nil
}

// Turn ends a turn of a loop, all of whose instances have finished: the rows of next become those of work, whose own
// are freed, as are those of the tables fresh, and the segments can run again. It gives the number of work's rows.
func (q *Query) Turn(work, next int, fresh, segs []int) (rows int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range append([]int{work}, fresh...) {
		q.table(id).free()
		q.tables[id] = nil
	}
	q.tables[work], q.tables[next] = q.table(next), nil
	for _, p := range q.tables[work].parts {
		rows += p.rows
	}
	for _, s := range segs {
		delete(q.enough, s)
	}
	return rows
}

func (t *queryTable) free() {
	for _, p := range t.parts {
		p.free()
	}
	if t.join != nil {
		t.join.Free()
	}
}
