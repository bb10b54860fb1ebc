package optimize

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// A grouping above a join may be made in part below it: rows of one table that agree in all that is read of them above
// are one row with accumulators and a number of rows.
//
//	aggregate(b.g, sum(t.x), sum(b.y))(join(t.k = b.k)(t, b))
//	  →  aggregate(b.g, sum(x), sum(b.y * n))(join(k = b.k)(aggregate(t.k, sum(t.x) as x, count(*) as n)(t), b))
//
// That is right whatever the join does with rows: it finds the same for all rows of such a group, as often as the other
// side has them. No key need be unique. Accumulators of the table's columns are put together above, as partial ones
// are; those of other columns count each row as often as the group has rows (Yan and Larson, "Eager Aggregation and
// Lazy Aggregation", VLDB 1995; Eich, Fender and Moerkotte, "Efficient generation of query plans containing group-by,
// join, and groupjoin", VLDB Journal 2018). It is done where the whole plan costs much less: where the groups are few,
// the joins many, or their matches.
const (
	// eagerRows is how many rows a table must have that is grouped below, eagerGroups how many of them a group.
	eagerRows, eagerGroups = 50_000, 10
	// eagerCost is how much of the costs a plan with a grouping below must have at most: groups that do not fit caches
	// cost more than the model says.
	eagerCost = 0.7
)

// eager is the grouping n with a part of it below a join, if that is better than plain, the whole of it above.
func (p *planner) eager(n *algebra.Aggregate, plain *aggrOp) (physical, error) {
	if p.env.Joins != OrderByCost || p.inStep > 0 || p.leader || n.SetOp != "" {
		return nil, nil
	}
	var best *partial
	for _, leaf := range preserved(n.In, nil) {
		b, err := p.partial(n, leaf, plain)
		if err != nil {
			return nil, err
		}
		if b != nil && (best == nil || b.rows-b.groups > best.rows-best.groups) {
			best = b
		}
	}
	if best == nil {
		return nil, nil
	}
	above := best.above()
	in, err := p.node(above.In)
	if err != nil {
		return nil, err
	}
	a := p.aggregateOf(above, in)
	if a.cost >= eagerCost*plain.cost {
		return nil, nil
	}
	for i, c := range n.Aggs { // EXPLAIN shows what was written
		p.calls[n.Cols[len(n.Keys)+i].ID] = c
	}
	return a, nil
}

// preserved are the tables below n, filtered or not, of which a join above keeps, drops or repeats all rows alike that
// agree in the columns that the joins read.
func preserved(n algebra.Node, out []algebra.Node) []algebra.Node {
	switch x := n.(type) {
	case *algebra.Join:
		if x.Kind != algebra.Full { // rows of the other side that match none would count as none
			out = preserved(x.Left, out)
		}
		if x.Kind == algebra.Inner {
			out = preserved(x.Right, out)
		}
	case *algebra.Select:
		if scan, ok := x.In.(*algebra.Scan); ok && scan.Table != nil {
			return append(out, n)
		}
		out = preserved(x.In, out)
	case *algebra.Scan:
		if x.Table != nil {
			return append(out, n)
		}
	}
	return out
}

// partial is a grouping of a table below a join.
type partial struct {
	p            *planner
	whole        *algebra.Aggregate
	leaf         algebra.Node
	own          algebra.IDs // leaf's columns
	keys         []algebra.Column
	rows, groups float64

	below *algebra.Aggregate
	to    map[algebra.ColumnID]*algebra.Expr // columns of leaf that are read above, by those of below
	at    map[accumKey]*algebra.Expr         // accumulators of below
	reads []*algebra.Expr                    // what calls above read
	count *algebra.Expr                      // how many rows a group has
	fail  bool
}

