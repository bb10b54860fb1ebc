package algebra

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Aggregate groups by Keys (none: one row). Output: one column a key, then one an aggregate.
type Aggregate struct {
	In   Node
	Keys []*Expr
	Aggs []AggCall
	Cols []Column
	// SetOp is the set operation that it is made of, as EXPLAIN calls it: "SetOp Except". "": none.
	SetOp string
}

// AggCall is an aggregate as SQL knows it; splitting it into accumulators is the optimizer's.
type AggCall struct {
	Fn       *fn.Aggregate
	Distinct bool // each value of the first argument once
	// Args are already cast to what the aggregate wants; none: count(*). All that fn.Aggregate says it has are there.
	Args []*Expr
	Type types.Type // of the result
}

func (n *Aggregate) Columns() []Column             { return n.Cols }
func (n *Aggregate) visible() []Column             { return n.In.Columns() }
func (n *Aggregate) Inputs() []Node                { return []Node{n.In} }
func (n *Aggregate) produces() ([]Column, []*Expr) { return n.Cols, n.Keys }

func (n *Aggregate) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}

func (n *Aggregate) WithInputs(in []Node) Node {
	c := *n
	c.In = in[0]
	return &c
}

func (n *Aggregate) EachExpr(f func(*Expr)) {
	each(n.Keys, f)
	for i := range n.Aggs {
		each(n.Aggs[i].Args, f)
	}
}

func (n *Aggregate) MapExprs(f func(*Expr) *Expr) Node {
	keys, changed := mapList(n.Keys, f)
	aggs := append([]AggCall(nil), n.Aggs...)
	for i := range aggs {
		var own bool
		aggs[i].Args, own = mapList(aggs[i].Args, f)
		changed = changed || own
	}
	if !changed {
		return n
	}
	c := *n
	c.Keys, c.Aggs = keys, aggs
	return &c
}

func (n *Aggregate) check(c *checker) {
	if len(n.Cols) != len(n.Keys)+len(n.Aggs) {
		c.fail("%d columns of %d keys and %d aggregates", len(n.Cols), len(n.Keys), len(n.Aggs))
	}
}

func (n *Aggregate) format(f *formatter) {
	f.line("aggregate")
	for i, k := range n.Keys {
		f.computed("key ", n.Cols[i], f.Text(k))
	}
	for i, a := range n.Aggs {
		arg := f.List(a.Args)
		if len(a.Args) == 0 {
			arg = "*"
		}
		if a.Distinct {
			arg = "distinct " + arg
		}
		f.computed("", n.Cols[len(n.Keys)+i], a.Fn.Name+"("+arg+")")
	}
}
