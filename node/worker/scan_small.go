package worker

import (
	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/state"
	"slipher/node/inline"
)

// listSmall sends the row groups that small objects make together, those of each slice for
// themselves, one behind the other as they stand in the scan.
func (s *scanSource) listSmall(items chan<- fetchItem) error {
	var order []state.SliceID
	bySlice := map[state.SliceID][]int{}
	for i := range s.scan.Objects {
		o := &s.scan.Objects[i]
		if o.Data == nil || o.Rows == 0 {
			continue
		}
		slice := o.Slice
		if s.scan.Shares > 0 { // dealt out by row groups, whatever slice wrote them
			slice = 0
		}
		if bySlice[slice] == nil {
			order = append(order, slice)
		}
		bySlice[slice] = append(bySlice[slice], i)
	}
	for _, slice := range order {
		for left := bySlice[slice]; len(left) > 0; {
			objs := make([]*state.ObjectRef, len(left))
			for i, at := range left {
				objs[i] = &s.scan.Objects[at]
			}
			n := inline.Cut(objs)
			if more, err := s.sendSmall(left[:n], objs[:n], items); err != nil || !more {
				return err
			}
			left = left[n:]
		}
	}
	return nil
}

// sendSmall sends one row group: objs, which are at of the scan's. False: the query has ended.
func (s *scanSource) sendSmall(at []int, objs []*state.ObjectRef, items chan<- fetchItem) (bool, error) {
	slice, mine := s.place(objs[0])
	if !mine {
		return true, nil
	}
	it := fetchItem{slice: slice}
	g, err := s.g.q.ex.cfg.Storage.small.Get(objs) // checks that each has the rows it claims
	if err != nil {
		return false, err
	}
	defer g.Release()
	dead, rows := roaring.New(), int64(0)
	for i, o := range objs {
		it.runs = append(it.runs, addresses{s.address(at[i], 0), int(o.Rows)})
		set, err := deletedRows(o)
		if err != nil {
			return false, err
		}
		if set != nil {
			if !s.live {
				return false, s.blind(o)
			}
			set.Iterate(func(row uint32) bool {
				dead.Add(uint32(rows) + row)
				return true
			})
		}
		rows += o.Rows
	}
	if !dead.IsEmpty() {
		it.dead = deadIn(dead.ToDense(), 0, rows)
	}
	rg, err := g.RowGroup(s.cols, s.scan.Columns)
	if err != nil {
		return false, err
	}
	if r := s.groupRuledOut(&it, rg.Meta()); r >= 0 {
		s.skip(slice, r, 1, rows)
		rg.Release()
		return true, nil
	}
	if !s.enter() {
		rg.Release()
		return false, nil
	}
	it.small = rg
	items <- it
	return true, nil
}