// partial is the grouping of leaf below; nil if it cannot be, would not make much less of it, or costs too much
// already.
func (p *planner) partial(n *algebra.Aggregate, leaf algebra.Node, plain *aggrOp) (*partial, error) {
	if leaf == n.In {
		return nil, nil
	}
	b := &partial{p: p, whole: n, leaf: leaf, own: algebra.IDsOf(leaf.Columns()),
		to: map[algebra.ColumnID]*algebra.Expr{}, at: map[accumKey]*algebra.Expr{}}
	if !b.readAbove() {
		return nil, nil
	}
	in, err := p.node(leaf)
	if err != nil {
		return nil, err
	}
	in = p.dealOut(in)
	b.rows = in.out().rows
	if b.rows < eagerRows {
		return nil, nil
	}
	b.groups = p.groups(algebra.Refs(b.keys), in.out())
	if b.groups*eagerGroups > b.rows || in.out().cost+b.rows*costGroup >= eagerCost*plain.cost {
		return nil, nil
	}
	b.begin()
	for _, c := range n.Aggs {
		if c.Distinct && !c.Fn.IgnoresDuplicates {
			return nil, nil
		}
		args := make([]fn.Term, len(c.Args))
		for i, a := range c.Args {
			args[i] = a
		}
		f := &splitFinisher{finisher: &finisher{s: &aggSplit{p: p, grouped: true}}, accumulate: b.note}
		if _, err := c.Fn.Finish(f, args); err != nil || b.fail {
			return nil, nil
		}
	}
	return b, nil
}

// readAbove finds the columns of leaf that are read above it: its keys. False: rows that agree in them need not be
// alike to what is above, because values that are equal may look different there, or it is another thing each time.
func (b *partial) readAbove() bool {
	read, exact, volatile := algebra.IDs{}, algebra.IDs{}, false
	note := func(e *algebra.Expr) {
		read.AddExpr(e)
		volatile = volatile || e.Volatile()
		exactly(e, exact)
	}
	var walk func(n algebra.Node)
	walk = func(n algebra.Node) {
		if n == b.leaf {
			return
		}
		n.EachExpr(note)
		for _, in := range n.Inputs() {
			walk(in)
		}
	}
	walk(b.whole.In)
	for _, k := range b.whole.Keys {
		if k.Kind == expr.Column { // which of the equal values is shown nobody says
			read.AddExpr(k)
		} else {
			note(k)
		}
	}
	for _, c := range b.leaf.Columns() {
		if !read[c.ID] {
			continue
		}
		if exact[c.ID] && (c.Type.IsString() || c.Type.Phys().IsFloat()) {
			return false
		}
		b.keys = append(b.keys, c)
	}
	return !volatile && len(b.keys) > 0
}

// exactly notes columns of which e does more than to compare them.
func exactly(e *algebra.Expr, ids algebra.IDs) {
	if e.Kind == expr.Column {
		ids[e.Col] = true
	}
	for _, a := range e.Args {
		if a.Kind != expr.Column || e.Compares() == fn.NoComparison {
			exactly(a, ids)
		}
	}
}

// begin makes the grouping below.
func (b *partial) begin() {
	b.below = &algebra.Aggregate{In: b.leaf}
	for _, k := range b.keys {
		c := algebra.Column{ID: b.p.st.Fresh(), Name: k.Name, Type: k.Type, Nullable: k.Nullable}
		b.below.Keys, b.below.Cols = append(b.below.Keys, k.Ref()), append(b.below.Cols, c)
		b.to[k.ID] = c.Ref()
	}
}

// accumulator is the state of an accumulator of below.
func (b *partial) accumulator(name string, x *algebra.Expr) *algebra.Expr {
	f := b.p.env.Fn.Accumulator(name)
	key := accumKey{fn: f}
	call := algebra.AggCall{Fn: &fn.Aggregate{Name: name, NeverNull: f.NeverNull,
		Finish: func(f fn.Finisher, args []fn.Term) (fn.Term, error) {
			if len(args) == 0 {
				return f.Accumulate(name, nil), nil
			}
			return f.Accumulate(name, args[0]), nil
		}}}
	if x != nil {
		key.arg = b.p.numbers.Of(x)
		call.Args = []*algebra.Expr{x}
	}
	if b.at[key] == nil {
		out := accColumn(f, x, true)
		call.Type = out.Type
		c := algebra.Column{ID: b.p.st.Fresh(), Name: out.Name, Type: out.Type, Nullable: out.Nullable}
		b.below.Aggs, b.below.Cols = append(b.below.Aggs, call), append(b.below.Cols, c)
		b.at[key] = c.Ref()
		b.reads = append(b.reads, c.Ref())
	}
	return b.at[key]
}

