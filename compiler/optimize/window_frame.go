package optimize

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// frame is the frame's rows: one range, or three where something is excluded, in their order; some may be empty, none
// ends before it begins.
func (f *windowFinisher) frame() []placeRange {
	if f.ranges == nil && f.m.learning {
		for _, b := range []algebra.Bound{f.c.Frame.Start, f.c.Frame.End} {
			if f.c.Frame.Mode == expr.RangeFrame && b.Offset != nil {
				f.m.field(b.Offset)
			}
		}
		x := f.m.unknown(types.TInt8, false)
		f.ranges = []placeRange{{x, x}}
	}
	if f.ranges == nil {
		w := &f.c.Frame
		begin, end := f.place(fn.PartitionBegin), f.place(fn.PartitionEnd)
		from := f.bound(w.Start, false)
		to := f.bound(w.End, true)
		if w.Start.Kind.HasOffset() || w.End.Kind.HasOffset() {
			from = f.least(f.greatest(from, begin), end)
			to = f.greatest(f.least(to, end), from)
		}
		f.ranges = f.exclude(placeRange{f.m.column(from), f.m.column(to)})
	}
	return f.ranges
}

// bound is the place where the frame begins, or ends.
func (f *windowFinisher) bound(b algebra.Bound, isEnd bool) *algebra.Expr {
	w := &f.c.Frame
	switch b.Kind {
	case expr.UnboundedPreceding:
		return f.place(fn.PartitionBegin)
	case expr.UnboundedFollowing:
		return f.place(fn.PartitionEnd)
	case expr.CurrentRow:
		switch {
		case w.Mode == expr.RowsFrame && isEnd:
			return f.add(f.place(fn.RowNumber), 1)
		case w.Mode == expr.RowsFrame:
			return f.place(fn.RowNumber)
		case isEnd:
			return f.place(fn.PeersEnd)
		}
		return f.place(fn.PeersBegin)
	}
	if w.Mode == expr.RangeFrame {
		return f.reach(b, isEnd)
	}
	n := f.least(b.Offset, bigint(farAway))
	op := "add"
	if b.Kind == expr.OffsetPreceding {
		op = "sub"
	}
	if w.Mode == expr.RowsFrame {
		at := f.op(op, f.place(fn.RowNumber), n)
		if isEnd {
			at = f.add(at, 1)
		}
		return at
	}
	keys := len(f.m.n.PartitionBy) + w.Peers
	number := f.op(op, f.m.run(keys)[2].Ref(), n)
	if isEnd {
		number = f.add(number, 1)
	}
	s := &plan.WindowRunAt{Keys: keys, Number: f.m.pipe.expr(number)}
	return f.m.step(fmt.Sprintf("runat %d %d", keys, f.s.p.numbers.Of(number)), s)[0].Ref()
}

// reach is where a bound in the mode RANGE lies: its offset is the value of the order key that it reaches to.
func (f *windowFinisher) reach(b algebra.Bound, isEnd bool) *algebra.Expr {
	m, p := f.m, f.m.pipe
	part := len(m.n.PartitionBy)
	m.prefix(part)
	o := m.n.OrderBy[0]
	s := &plan.WindowReach{Key: part, Behind: isEnd, From: p.expr(f.place(fn.PartitionBegin)),
		To:    p.expr(f.place(fn.PartitionEnd)),
		Order: plan.SortKey{Expr: p.column(m.at(m.field(b.Offset))), Desc: o.Desc, NullsFirst: o.NullsFirst}}
	return m.step(fmt.Sprintf("reach %d %v", f.s.p.numbers.Of(b.Offset), isEnd), s)[0].Ref()
}

// exclude is what is left of a frame.
func (f *windowFinisher) exclude(r placeRange) []placeRange {
	row := f.place(fn.RowNumber)
	begin, end := row, f.add(row, 1)
	switch f.c.Frame.Exclude {
	case expr.ExcludeNothing:
		return []placeRange{r}
	case expr.ExcludeGroup, expr.ExcludeTies:
		begin, end = f.place(fn.PeersBegin), f.place(fn.PeersEnd)
	}
	clamp := func(x *algebra.Expr) *algebra.Expr { return f.m.column(f.least(f.greatest(x, r.from), r.to)) }
	front, back := placeRange{r.from, clamp(begin)}, placeRange{clamp(end), r.to}
	middle := placeRange{front.to, front.to}
	if f.c.Frame.Exclude == expr.ExcludeTies {
		middle = placeRange{clamp(row), clamp(f.add(row, 1))}
	}
	return []placeRange{front, middle, back}
}
