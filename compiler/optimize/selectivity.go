package optimize

import (
	"math"
	"math/bits"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
)

// Selectivities where statistics say nothing; PostgreSQL's.
const (
	selEqual   = 0.005
	selRange   = 1.0 / 3
	selBetween = 0.1
	selOther   = 0.25
)

// selectivity is the share of rows for which all conjuncts hold: by what is known of single columns, as if these had
// nothing to do with each other, and, of conjuncts over one table, as far as its sample allows.
func (p *planner) selectivity(preds []*algebra.Expr) float64 {
	s := 1.0
	var alone []*algebra.Expr
	var order []*sampled
	byScan := map[*sampled][]*algebra.Expr{}
	for _, e := range preds {
		if sc := p.sampleOf(e); sc != nil {
			if byScan[sc] == nil {
				order = append(order, sc)
			}
			byScan[sc] = append(byScan[sc], e)
		} else {
			alone = append(alone, e)
		}
	}
	for _, sc := range order {
		es := byScan[sc]
		share := p.independent(es)
		if p.several(es) { // one by itself is what its sample says, if anything needs one
			if all := p.fulfilled(es); all != nil {
				hits, rows := 0, int(sc.st.Sampled)
				for _, w := range all {
					hits += bits.OnesCount64(w)
				}
				share = believed(share, hits, rows, int64(rows) == sc.st.Rows)
			}
		}
		s *= share
	}
	share := math.Max(s*p.independent(alone), 1e-9)
	p.noteShare(preds, share)
	return share
}

// several reports whether conjuncts are more than one condition; bounds on one column are one, of which its histogram
// knows more than a sample.
func (p *planner) several(preds []*algebra.Expr) bool {
	var first algebra.ColumnID
	for i, e := range preds {
		col, op, _, ok := columnAgainst(p, e)
		if !ok || !op.Range() || i > 0 && col != first {
			return len(preds) > 1
		}
		first = col
	}
	return false
}

// independent is the product of the shares of conjuncts. Two bounds on one column count as one range.
func (p *planner) independent(preds []*algebra.Expr) float64 {
	s := 1.0
	type bounds struct {
		lo, hi float64
		known  bool // by statistics
	}
	ranges := map[algebra.ColumnID]*bounds{}
	var order []algebra.ColumnID
	for _, e := range preds {
		col, op, val, ok := columnAgainst(p, e)
		if !ok || !op.Range() {
			s *= p.selectOne(e)
			continue
		}
		b := ranges[col]
		if b == nil {
			b = &bounds{0, 1, true}
			ranges[col] = b
			order = append(order, col)
		}
		f, known := p.bound(col, op, val)
		if !known {
			b.known = false
			f = map[bool]float64{true: selRange, false: 1 - selRange}[op.Below()]
		}
		if op.Below() {
			b.hi = math.Min(b.hi, f)
		} else {
			b.lo = math.Max(b.lo, f)
		}
	}
	for _, col := range order {
		b := ranges[col]
		w := b.hi - b.lo
		switch {
		case w <= 0 && b.known && p.info[col].stats != nil:
			w = leastShare
		case w <= 0:
			w = selEqual
		case !b.known && b.lo > 0 && b.hi < 1:
			w = selBetween
		}
		s *= w * (1 - p.info[col].nullFrac)
	}
	return s
}

// leastShare is the share of rows that statistics say there are none of: few, for tables change.
const leastShare = 1e-6

// columnAgainst recognises a comparison of a column with a value known while
// planning or later; the operator is turned so that the column is at its left.
func columnAgainst(p *planner, e *algebra.Expr) (col algebra.ColumnID, op fn.Comparison, val *algebra.Expr, ok bool) {
	if op = e.Compares(); op == fn.NoComparison {
		return 0, op, nil, false
	}
	l, r := stripCasts(e.Args[0]), e.Args[1]
	if l.Kind != expr.Column {
		l, r, op = stripCasts(e.Args[1]), e.Args[0], e.Op.Mirrored().Compares
	}
	if l.Kind != expr.Column || r.HasColumn() || p.info[l.Col] == nil {
		return 0, op, nil, false
	}
	return l.Col, op, r, true
}

// point is a value known while planning beside a column.
func (p *planner) point(col algebra.ColumnID, val *algebra.Expr) (stats.Point, bool) {
	// what a cast that keeps order makes of a literal lies where the literal lies, and perhaps only about so
	v, ok := val.Literal(p.st.Params)
	if !ok {
		val = stripCasts(val)
		v, ok = val.Literal(p.st.Params)
	}
	if !ok || v.Null || val.Type.IsString() != p.info[col].col.Type.IsString() {
		return stats.Point{}, false
	}
	return stats.Point{Type: val.Type, Value: v}, true
}

