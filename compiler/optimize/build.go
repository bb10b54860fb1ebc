package optimize

import (
	"fmt"
	"math"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// node makes the physical operators of a logical tree.
func (p *planner) node(n algebra.Node) (physical, error) {
	switch n := n.(type) {
	case *algebra.Scan:
		return p.scan(n, nil), nil
	case *algebra.Values:
		return p.values(n), nil
	case *algebra.Text:
		for _, c := range n.Cols {
			p.describe(c, nil, 1000)
		}
		return &textOp{props: props{cols: n.Cols, rows: 1000, dist: dist{kind: distEven}}, text: n}, nil
	case *algebra.Select:
		return p.selection(n)
	case *algebra.Project:
		return p.project(n)
	case *algebra.Join:
		if n.Kind == algebra.Inner {
			return p.joinGraph(n, nil)
		}
		return p.outerJoin(n)
	case *algebra.Aggregate:
		return p.aggregate(n)
	case *algebra.Distinct:
		return p.distinct(n)
	case *algebra.Limit:
		return p.limit(n)
	case *algebra.Sort:
		return p.node(n.In)
	}
	return nil, fmt.Errorf("BUG: no physical operator for %T", n)
}

func (p *planner) scan(n *algebra.Scan, preds []*algebra.Expr) physical {
	base := p.scanRows(n)
	preds = p.orderPreds(preds)
	s := &scanOp{scan: n, preds: preds}
	s.cols = n.Cols
	s.rows = math.Max(1, base*p.selectivity(preds))
	s.cost = base * (costScanRow + costScanByte*p.width(n.Cols) + costPredicate*float64(len(preds)))
	switch {
	case p.leader || n.Table == nil:
		s.dist = dist{kind: distSingle}
	default:
		s.dist = tableDist(n.Table, n.Cols, n.ColNos)
		if s.dist.kind == distAll {
			s.cost *= float64(p.env.Nodes) // every node reads it
		}
	}
	return s
}

func (p *planner) values(n *algebra.Values) physical {
	for _, c := range n.Cols {
		p.describe(c, nil, float64(n.Len()))
	}
	return &valuesOp{values: n, props: props{cols: n.Cols, rows: math.Max(1, float64(n.Len())), dist: dist{kind: distSingle}}}
}

func (p *planner) selection(n *algebra.Select) (physical, error) {
	preds := n.Preds
	switch in := n.In.(type) {
	case *algebra.Scan:
		return p.scan(in, preds), nil
	case *algebra.Join:
		if safe, failing := expr.Movable(preds); in.Kind == algebra.Inner && len(safe) > 0 {
			j, err := p.joinGraph(in, safe)
			if err != nil {
				return nil, err
			}
			return p.filter(j, failing), nil
		}
	}
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	return p.filter(in, preds), nil
}

// filter puts a filter on in; none if there are no predicates.
func (p *planner) filter(in physical, preds []*algebra.Expr) physical {
	if len(preds) == 0 {
		return in
	}
	q := in.out()
	f := &filterOp{in: in, preds: p.orderPreds(preds), props: *q}
	f.rows = math.Max(1, q.rows*p.selectivity(preds))
	f.cost += q.rows * costPredicate * float64(len(preds))
	return f
}

func (p *planner) project(n *algebra.Project) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	q := in.out()
	out := &projectOp{in: in, exprs: n.Exprs, props: *q}
	out.cols, out.bytes = n.Cols, 0
	for i, c := range n.Cols {
		p.describe(c, n.Exprs[i], q.rows)
		p.define(c, n.Exprs[i])
		if n.Exprs[i].Kind == expr.Column {
			p.unite(c.ID, n.Exprs[i].Col)
		}
	}
	return out, nil
}

func (p *planner) aggregate(n *algebra.Aggregate) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	in = p.dealOut(in)
	q := in.out()
	a := &aggrOp{in: in, keys: n.Keys, calls: n.Aggs}
	a.cols = n.Cols
	a.rows = 1
	if len(n.Keys) > 0 {
		made, _ := p.splitKeys(n.Keys)
		a.rows = p.groups(pick(n.Keys, made), q.rows)
	}
	a.cost = q.cost + q.rows*costGroup + sendCost(math.Min(q.rows, a.rows*float64(p.env.Slices)), p.width(n.Cols))
	a.made, a.follow = p.splitKeys(n.Keys)
	a.dist = p.aggrDist(in, n.Keys, n.Cols, a.made)
	for i, c := range n.Cols {
		if i < len(n.Keys) {
			p.describe(c, n.Keys[i], a.rows)
			p.define(c, n.Keys[i])
			if n.Keys[i].Kind == expr.Column {
				p.unite(c.ID, n.Keys[i].Col)
			}
		} else {
			p.describe(c, nil, a.rows)
			p.calls[c.ID] = n.Aggs[i-len(n.Keys)]
		}
	}
	return a, nil
}

