package optimize

import (
	"math"
	"sort"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
)

// How computed values lie: sums, counts, means and extremes of groups, places in partitions, arithmetic. What
// operations make of their operands' spread stands in their rows (fn.Spread); here are the operands.

// spread is how the values of e lie, in rows of scan of which the sample has those of holds (all, if nil).
func (p *planner) spread(e *algebra.Expr, among sampleRows) (fn.Spread, bool) {
	for e.Kind == expr.Call && e.Op.Cast && !e.Args[0].Type.IsString() { // the number stays about the same
		e = e.Args[0]
	}
	if e.Type.IsString() {
		return fn.Spread{}, false
	}
	if v, ok := e.Literal(p.st.Params); ok {
		return fn.Exactly(stats.Number(e.Type, v)), !v.Null
	}
	switch e.Kind {
	case expr.Column:
		return p.columnSpread(e, among)
	case expr.Call:
		if e.Op.Spread == nil || len(e.Args) < 2 { // behind the operands may be scales
			break
		}
		a, ok := p.spread(e.Args[0], among)
		if !ok {
			break
		}
		b, ok := p.spread(e.Args[1], among)
		if !ok {
			break
		}
		out := e.Op.Spread(a, b)
		return out, sound(out)
	}
	return fn.Spread{}, false
}

func sound(s fn.Spread) bool {
	return !math.IsNaN(s.Mean+s.Variance) && !math.IsInf(s.Mean, 0) && !math.IsInf(s.Variance, 0)
}

// sampleRows are rows of a table's sample, a bit each; nil: all of any table.
type sampleRows struct {
	of    *sampled
	holds []uint64
}

func (p *planner) columnSpread(e *algebra.Expr, among sampleRows) (fn.Spread, bool) {
	ci := p.info[e.Col]
	if ci == nil {
		return fn.Spread{}, false
	}
	if ci.spread != nil {
		return ci.spread.get()
	}
	if o, ok := p.origins[e.Col]; ok && p.hasSample(o) {
		return p.sampleSpread(o, ci, among)
	}
	if of := p.defs[e.Col]; of != nil {
		p.noteSpread(of)
		return p.spread(of, among)
	}
	return fn.Spread{}, false
}

// sampleSpread is how a column's values lie in a sample. Its histogram knows better which share is below some number,
// if no rows are left out.
func (p *planner) sampleSpread(o origin, ci *colInfo, among sampleRows) (s fn.Spread, ok bool) {
	values, err := p.sampleValues(o.scan, o.no)
	if err != nil {
		return s, false
	}
	chosen := among.of == o.scan && among.holds != nil
	var xs []float64
	for i, v := range values {
		if !v.Null && (!chosen || among.holds[i/64]>>(i%64)&1 != 0) {
			xs = append(xs, stats.Number(ci.col.Type, v))
		}
	}
	if len(xs) < fewest {
		return s, false
	}
	for _, x := range xs {
		s.Mean += x / float64(len(xs))
	}
	for _, x := range xs {
		s.Variance += (x - s.Mean) * (x - s.Mean) / float64(len(xs))
	}
	sort.Float64s(xs)
	s.Below = func(x float64) float64 { return float64(sort.SearchFloat64s(xs, x)) / float64(len(xs)) }
	return s, sound(s)
}

// fewest is how many rows of a sample tell how values lie.
const fewest = 10

// rowsOf are the rows of a sample that are in's: those of a scan, under conditions, some columns computed.
func (p *planner) rowsOf(in physical) sampleRows {
	for {
		pr, ok := in.(*projectOp)
		if !ok {
			break
		}
		in = pr.in
	}
	preds := conditions(in)
	if len(preds) == 0 {
		return sampleRows{}
	}
	for _, e := range preds {
		if s := p.sampleOf(e); s != nil {
			return sampleRows{s, p.fulfilled(preds)}
		}
	}
	return sampleRows{}
}

