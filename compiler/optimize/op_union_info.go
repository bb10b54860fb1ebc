package optimize

import (
	"math"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
)

// describeUnion enters column number i of a union, c: its values are those of all inputs.
func (p *planner) describeUnion(c algebra.Column, i int, u *unionOp) {
	ci := &colInfo{col: c, min: types.NullDatum, max: types.NullDatum}
	p.info[c.ID] = ci
	known, alike := true, true // their bounds; they are the same
	for k, in := range u.in {
		col := in.out().cols[i]
		x := p.info[col.ID]
		if x == nil {
			ci.min, ci.max = types.NullDatum, types.NullDatum
			return
		}
		share := in.out().rows / math.Max(1, u.rows)
		ci.nullFrac += x.nullFrac * share
		ci.width += x.width * share
		known = known && !x.min.Null && !x.max.Null && x.col.Type == c.Type
		if k == 0 {
			ci.distinct, ci.min, ci.max = x.distinct, x.min, x.max
			continue
		}
		phys := c.Type.Phys()
		same := known && types.Compare(phys, x.min, ci.min) == 0 && types.Compare(phys, x.max, ci.max) == 0
		alike = alike && same
		if !known {
			ci.distinct += x.distinct
			continue
		}
		if alike { // of one domain
			ci.distinct = math.Max(ci.distinct, x.distinct)
		} else {
			ci.distinct += x.distinct
		}
		if types.Compare(phys, x.min, ci.min) < 0 {
			ci.min = x.min
		}
		if types.Compare(phys, x.max, ci.max) > 0 {
			ci.max = x.max
		}
	}
	if !known {
		ci.min, ci.max = types.NullDatum, types.NullDatum
	}
	ci.distinct = bounded(c.Type, ci.min, ci.max, ci.distinct)
	ci.spread = &spreading{make: func() (fn.Spread, bool) { return p.unionSpread(i, u) }}
}

// unionSpread is how the values of column number i of a union lie.
func (p *planner) unionSpread(i int, u *unionOp) (s fn.Spread, ok bool) {
	parts, shares := make([]fn.Spread, len(u.in)), make([]float64, len(u.in))
	for k, in := range u.in {
		q := in.out()
		if parts[k], ok = p.spread(q.cols[i].Ref(), p.rowsOf(in)); !ok {
			return s, false
		}
		shares[k] = q.rows / math.Max(1, u.rows)
		s.Mean += shares[k] * parts[k].Mean
	}
	for k, x := range parts {
		s.Variance += shares[k] * (x.Variance + (x.Mean-s.Mean)*(x.Mean-s.Mean))
	}
	s.Below = func(x float64) float64 {
		below := 0.0
		for k := range parts {
			below += shares[k] * parts[k].Less(x)
		}
		return below
	}
	return s, sound(s)
}