// aggrDist is where groups end up: by the hash of all keys that make them, or of
// those by which the input lies already, so that its rows need not leave their slice.
func (p *planner) aggrDist(in physical, keys []*algebra.Expr, cols []algebra.Column, made []int) dist {
	q := in.out()
	if len(keys) == 0 || q.dist.kind == distSingle {
		return dist{kind: distSingle}
	}
	d := dist{kind: distHash}
	if at, ok := p.placedBy(q.dist, pick(keys, made)); ok {
		for _, i := range at {
			d.keys = append(d.keys, cols[made[i]].ID)
		}
		return d
	}
	for _, i := range made {
		d.keys = append(d.keys, cols[i].ID)
	}
	return d
}

func (p *planner) distinct(n *algebra.Distinct) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	in = p.dealOut(in)
	q := in.out()
	a := &aggrOp{in: in, unique: true}
	a.cols = q.cols // the same columns, one row each
	for _, c := range q.cols {
		a.keys = append(a.keys, c.Ref())
	}
	a.rows = p.groups(a.keys, q.rows)
	a.cost = q.cost + q.rows*costGroup
	a.made, a.follow = p.splitKeys(a.keys)
	a.dist = p.aggrDist(in, a.keys, a.cols, a.made)
	return a, nil
}

// limit is LIMIT, perhaps over ORDER BY, below other operators.
func (p *planner) limit(n *algebra.Limit) (physical, error) {
	below, s := n.In, &sortLimitOp{count: n.Count, offset: n.Offset}
	if o, ok := below.(*algebra.Sort); ok {
		below, s.keys = o.In, o.Keys
	}
	in, err := p.node(below)
	if err != nil {
		return nil, err
	}
	s.in = p.dealOut(in)
	s.props = *s.in.out()
	s.dist = dist{kind: distSingle}
	s.rows = p.limited(s.rows, n.Count, n.Offset)
	s.cost += sendCost(s.rows*float64(p.env.Slices), p.width(s.cols))
	return s, nil
}

// limited is what a LIMIT leaves of rows.
func (p *planner) limited(rows float64, count, offset int) float64 {
	if v, ok := p.paramInt(offset); ok {
		rows = math.Max(0, rows-v)
	}
	if v, ok := p.paramInt(count); ok {
		rows = math.Min(rows, v)
	}
	return math.Max(1, rows)
}

// paramInt is the value of a literal parameter of an integer class.
func (p *planner) paramInt(i int) (float64, bool) {
	if i < 0 {
		return 0, false
	}
	prm := &p.st.Params[i]
	if prm.Client != 0 || prm.Value.Null || prm.Type.Kind == types.Unknown {
		return 0, false
	}
	return float64(prm.Value.Lo), true
}

// orderPreds puts predicates that may fail behind those that cannot, otherwise
// cheap and selective ones first; ties keep the written order.
func (p *planner) orderPreds(preds []*algebra.Expr) []*algebra.Expr {
	safe, failing := expr.Movable(preds)
	rank := func(e *algebra.Expr) float64 {
		cost := 0.0
		e.Walk(func(x *algebra.Expr) {
			switch {
			case x.Kind == expr.Column && x.Type.Phys() == types.Str:
				cost += 4
			case x.Kind != expr.Parameter && x.Kind != expr.Constant:
				cost++
			}
		})
		// the classical order: (selectivity - 1) / cost
		return (p.selectOne(e) - 1) / math.Max(1, cost)
	}
	ranks := make([]float64, len(safe))
	for i, e := range safe {
		ranks[i] = rank(e)
	}
	for i := 1; i < len(safe); i++ { // insertion sort: stable, few elements
		for j := i; j > 0 && ranks[j] < ranks[j-1]-1e-12; j-- {
			ranks[j], ranks[j-1] = ranks[j-1], ranks[j]
			safe[j], safe[j-1] = safe[j-1], safe[j]
		}
	}
	return append(safe, failing...)
}