// spreading is a spread that is made when somebody asks for it.
type spreading struct {
	make func() (fn.Spread, bool) // nil: it was made, or will not be
	s    fn.Spread
	ok   bool
}

func (l *spreading) get() (fn.Spread, bool) {
	if f := l.make; f != nil {
		l.make = nil
		l.s, l.ok = f()
	}
	return l.s, l.ok
}

// describeCall says of the column of an aggregate over groups of in's rows how its values lie, and how many there are.
func (p *planner) describeCall(c algebra.Column, call algebra.AggCall, in physical, groups float64) {
	if call.Fn.Spread == nil || call.Distinct {
		return
	}
	ci := p.info[c.ID]
	rows := in.out().rows / math.Max(1, groups)
	ci.spread = p.callSpread(call.Fn, call.Args, in, rows)
	ci.distinct = groups
	if call.Fn.IgnoresDuplicates && len(call.Args) == 1 { // an extreme is one of the values
		ci.distinct = math.Min(groups, p.exprDistinct(call.Args[0], groups))
	} else if call.Fn.NeverNull {
		ci.distinct = math.Min(groups, 1+4*math.Sqrt(rows))
	} else if c.Type.IsInteger() && groups > 1 {
		if s, ok := ci.spread.get(); ok { // of whole numbers there are as many as lie close
			ci.distinct = math.Min(groups, 1+4*math.Sqrt(s.Variance))
		}
	}
}

func (p *planner) callSpread(f *fn.Aggregate, args []*algebra.Expr, in physical,
	rows float64) *spreading {
	return &spreading{make: func() (fn.Spread, bool) {
		var x fn.Spread
		if len(args) > 0 {
			var ok bool
			x, ok = p.spread(args[0], p.rowsOf(in))
			p.noteSpread(args[0])
			if !ok && !f.NeverNull || f.NeverNull && args[0].Nullable { // a count looks only whether there are values
				return x, false
			}
		}
		out := f.Spread(x, math.Max(1, rows))
		return out, sound(out)
	}}
}

// describeWindow says of a window function's column how its values lie over partitions of in's rows.
func (p *planner) describeWindow(c algebra.Column, call *algebra.WindowCall, n *algebra.Window, in physical) {
	q := in.out()
	parts := 1.0
	if len(n.PartitionBy) > 0 {
		parts = p.groups(n.PartitionBy, q)
	}
	rows := math.Max(1, q.rows/parts)
	ci := p.info[c.ID]
	switch {
	case call.Agg != nil && call.Agg.Spread != nil && len(n.OrderBy) == 0:
		ci.spread = p.callSpread(call.Agg, call.Args, in, rows)
		ci.distinct = parts
	case call.Fn != nil && call.Fn.Spread != nil:
		ci.spread = &spreading{make: func() (fn.Spread, bool) { return call.Fn.Spread(rows), true }}
		ci.distinct = rows
	}
}

// spreadsCompared is the share of rows in which one side of a comparison is less, or greater, than the other, if it is
// known how both lie: of the side that is spread wider, the share on one side of the other's mean.
func (p *planner) spreadsCompared(e *algebra.Expr) (float64, bool) {
	op := e.Compares()
	if !op.Range() {
		return 0, false
	}
	a, ok := p.spread(e.Args[0], sampleRows{})
	if !ok {
		return 0, false
	}
	b, ok := p.spread(e.Args[1], sampleRows{})
	if !ok {
		return 0, false
	}
	below := 0.0
	if a.Variance >= b.Variance {
		below = a.Less(b.Mean)
	} else {
		below = 1 - b.Less(a.Mean)
	}
	if !op.Below() {
		below = 1 - below
	}
	return tail(below), true
}

// tail keeps a share from the ends: values lie further out more often than those of the distributions taken for theirs.
func tail(share float64) float64 { return math.Min(1-leastTail, math.Max(leastTail, share)) }

const leastTail = 1e-4
