package optimize

import (
	"fmt"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// result is the expression, over what steps add, that is a call's value.
func (m *windowMaker) result(c *algebra.WindowCall) (*algebra.Expr, error) {
	f := &windowFinisher{finisher: finisher{s: &aggSplit{p: m.e.p}}, m: m, c: c}
	args := make([]fn.Term, len(c.Args))
	for i, a := range c.Args {
		args[i] = a
	}
	var r fn.Term
	var err error
	if c.Agg != nil {
		r, err = c.Agg.Finish(f, args)
	} else {
		r, err = c.Fn.Finish(f, args)
	}
	if err != nil {
		return nil, err
	}
	out, err := m.e.p.cast(term(r), c.Type)
	if err != nil || !f.once || m.learning {
		return out, err
	}
	s := &plan.WindowCarry{New: m.pipe.expr(f.first()), Value: m.pipe.expr(out)}
	return m.step(fmt.Sprintf("carry %d %d", len(m.n.PartitionBy), m.e.p.numbers.Of(out)), s)[0].Ref(), nil
}

// windowFinisher makes the result of one call: fn.WindowFinisher.
type windowFinisher struct {
	finisher
	m      *windowMaker
	c      *algebra.WindowCall
	ranges []placeRange // of the frame, once they are known
	once   bool         // the result is made in the first row of a partition alone, for all of it
}

// first is true in the first row of a partition.
func (f *windowFinisher) first() *algebra.Expr {
	return f.s.p.call("eq", types.TBool, f.place(fn.RowNumber), f.place(fn.PartitionBegin))
}

// placeRange is rows of a frame that lie together.
type placeRange struct{ from, to *algebra.Expr }

// run are the columns of the run by the first keys of the order.
func (m *windowMaker) run(keys int) []algebra.Column {
	part := len(m.n.PartitionBy)
	s := &plan.WindowRun{Keys: keys, Within: -1}
	if keys > part {
		s.Within = m.pipe.place(m.run(part)[0].ID)
	}
	m.prefix(keys)
	return m.step(fmt.Sprintf("run %d", keys), s)
}

func (f *windowFinisher) Place(p fn.Place) fn.Term { return f.place(p) }

func (f *windowFinisher) place(p fn.Place) *algebra.Expr {
	m := f.m
	if m.learning {
		return m.unknown(types.TInt8, false)
	}
	part := len(m.n.PartitionBy)
	peers := part + f.c.Frame.Peers
	switch p {
	case fn.PartitionBegin:
		return m.run(part)[0].Ref()
	case fn.PartitionEnd:
		return m.run(part)[1].Ref()
	case fn.PeersBegin:
		return m.run(peers)[0].Ref()
	case fn.PeersEnd:
		return m.run(peers)[1].Ref()
	case fn.PeersNumber:
		if peers == part {
			return bigint(0)
		}
		return m.run(peers)[3].Ref()
	}
	return m.step("row", &plan.WindowRow{})[0].Ref()
}

func bigint(n int64) *algebra.Expr { return algebra.Number(types.TInt8, n) }

func (f *windowFinisher) op(name string, x, y *algebra.Expr) *algebra.Expr {
	return f.s.p.call(name, types.TInt8, x, y)
}

func (f *windowFinisher) less(x, y *algebra.Expr) *algebra.Expr {
	return f.s.p.call("lt", types.TBool, x, y)
}

func (f *windowFinisher) add(x *algebra.Expr, n int64) *algebra.Expr {
	return f.op("add", x, bigint(n))
}

func (f *windowFinisher) least(x, y *algebra.Expr) *algebra.Expr { return f.extreme("least", x, y) }

func (f *windowFinisher) greatest(x, y *algebra.Expr) *algebra.Expr {
	return f.extreme("greatest", x, y)
}

// extreme is NULL only where both are: a count of rows between such places is never.
func (f *windowFinisher) extreme(name string, x, y *algebra.Expr) *algebra.Expr {
	e := f.op(name, x, y)
	e.Nullable = x.Nullable && y.Nullable
	return e
}

func (f *windowFinisher) Known(x fn.Term) fn.Term {
	return expr.TestNotNull(term(x))
}

// constant reports whether x is the same for all rows: its own value at any place.
func constant(x *algebra.Expr) bool { return !x.HasColumn() && !x.Volatile() }

func (f *windowFinisher) At(x, place fn.Term) fn.Term {
	v, at := term(x), term(place)
	if constant(v) {
		if !at.Nullable {
			return v
		}
		return expr.Choose(f.Known(at).(*algebra.Expr), v, algebra.Null(v.Type))
	}
	c := f.m.field(v)
	if f.m.reads(at); f.m.learning {
		return f.m.unknown(v.Type, v.Nullable || at.Nullable)
	}
	field := f.m.at(c)
	s := &plan.WindowAt{Field: field, Place: f.m.pipe.expr(at)}
	got := f.m.step(fmt.Sprintf("at %d %d", field, f.s.p.numbers.Of(at)), s)[0]
	got.Type = v.Type
	return got.Ref()
}

// rank is how many rows in front of a place have a value x; all rows, if it is never NULL.
func (f *windowFinisher) rank(x, place *algebra.Expr) *algebra.Expr {
	switch {
	case x.IsNullConst():
		return bigint(0)
	case !x.Nullable:
		return place
	case constant(x):
		return expr.Choose(f.Known(x).(*algebra.Expr), place, bigint(0))
	}
	c := f.m.field(x)
	if f.m.reads(place); f.m.learning || !c.Nullable {
		return place
	}
	field := f.m.at(c)
	s := &plan.WindowRank{Field: field, Place: f.m.pipe.expr(place)}
	return f.m.step(fmt.Sprintf("rank %d %d", field, f.s.p.numbers.Of(place)), s)[0].Ref()
}

// ranked is the place, between two others, of the row that has a value x and so many such in front of it.
func (f *windowFinisher) ranked(x, n, from, to *algebra.Expr) *algebra.Expr {
	switch {
	case x.IsNullConst():
		return algebra.Null(types.TInt8)
	case !x.Nullable:
		return f.within(n, from, to)
	case constant(x):
		return expr.Choose(f.Known(x).(*algebra.Expr), f.within(n, from, to), algebra.Null(types.TInt8))
	}
	c := f.m.field(x)
	if f.m.reads(n); f.m.learning || !c.Nullable {
		return f.within(n, from, to)
	}
	field, p, num := f.m.at(c), f.m.pipe, f.s.p.numbers.Of
	s := &plan.WindowCounted{Field: field, Rank: p.expr(n), From: p.expr(from), To: p.expr(to)}
	return f.m.step(fmt.Sprintf("ranked %d %d %d %d", field, num(n), num(from), num(to)), s)[0].Ref()
}

// within is a place if it lies between two others, else NULL.
func (f *windowFinisher) within(at, from, to *algebra.Expr) *algebra.Expr {
	inside := expr.AllOf([]*algebra.Expr{f.s.p.call("ge", types.TBool, at, from), f.less(at, to)})
	return expr.Choose(inside, at, algebra.Null(types.TInt8))
}

func (f *windowFinisher) Neighbour(x, by fn.Term) fn.Term {
	row, n := f.place(fn.RowNumber), term(by)
	begin, end := f.place(fn.PartitionBegin), f.place(fn.PartitionEnd)
	if n.Kind != expr.Constant {
		// What is farther away than any row is not added: it would overflow.
		n = f.greatest(f.least(n, bigint(farAway)), bigint(-farAway))
	}
	v := term(x)
	behind := func() *algebra.Expr {
		return f.ranked(v, f.add(f.op("add", f.rank(v, f.add(row, 1)), n), -1), begin, end)
	}
	before := func() *algebra.Expr { return f.ranked(v, f.op("add", f.rank(v, row), n), begin, end) }
	var at *algebra.Expr
	switch zero := bigint(0); {
	case !f.c.IgnoreNulls:
		at = f.within(f.op("add", row, n), begin, end)
	case n.Kind == expr.Constant && n.Const.Lo < 0:
		at = before()
	case n.Kind == expr.Constant:
		at = behind()
	default:
		at = expr.Choose(f.less(zero, n), behind(), expr.Choose(f.less(n, zero), before(), row))
	}
	if known := term(by); known.Nullable {
		at = expr.Choose(f.Known(known).(*algebra.Expr), at, algebra.Null(types.TInt8))
	}
	return at
}

// farAway is more rows than there are.
const farAway = 1 << 48

func (f *windowFinisher) Accumulate(name string, x fn.Term) fn.Term {
	a := f.s.p.env.Fn.Accumulator(name)
	if a.In == nil {
		return f.count(x)
	}
	c := f.m.field(term(x))
	if f.m.learning {
		f.frame()
		return f.m.unknown(a.Type(c.Type), !a.NeverNull)
	}
	field := f.m.at(c)
	s := &plan.WindowFold{Fn: a, Field: field, Way: f.way(a)}
	what := fmt.Sprintf("fold %s %d %d", name, field, s.Way)
	for _, r := range f.frame() {
		s.Ranges = append(s.Ranges, plan.PlaceRange{From: f.m.pipe.expr(r.from), To: f.m.pipe.expr(r.to)})
		what += fmt.Sprintf(" %d-%d", f.s.p.numbers.Of(r.from), f.s.p.numbers.Of(r.to))
	}
	state := f.m.step(what, s)[0].Ref()
	if f.c.Frame.Whole() && state.Type.Phys() == types.Str && !a.Keeps {
		// What is made of a state of all rows takes as long as making it.
		f.once = true
		return expr.Choose(f.first(), state, algebra.Null(state.Type))
	}
	return state
}

// way is the cheapest one for the frame.
func (f *windowFinisher) way(a *fn.Accumulator) plan.FrameWay {
	w := &f.c.Frame
	switch {
	case w.Exclude != expr.ExcludeNothing:
		return plan.FrameAny
	case w.Start.Kind == expr.UnboundedPreceding:
		return plan.FrameGrows
	case a.Undo != nil:
		return plan.FrameMoves
	}
	return plan.FrameAny
}

func (f *windowFinisher) Count(x fn.Term) fn.Term { return f.count(x) }

// count is how many rows of the frame have a value x, or how many it has (nil).
func (f *windowFinisher) count(x fn.Term) *algebra.Expr {
	var sum *algebra.Expr
	for _, r := range f.frame() {
		n := f.rows(x, r)
		if sum == nil {
			sum = n
		} else {
			sum = f.op("add", sum, n)
		}
	}
	return sum
}

// counted is what rows of the frame must have to count for Nth: nil for all rows.
func (f *windowFinisher) counted(x fn.Term) fn.Term {
	if !f.c.IgnoreNulls {
		return nil
	}
	return x
}

func (f *windowFinisher) FrameRows(x fn.Term) fn.Term { return f.count(f.counted(x)) }

func (f *windowFinisher) Nth(x, n fn.Term) fn.Term {
	var at *algebra.Expr
	left := f.add(term(n), -1) // rows of the frame in front of it
	ranges := f.frame()
	for i := len(ranges) - 1; i >= 0; i-- {
		skipped := left
		for _, r := range ranges[:i] {
			skipped = f.op("sub", skipped, f.rows(f.counted(x), r))
		}
		r := ranges[i]
		var here *algebra.Expr
		if f.c.IgnoreNulls {
			here = f.ranked(term(x), f.op("add", f.rank(term(x), r.from), skipped), r.from, r.to)
		} else {
			here = f.within(f.op("add", r.from, skipped), r.from, r.to)
		}
		if at == nil {
			at = here
		} else {
			at = expr.Choose(f.less(skipped, f.rows(f.counted(x), r)), here, at)
		}
	}
	return at
}

// rows is how many rows of a range have a value x, or how many it has (nil).
func (f *windowFinisher) rows(x fn.Term, r placeRange) *algebra.Expr {
	if x == nil {
		return f.op("sub", r.to, r.from)
	}
	return f.op("sub", f.rank(term(x), r.to), f.rank(term(x), r.from))
}
