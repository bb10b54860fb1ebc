package worker

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/runtime/block"
)

// fetchItem is a row group to fetch.
type fetchItem struct {
	ref   *state.ObjectRef
	group int             // in the object
	small *block.RowGroup // instead: of small objects, opened; owned
	runs  []addresses     // of its rows, in order
	slice state.SliceID
	dead  deadRows
}

// addresses are those of rows that lie one behind the other in an object.
type addresses struct {
	first int64
	rows  int
}

// list sends the row groups that zone maps and deleted rows do not rule out.
func (s *scanSource) list(items chan<- fetchItem) error {
	for k := range s.scan.Objects {
		i := s.turned(k, len(s.scan.Objects))
		if s.scan.Objects[i].Data != nil {
			continue
		}
		if more, err := s.listObject(i, items); err != nil || !more {
			return err
		}
	}
	return s.listSmall(items)
}

// listObject sends one object's row groups. False: the query has ended.
func (s *scanSource) listObject(i int, items chan<- fetchItem) (bool, error) {
	return s.eachGroup(i, func(it fetchItem, meta *block.RowGroupMeta) (bool, error) {
		if it.dead != nil && !s.live {
			return false, s.blind(it.ref)
		}
		if r := s.groupRuledOut(&it, meta); r >= 0 {
			s.skip(it.slice, r, 1, int64(meta.Rows))
			return true, nil
		}
		if !s.enter() {
			return false, nil
		}
		items <- it
		return true, nil
	})
}

// eachGroup calls f for the row groups of an object that are read here, until it says that there is no need of more.
func (s *scanSource) eachGroup(i int, f func(fetchItem, *block.RowGroupMeta) (bool, error)) (bool, error) {
	o := &s.scan.Objects[i]
	footer, err := s.g.q.ex.cfg.Storage.Cache.Footer(s.g.q.ctx, *o)
	if err != nil {
		return false, err
	}
	dead, err := deletedBits(o, footer)
	if err != nil {
		return false, err
	}
	footer = footer.View(s.scan.Columns)
	starts, first := make([]int64, len(footer.RowGroups)), int64(0)
	for n := range footer.RowGroups {
		starts[n] = first
		first += int64(footer.RowGroups[n].Rows)
	}
	for k := range footer.RowGroups {
		n := s.turned(k, len(footer.RowGroups))
		meta := &footer.RowGroups[n]
		at, rows := starts[n], int64(meta.Rows)
		slice, mine := s.place(o)
		if !mine {
			continue
		}
		it := fetchItem{ref: o, group: n, runs: []addresses{{s.address(i, at), int(rows)}}, slice: slice}
		if dead != nil {
			it.dead = deadIn(dead, at, rows)
		}
		if more, err := f(it, meta); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// turned is the place of number k of n: from the end, if the last values are wanted first, for tables are mostly in
// ascending order.
func (s *scanSource) turned(k, n int) int {
	if s.top >= 0 && s.g.prog.Sink.Top.Desc {
		return n - 1 - k
	}
	return k
}

// blind is the error of a program that would take deleted rows for live ones.
func (s *scanSource) blind(o *state.ObjectRef) error {
	return sqlerr.New(sqlerr.InternalError, "BUG: segment %d reads deleted rows of object %s", s.g.id, o.Name)
}

// place says for which slice a row group of o is read, and whether it is read here. Every node sees the
// row groups of a table that is dealt out in the same order.
func (s *scanSource) place(o *state.ObjectRef) (slice state.SliceID, mine bool) {
	if s.scan.Shares <= 0 {
		return o.Slice, true
	}
	// An ALL table, stored once: dealt out by row groups.
	n := s.dealt
	s.dealt++
	if n%s.scan.Shares != s.scan.Share {
		return 0, false
	}
	slices := s.g.q.slices
	return slices[n/s.scan.Shares%len(slices)], true
}

// address is the address of a row of one of the scan's objects, 0 if none are read.
func (s *scanSource) address(object int, row int64) int64 {
	if !s.rowIDs {
		return 0
	}
	return int64(s.scan.Indexes[object])<<32 | row
}

func (s *scanSource) fetch(it fetchItem) error {
	rg, err := it.small, error(nil)
	if rg == nil {
		if rg, err = s.g.q.ex.cfg.Storage.Cache.RowGroup(s.g.q.ctx, *it.ref, it.group, s.cols, s.scan.Columns); err != nil {
			return err
		}
	}
	if rg, err = s.addMade(rg, &it); err != nil {
		return err
	}
	s.give(rg, it.slice, it.dead)
	return nil
}
