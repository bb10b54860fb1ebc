package optimize

import (
	"math"
	"sort"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
)

// within is how much more often rows of rel, which the conditions on it leave, have a key among the other side's than
// rows before them: a calendar has two hundred years and sales have five, but who asks for a year asks for one of the
// five. How conditions and the key's range go together the table's sample says.
func (p *planner) within(rel physical, key, other *algebra.Expr) float64 {
	x, low, high, ok := p.ranges(key, other)
	if !ok {
		return 1
	}
	o, ok := p.origins[x.col.ID]
	if !ok || !p.hasSample(o) {
		return 1
	}
	preds := conditions(rel)
	if len(preds) == 0 {
		return 1
	}
	before := p.inRange(x, low, high)
	if before <= 0 || before > mostInRange {
		return 1
	}
	values, err := p.sampleValues(o.scan, o.no)
	if err != nil {
		return 1
	}
	// Of few rows there is nothing to see: then the condition by itself counts that says most.
	share := 0.0
	over, under := low.Orders(x.col.Type), high.Orders(x.col.Type)
	look := func(at func(i int) bool) bool {
		rows, inside := 0, 0
		for i, v := range values {
			if at(i) {
				rows++
				if !v.Null && over(v) >= 0 && under(v) <= 0 {
					inside++
				}
			}
		}
		if rows > 0 { // as if one row more had been seen, which is as likely inside as any
			share = math.Max(share, (float64(inside)+before)/float64(rows+1))
		}
		return rows >= 5
	}
	judge := func(preds []*algebra.Expr) bool {
		all := p.fulfilled(preds)
		return all != nil && look(func(i int) bool { return all[i/64]>>(i%64)&1 != 0 })
	}
	if !judge(preds) {
		for _, e := range preds {
			judge([]*algebra.Expr{e})
		}
		if near := p.nearRange(o.scan, preds); near != nil {
			look(func(i int) bool { return near[i] })
		}
	}
	if share == 0 {
		return 1
	}
	return share / before
}

// mostInRange is the share of keys in another side's range from which on the rest counts for nothing.
const mostInRange = 0.9

// ranges are a key, a column of which it is known how its values lie, and the bounds of the other side's.
func (p *planner) ranges(key, other *algebra.Expr) (x *colInfo, low, high stats.Point, ok bool) {
	a, b := stripCasts(key), stripCasts(other)
	if a.Kind != expr.Column || b.Kind != expr.Column {
		return nil, low, high, false
	}
	x, y := p.info[a.Col], p.info[b.Col]
	if x == nil || y == nil || y.min.Null || y.max.Null || x.stats == nil ||
		x.col.Type.IsString() != y.col.Type.IsString() {
		return nil, low, high, false
	}
	return x, stats.Point{Type: y.col.Type, Value: y.min}, stats.Point{Type: y.col.Type, Value: y.max}, true
}

// inRange is the share of a column's rows with values from low to high; 0: unknown.
func (p *planner) inRange(x *colInfo, low, high stats.Point) float64 {
	below, _, ok := x.stats.Below(x.col.Type, low)
	upTo, at, _ := x.stats.Below(x.col.Type, high)
	if !ok {
		return 0
	}
	return upTo + at - below
}

// nearRange are the rows of a sample next to a short range of one column, which has too few of its own; nil: there is
// no such range among preds.
func (p *planner) nearRange(s *sampled, preds []*algebra.Expr) map[int]bool {
	type ends struct{ low, high float64 }
	ranges := map[algebra.ColumnID]*ends{}
	for _, e := range preds {
		id, op, val, ok := columnAgainst(p, e)
		if !ok || !op.Range() {
			continue
		}
		q, ok := p.point(id, val)
		if !ok {
			continue
		}
		r := ranges[id]
		if r == nil {
			r = &ends{math.Inf(-1), math.Inf(1)}
			ranges[id] = r
		}
		if x := stats.Number(q.Type, q.Value); op.Below() {
			r.high = math.Min(r.high, x)
		} else {
			r.low = math.Max(r.low, x)
		}
	}
	for _, c := range s.scan.Cols { // not in the map's order
		r := ranges[c.ID]
		if r == nil || math.IsInf(r.high-r.low, 0) {
			continue
		}
		values, err := p.sampleValues(s, p.origins[c.ID].no)
		if err != nil || !p.hasSample(p.origins[c.ID]) {
			continue
		}
		var order []int
		away := make([]float64, len(values))
		for i, v := range values {
			if !v.Null {
				order = append(order, i)
				away[i] = math.Abs(stats.Number(c.Type, v) - (r.low+r.high)/2)
			}
		}
		sort.SliceStable(order, func(x, y int) bool { return away[order[x]] < away[order[y]] })
		near := map[int]bool{}
		for _, i := range order[:min(len(order), nearRows)] {
			near[i] = true
		}
		return near
	}
	return nil
}

// nearRows is how many rows next to a range are looked at.
const nearRows = 8

// conditions are those on a scan.
func conditions(n physical) []*algebra.Expr {
	var out []*algebra.Expr
	for {
		switch x := n.(type) {
		case *filterOp:
			out, n = append(out, x.preds...), x.in
			continue
		case *scanOp:
			return append(out, x.preds...)
		}
		return nil
	}
}