// bound is the share of a column's values on the low side of val, those that are val among them if op leaves them
// there: for <= and >.
func (p *planner) bound(col algebra.ColumnID, op fn.Comparison, val *algebra.Expr) (float64, bool) {
	ci := p.info[col]
	q, ok := p.point(col, val)
	if !ok {
		return 0, false
	}
	if ci.stats != nil {
		if below, at, known := ci.stats.Below(ci.col.Type, q); known {
			if op == fn.LessOrEqual || op == fn.Greater {
				below += at
			}
			return math.Min(1, below/math.Max(1-ci.nullFrac, 1e-9)), true
		}
	}
	if ci.spread != nil {
		if s, ok := ci.spread.get(); ok {
			x := stats.Number(q.Type, q.Value)
			if op == fn.LessOrEqual || op == fn.Greater {
				x = math.Nextafter(x, math.Inf(1))
			}
			return tail(s.Less(x)), true
		}
	}
	if ci.min.Null || ci.max.Null {
		return 0, false
	}
	x, lo, hi := stats.Number(q.Type, q.Value), stats.Number(ci.col.Type, ci.min), stats.Number(ci.col.Type, ci.max)
	if hi <= lo {
		return 0, false
	}
	return math.Min(1, math.Max(0, (x-lo)/(hi-lo))), true
}

// selectOne is the share of rows for which one predicate holds.
func (p *planner) selectOne(e *algebra.Expr) float64 {
	if len(p.samples) > 0 && !p.simple(e) {
		if o := p.outcome(e); o != nil {
			return o.share()
		}
	}
	switch e.Kind {
	case expr.Column:
		if ci := p.info[e.Col]; ci != nil && ci.truth > 0 {
			return ci.truth
		}
	case expr.Constant:
		if e.Const.Null || e.Const.Lo == 0 {
			return 0
		}
		return 1
	case expr.And:
		return p.selectivity(expr.Conjuncts(e.Args...))
	case expr.Or:
		miss := 1.0
		for _, a := range e.Args {
			miss *= 1 - p.selectivity(expr.Conjuncts(a))
		}
		return 1 - miss
	case expr.Not:
		return math.Max(0.001, 1-p.selectOne(e.Args[0]))
	case expr.IsNull:
		return p.nullShare(e.Args[0])
	case expr.IsNotNull:
		return 1 - p.nullShare(e.Args[0])
	case expr.InList:
		return p.listShare(e)
	case expr.Call:
		if e.Op.Selects > 0 {
			return e.Op.Selects
		}
		if e.Compares() == fn.NoComparison {
			return selOther
		}
		if col, op, val, ok := columnAgainst(p, e); ok {
			switch eq := p.equalShare(p.info[col].col.Ref(), val); op {
			case fn.Equal:
				return eq
			case fn.NotEqual:
				return math.Max(leastShare, 1-eq-p.info[col].nullFrac)
			}
			if f, known := p.bound(col, op, val); known {
				if !op.Below() {
					f = 1 - f
				}
				return f * (1 - p.info[col].nullFrac)
			}
		}
		if share, ok := p.instead(e); ok {
			return share
		}
		switch e.Compares() {
		case fn.Equal:
			return p.equalTo(e.Args[0], e.Args[1])
		case fn.NotEqual:
			return 1 - selEqual
		}
		if share, ok := p.spreadsCompared(e); ok {
			return share
		}
		return selRange
	}
	return 0.5
}

func (p *planner) nullShare(e *algebra.Expr) float64 {
	if !e.Nullable {
		return 0
	}
	if e.Kind != expr.Column || p.info[e.Col] == nil {
		return selEqual
	}
	ci := p.info[e.Col]
	if ci.nulls() == 0 && ci.stats == nil {
		return selEqual
	}
	return math.Max(leastShare, ci.nulls()) // tables change
}

// present is the share of rows in which the value of a join's key is not NULL.
func (p *planner) present(e *algebra.Expr) float64 {
	if e = stripCasts(e); e.Kind == expr.Column && p.info[e.Col] != nil {
		return math.Max(leastShare, 1-p.info[e.Col].nulls())
	}
	return 1
}

// equalShare is the share of rows in which e has one certain value; 0 (almost) if
// that value lies outside the column's bounds.
func (p *planner) equalShare(e, val *algebra.Expr) float64 {
	e = stripCasts(e)
	if e.Kind != expr.Column || p.info[e.Col] == nil {
		return selEqual
	}
	ci := p.info[e.Col]
	if val != nil {
		if q, ok := p.point(e.Col, val); ok {
			if share, ok := p.pointShare(ci, q); ok {
				return share
			}
		}
	}
	if ci.distinct < 1 {
		return selEqual
	}
	return (1 - ci.nullFrac) / ci.distinct
}