// note sees that an aggregate of the whole wants an accumulator.
func (b *partial) note(_ *finisher, name string, x *algebra.Expr) *algebra.Expr {
	f := b.p.env.Fn.Accumulator(name)
	t := types.TUnknown
	inside := x != nil && x.HasColumn() && b.own.Covers(x)
	if x != nil {
		t = x.Type
		b.fail = b.fail || x.Volatile() || !inside && b.own.Meets(x)
	}
	sum := name == "sum" && t.Phys() != types.I128 // what is wider may be out of range for rows that the join drops
	switch {
	case x == nil && name == "count":
		b.accumulator(name, nil)
	case inside:
		heavy := f.In != nil && f.State(t.Phys()) == types.Str && !f.Keeps
		if heavy || f.MayFail && !sum || x.MayFail() {
			b.fail = true
			break
		}
		b.accumulator(name, x)
	case name == "count" || sum || f.Keeps: // of other columns
		b.count, b.reads = b.accumulator("count", nil), append(b.reads, x)
	default:
		b.fail = true
	}
	return expr.Null[algebra.ColumnID](f.Type(t))
}

// made is what note's accumulator is above: made of those below, or with rows that count as often as the group has
// them.
func (b *partial) made(f *finisher, name string, x *algebra.Expr) *algebra.Expr {
	p := b.p
	key := accumKey{fn: p.env.Fn.Accumulator(name)}
	if x != nil {
		key.arg = p.numbers.Of(x)
	}
	if below := b.at[key]; below != nil {
		return term(f.Accumulate(p.env.Fn.Merged(key.fn).Name, below))
	}
	switch name {
	case "count":
		some := expr.TestNotNull(x)
		return term(f.Accumulate("sumn", expr.Choose(some, b.count, algebra.Number(types.TInt8, 0))))
	case "sum":
		t := key.fn.Type(x.Type)
		if x.Type.IsInteger() {
			var err error
			if x, err = p.cast(x, types.TInt8); err != nil {
				panic("BUG: an integer is no BIGINT: " + err.Error())
			}
		}
		return term(f.Accumulate("sum", p.call("mul_nc", t, x, b.count)))
	}
	return term(f.Accumulate(name, x))
}

// above is the whole over the join of what is grouped below.
func (b *partial) above() *algebra.Aggregate {
	out := *b.whole
	out.In = b.replaced(b.whole.In)
	out.Keys = make([]*algebra.Expr, len(b.whole.Keys))
	for i, k := range b.whole.Keys {
		out.Keys[i] = k.Substitute(b.to)
	}
	out.Aggs = slices.Clone(b.whole.Aggs)
	for i, c := range b.whole.Aggs {
		args := make([]fn.Term, len(c.Args))
		for i, a := range c.Args {
			args[i] = a
		}
		own := *c.Fn
		own.Finish = func(f fn.Finisher, _ []fn.Term) (fn.Term, error) {
			return c.Fn.Finish(&splitFinisher{finisher: f.(*finisher), accumulate: b.made}, args)
		}
		out.Aggs[i].Fn = &own
		out.Aggs[i].Args = b.reads
	}
	return &out
}

func (b *partial) replaced(n algebra.Node) algebra.Node {
	if n == b.leaf {
		return b.below
	}
	n = algebra.MapInputs(n, b.replaced)
	return n.MapExprs(func(e *algebra.Expr) *algebra.Expr { return e.Substitute(b.to) })
}

// splitFinisher is a finisher whose accumulators are others.
type splitFinisher struct {
	*finisher
	accumulate func(f *finisher, name string, x *algebra.Expr) *algebra.Expr
}

func (f *splitFinisher) Accumulate(name string, x fn.Term) fn.Term {
	if x == nil {
		return f.accumulate(f.finisher, name, nil)
	}
	return f.accumulate(f.finisher, name, term(x))
}

func (f *splitFinisher) Count(x fn.Term) fn.Term {
	if !term(x).Nullable {
		x = nil
	}
	return f.Accumulate("count", x)
}
