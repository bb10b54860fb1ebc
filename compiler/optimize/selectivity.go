package optimize

import (
	"math"

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

// selectivity is the share of rows for which all conjuncts hold. Two bounds on
// one column count as one range.
func (p *planner) selectivity(preds []*algebra.Expr) float64 {
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
		f, known := p.below(col, val)
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
		case w <= 0:
			w = selEqual
		case !b.known && b.lo > 0 && b.hi < 1:
			w = selBetween
		}
		s *= w * (1 - p.info[col].nullFrac)
	}
	return math.Max(s, 1e-9)
}

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

// below is the share of a column's values under val, if bounds are known.
func (p *planner) below(col algebra.ColumnID, val *algebra.Expr) (float64, bool) {
	ci := p.info[col]
	v, ok := stripCasts(val).Literal(p.st.Params)
	if !ok || v.Null || ci.min.Null || ci.max.Null {
		return 0, false
	}
	from := stripCasts(val).Type
	x, ok1 := asFloat(from, v)
	lo, ok2 := asFloat(ci.col.Type, ci.min)
	hi, ok3 := asFloat(ci.col.Type, ci.max)
	if !ok1 || !ok2 || !ok3 || hi <= lo {
		return 0, false
	}
	return math.Min(1, math.Max(0, (x-lo)/(hi-lo))), true
}

// asFloat maps a value to a number that keeps order and about keeps distances.
func asFloat(t types.Type, v types.Datum) (float64, bool) {
	switch {
	case t.Phys() == types.Str:
		f := 0.0
		for i := range 6 {
			f *= 256
			if i < len(v.S) {
				f += float64(v.S[i])
			}
		}
		return f, true
	case t.Phys().IsFloat():
		return v.Float(), true
	case t.Phys() == types.I128:
		return (float64(v.Hi)*math.Pow(2, 64) + float64(uint64(v.Lo))) / math.Pow(10, float64(t.Scale)), true
	}
	return float64(v.Lo) * t.Unit() / math.Pow(10, float64(t.Scale)), true
}

// selectOne is the share of rows for which one predicate holds.
func (p *planner) selectOne(e *algebra.Expr) float64 {
	switch e.Kind {
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
		return math.Min(1, float64(len(p.st.Params[e.Param].List))*p.equalShare(e.Args[0], nil))
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
				return 1 - eq
			}
			if f, known := p.below(col, val); known {
				if op.Below() {
					return f
				}
				return 1 - f
			}
		}
		switch e.Compares() {
		case fn.Equal:
			return math.Min(p.equalShare(e.Args[0], nil), p.equalShare(e.Args[1], nil))
		case fn.NotEqual:
			return 1 - selEqual
		}
		return selRange
	}
	return 0.5
}

func (p *planner) nullShare(e *algebra.Expr) float64 {
	if !e.Nullable {
		return 0
	}
	if e.Kind == expr.Column && p.info[e.Col] != nil {
		return math.Max(selEqual, p.info[e.Col].nullFrac)
	}
	return selEqual
}

// equalShare is the share of rows in which e has one certain value; 0 (almost) if
// that value lies outside the column's bounds.
func (p *planner) equalShare(e, val *algebra.Expr) float64 {
	e = stripCasts(e)
	if e.Kind != expr.Column || p.info[e.Col] == nil {
		return selEqual
	}
	ci := p.info[e.Col]
	if val != nil && !ci.min.Null && val.Type.Phys() == ci.col.Type.Phys() && val.Type.Scale == ci.col.Type.Scale {
		if v, ok := val.Literal(p.st.Params); ok && !v.Null &&
			(types.Compare(ci.col.Type.Phys(), v, ci.min) < 0 || types.Compare(ci.col.Type.Phys(), v, ci.max) > 0) &&
			len(v.S) < stats.MaxBound {
			return 1e-6
		}
	}
	if ci.distinct < 1 {
		return selEqual
	}
	return (1 - ci.nullFrac) / ci.distinct
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

// groups is the number of groups that keys make of rows rows.
func (p *planner) groups(keys []*algebra.Expr, rows float64) float64 {
	d := 1.0
	for _, k := range keys {
		d *= p.exprDistinct(k, rows)
		if d > rows {
			return math.Max(1, rows)
		}
	}
	if len(keys) > 1 {
		d = math.Min(d, math.Max(1, rows/2))
	}
	return math.Max(1, d)
}