// equalTo is the share of rows in which two values are equal of which neither is a literal: those of the one are taken
// to be among those of the other.
func (p *planner) equalTo(a, b *algebra.Expr) float64 {
	if !a.HasColumn() || !b.HasColumn() {
		return math.Min(p.equalShare(a, nil), p.equalShare(b, nil))
	}
	values := math.Max(p.exprDistinct(a, math.Inf(1)), p.exprDistinct(b, math.Inf(1)))
	return math.Max(leastShare, p.present(a)*p.present(b)/values)
}

// instead is the share of rows in which coalesce(column, literal) compares with a literal: by those that outer joins
// have left without a value, most of all.
func (p *planner) instead(e *algebra.Expr) (float64, bool) {
	for i, c := range e.Args {
		c = stripCasts(c)
		if c.Kind != expr.Coalesce || len(c.Args) != 2 || c.Args[0].Kind != expr.Column || p.info[c.Args[0].Col] == nil ||
			len(e.Args) != 2 || e.Args[1-i].HasColumn() {
			continue
		}
		other, ok := c.Args[1].Literal(p.st.Params)
		value, known := stripCasts(e.Args[1-i]).Literal(p.st.Params)
		if !ok || !known || other.Null || value.Null {
			continue
		}
		column := *c.Args[0]
		column.Nullable = false
		found := e.MapArgs(func(x *algebra.Expr) *algebra.Expr {
			if x == e.Args[i] {
				return &column
			}
			return x
		})
		ci := p.info[column.Col]
		share := p.selectOne(found) * (1 - ci.unmatched)
		order := stats.Point{Type: e.Args[1-i].Type, Value: value}.Order(c.Args[1].Type, other)
		op := e.Compares()
		if i == 1 {
			order = -order
		}
		if op.Of(order) {
			share += ci.nulls()
		}
		return math.Min(1, share), true
	}
	return 0, false
}

// pointShare is the share of rows in which a column has the value q, if more is known than how many values there are.
func (p *planner) pointShare(ci *colInfo, q stats.Point) (float64, bool) {
	if ci.stats != nil {
		if share, known := ci.stats.Equal(ci.col.Type, q); known {
			return share, true
		}
	}
	if ci.min.Null || ci.max.Null || q.Type.Phys() != ci.col.Type.Phys() || q.Type.Scale != ci.col.Type.Scale {
		return 0, false
	}
	v, phys := q.Value, ci.col.Type.Phys()
	out := types.Compare(phys, v, ci.min) < 0 || types.Compare(phys, v, ci.max) > 0 && len(ci.max.S) < stats.MaxBound
	return leastShare, out
}

// listShare is the share of rows for which an IN list has the value.
func (p *planner) listShare(e *algebra.Expr) float64 {
	l := &p.st.Params[e.Param]
	s := 0.0
	c := stripCasts(e.Args[0])
	for _, v := range l.List {
		share, ok := 0.0, false
		if c.Kind == expr.Column && p.info[c.Col] != nil {
			share, ok = p.pointShare(p.info[c.Col], stats.Point{Type: l.Type, Value: v})
		}
		if !ok {
			share = p.equalShare(c, nil)
		}
		s += share
	}
	return math.Min(1, s)
}

// exprDistinct is the number of distinct values of e among rows rows.
func (p *planner) exprDistinct(e *algebra.Expr, rows float64) float64 {
	s := stripCasts(e)
	if s.Kind == expr.Column {
		if ci := p.info[s.Col]; ci != nil && ci.distinct > 0 {
			return math.Max(1, math.Min(rows, ci.distinct))
		}
	}
	if !e.HasColumn() {
		return 1
	}
	if o := p.outcome(e); o != nil {
		d := o.distinct(p.sampleOf(e).st.Rows)
		p.noteDistinct(e, d)
		return math.Max(1, math.Min(rows, d))
	}
	d := 1.0
	cols := algebra.IDs{}
	cols.AddExpr(e)
	for id := range cols {
		if ci := p.info[id]; ci != nil && ci.distinct > 0 {
			d *= ci.distinct
		} else {
			d *= 200
		}
	}
	if e.Type.Kind == types.Bool {
		d = math.Min(d, defaultDistinct(e.Type, rows))
	}
	return math.Max(1, math.Min(rows, d))
}
