package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// zone finds conjuncts (over the source's layout) by which blocks can be skipped. all: they are all that preds say.
func (p *planner) zone(preds []*plan.Expr, cols []plan.Column) (out []plan.ZonePred, all bool) {
	all = true
	for _, e := range preds {
		if e.Kind == expr.InList && e.Args[0].Kind == expr.Column {
			out, all = append(out, p.zoneList(e, cols)...), false // it is more than its bounds
			continue
		}
		z, ok := p.zoneCompare(e, cols)
		if ok {
			out = append(out, z)
		}
		all = all && ok && !e.MayFail() // what fails does so for rows
	}
	return out, all
}

// zoneCompare is the comparison of a column and a parameter that e is, if it is one.
func (p *planner) zoneCompare(e *plan.Expr, cols []plan.Column) (plan.ZonePred, bool) {
	if e.Compares() != fn.Equal && !e.Compares().Range() {
		return plan.ZonePred{}, false
	}
	l, r, op := e.Args[0], e.Args[1], e.Op
	if r.Kind != expr.Parameter {
		l, r, op = r, l, op.Mirrored()
	}
	c := stripCasts(l)
	if r.Kind != expr.Parameter || c.Kind != expr.Column {
		return plan.ZonePred{}, false
	}
	prm, ok := p.zoneParam(r, l.Type, cols[c.Col].Type)
	return plan.ZonePred{Col: int(c.Col), Op: op.Infix, Param: prm}, ok
}

// zoneList bounds a column by the least and greatest member of an IN list.
func (p *planner) zoneList(e *plan.Expr, cols []plan.Column) []plan.ZonePred {
	l := &p.st.Params[e.Param]
	c := e.Args[0].Col
	if len(l.List) == 0 || !sameValues(l.Type, cols[c].Type) {
		return nil
	}
	lo, _ := p.addParam(e.Param, func(l plan.Param) (plan.Param, bool) {
		return plan.Param{Type: l.Type, Value: l.List[0]}, true
	})
	hi, _ := p.addParam(e.Param, func(l plan.Param) (plan.Param, bool) {
		return plan.Param{Type: l.Type, Value: l.List[len(l.List)-1]}, true
	})
	return []plan.ZonePred{{Col: int(c), Op: ">=", Param: lo}, {Col: int(c), Op: "<=", Param: hi}}
}

// zoneParam is a parameter with which a column of type to can be compared as it
// is stored, when the query compares it in type from.
func (p *planner) zoneParam(e *plan.Expr, from, to types.Type) (int, bool) {
	if sameValues(from, to) {
		return e.Param, true
	}
	if p.st.Params[e.Param].Client != 0 {
		return 0, false
	}
	return p.addParam(e.Param, func(prm plan.Param) (plan.Param, bool) { return zoneValue(prm.Value, from, to) })
}

// zoneValue is a value of type from as one of type to, if it is exactly that.
func zoneValue(v types.Datum, from, to types.Type) (plan.Param, bool) {
	switch {
	case v.Null:
	case isWhole(from) && isWhole(to) && from.Scale >= to.Scale:
		// 12.50 of scale 2 beside a column of scale 1 or 0: exact only if no digit is lost
		d, ok := downScale(v, int(from.Scale-to.Scale))
		return plan.Param{Type: types.TDecimal(types.MaxPrecision, int(to.Scale)), Value: d}, ok
	case from.Kind == types.Timestamp && to.Kind == types.Date:
		day := types.DayOf(v.Lo)
		return plan.Param{Type: types.TDate, Value: types.Int(day)}, types.Midnight(day) == v.Lo
	}
	return plan.Param{}, false
}

// isWhole: physically an integer with a scale.
func isWhole(t types.Type) bool { return t.IsInteger() || t.Kind == types.Decimal }

// sameValues reports whether stored values of both types compare as they are:
// integers of any width do, decimals of one scale, strings.
func sameValues(a, b types.Type) bool {
	switch {
	case a == b:
		return true
	case isWhole(a) && isWhole(b):
		return a.Scale == b.Scale
	}
	return types.SameStrings(a, b)
}

// downScale divides a 64-bit value by 10^k, if that is exact.
func downScale(v types.Datum, k int) (types.Datum, bool) {
	if v.Hi != v.Lo>>63 {
		return v, false
	}
	x := v.Lo
	for range k {
		if x%10 != 0 {
			return v, false
		}
		x /= 10
	}
	return types.Int(x), true
}
