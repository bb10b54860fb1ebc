package optimize

import (
	"fmt"
	"math"
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/plan"
)

// sampled is a scan of a table with statistics, which may have a sample.
type sampled struct {
	scan *algebra.Scan
	st   *stats.Table
	asks []*ask
	// conds are the conditions on the scan, which leave so many rows.
	conds []*algebra.Expr
	left  float64
}

// ask is an expression over the columns of one scan.
type ask struct {
	of   *sampled
	expr *algebra.Expr
	key  sampleKey
}

// origin is where a column comes from.
type origin struct {
	scan *sampled
	no   int // its number in the table
}

// noteColumns remembers where the columns of a scan come from.
func (p *planner) noteColumns(n *algebra.Scan, st *stats.Table) {
	s := &sampled{scan: n, st: st}
	if p.env.Samples != nil && st.Sampled > 0 {
		p.samples = append(p.samples, s)
	}
	for i, c := range n.Cols {
		if i < len(n.ColNos) && n.ColNos[i] < len(st.Cols) {
			p.origins[c.ID] = origin{s, n.ColNos[i]}
		}
	}
}

// hasSample reports whether there are values of the column to look at.
func (p *planner) hasSample(o origin) bool {
	return p.env.Samples != nil && o.scan.st.Sampled > 0 && len(o.scan.st.Cols[o.no].Sample) > 0
}

// evaluate finds the conditions of the statement that samples say more of than single columns do, and has all of them
// evaluated at once.
func (p *planner) evaluate() {
	if len(p.samples) == 0 {
		return
	}
	visit := func(n algebra.Node) {
		switch n := n.(type) {
		case *algebra.Select:
			p.askAll(n.Preds)
		case *algebra.Join:
			p.askAll(n.On)
			p.askAll(n.Cond)
		case *algebra.Aggregate:
			for _, k := range n.Keys {
				p.askKey(k, n.In)
			}
		}
	}
	for _, d := range p.st.Defs {
		algebra.Walk(d.Root, visit)
	}
	algebra.Walk(p.st.Root, visit)
	var open []*sampled
	for _, s := range p.samples {
		var asks []*ask
		for _, a := range s.asks {
			if _, ok := p.outcomes[p.numbers.Of(a.expr)]; ok {
				continue
			}
			p.outcomes[p.numbers.Of(a.expr)] = nil // asked
			if o, ok := p.env.Samples.find(a.key); ok {
				if o != nil {
					p.outcomes[p.numbers.Of(a.expr)] = o
				}
				continue
			}
			asks = append(asks, a)
		}
		if s.asks = asks; len(asks) > 0 {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return
	}
	if p.runSamples(open) == nil {
		return
	}
	// One of them fails on some row, as 1/x does on a zero: each by itself.
	for _, s := range open {
		for _, a := range s.asks {
			one := &sampled{scan: s.scan, st: s.st, asks: []*ask{a}}
			if p.runSamples([]*sampled{one}) != nil {
				p.env.Samples.keep(a.key, nil)
			}
		}
	}
}

// askAll notes the conjuncts that are over one scan each and more than a comparison of a column with literals, also
// those in arms of an OR over several.
func (p *planner) askAll(preds []*algebra.Expr) {
	for _, e := range expr.Conjuncts(preds...) {
		switch s := p.sampleOf(e); {
		case s == nil && e.Kind == expr.Or:
			for _, arm := range expr.Arms(e) {
				p.askAll([]*algebra.Expr{arm})
			}
		case s != nil && !p.simple(e):
			p.ask(s, e)
		}
	}
}

// askKey notes what a grouping computes of one scan's columns.
func (p *planner) askKey(k *algebra.Expr, in algebra.Node) {
	k = keyOf(k, in)
	if stripCasts(k).Kind == expr.Column {
		return
	}
	if s := p.sampleOf(k); s != nil {
		p.ask(s, k)
	}
}

func (p *planner) ask(s *sampled, e *algebra.Expr) {
	a := &ask{s, e, sampleKey{s.st.Name, p.sampleText(s, e)}}
	s.asks = append(s.asks, a)
	if p.st.Record != nil {
		p.asked = append(p.asked, a)
	}
}

// sampleText says what e is over a table, in any statement: columns by their ids, literals by their values.
func (p *planner) sampleText(s *sampled, e *algebra.Expr) string {
	var values []string
	var out *expr.Printer[algebra.ColumnID]
	var number func(x *algebra.Expr) *algebra.Expr
	number = func(x *algebra.Expr) *algebra.Expr {
		if x.Kind != expr.Parameter && x.Kind != expr.InList {
			return nil
		}
		c := *x
		c.Param = len(values)
		prm := &p.st.Params[x.Param]
		text := prm.Type.String()
		for _, d := range append([]types.Datum{prm.Value}, prm.List...) {
			text += " " + out.Literal(d, prm.Type)
		}
		values = append(values, text)
		c.Args = nil
		for _, a := range x.Args {
			c.Args = append(c.Args, a.Map(number))
		}
		return &c
	}
	out = &expr.Printer[algebra.ColumnID]{Style: expr.Tree,
		Column: func(id algebra.ColumnID) string { return fmt.Sprintf("c%d", s.st.Cols[p.origins[id].no].ID) }}
	return out.Text(e.Map(number)) + "\n" + strings.Join(values, "\n")
}

// sampleOf is the scan whose sample e can be evaluated on, nil if there is none.
func (p *planner) sampleOf(e *algebra.Expr) *sampled {
	var s *sampled
	ok := true
	e.Walk(func(x *algebra.Expr) {
		switch x.Kind {
		case expr.Column:
			o, found := p.origins[x.Col]
			ok = ok && found && (s == nil || s == o.scan) && p.hasSample(o)
			s = o.scan
		case expr.Parameter:
			ok = ok && p.st.Params[x.Param].Client == 0
		case expr.Any, expr.Scalar:
			ok = false
		case expr.Call:
			ok = ok && !x.Op.Volatile
		}
	})
	if !ok {
		return nil
	}
	return s
}

// simple reports whether e compares a column with literals: the statistics of the column answer it.
func (p *planner) simple(e *algebra.Expr) bool {
	switch e.Kind {
	case expr.IsNull, expr.IsNotNull:
		return e.Args[0].Kind == expr.Column
	case expr.InList:
		return stripCasts(e.Args[0]).Kind == expr.Column && len(p.st.Params[e.Param].List) <= simpleList
	}
	col, _, val, ok := columnAgainst(p, e)
	if !ok {
		return false
	}
	_, ok = p.point(col, val)
	return ok
}

// simpleList is the longest list that is looked through here for each row.
const simpleList = 20

// runSamples has the expressions of scans evaluated together: row i of the one sample beside row i of the others.
func (p *planner) runSamples(open []*sampled) error {
	scan := &algebra.Scan{Relation: "sample"}
	var cols []SampleColumn
	in := map[algebra.ColumnID]bool{}
	rows := 0
	pr := &algebra.Project{In: scan}
	next := p.st.NextID
	for _, s := range open {
		n := int(s.st.Sampled)
		rows = max(rows, n)
		for _, a := range s.asks {
			var err error
			a.expr.Columns(func(id algebra.ColumnID) {
				if in[id] || err != nil {
					return
				}
				in[id] = true
				c := p.info[id].col
				c.Nullable = true // beside a longer sample
				data := SampleColumn{Type: c.Type}
				data.Values, err = p.sampleValues(s, p.origins[id].no)
				scan.Cols, scan.ColNos = append(scan.Cols, c), append(scan.ColNos, len(cols))
				cols = append(cols, data)
			})
			if err != nil {
				return err
			}
			pr.Exprs = append(pr.Exprs, a.expr)
			pr.Cols = append(pr.Cols, algebra.Column{ID: next, Name: "value", Type: a.expr.Type, Nullable: true})
			next++
		}
	}
	st := &algebra.Statement{Root: pr, Params: p.st.Params, NextID: next}
	for _, c := range pr.Cols {
		st.Output = append(st.Output, plan.OutputColumn{Name: c.Name, Type: c.Type})
	}
	q, err := Plan(st, Env{Slices: 1, Nodes: 1, Fn: p.env.Fn})
	if err != nil {
		return err
	}
	out, err := p.env.Samples.Run(q, cols, rows)
	if err != nil {
		return err
	}
	k := 0
	for _, s := range open {
		for _, a := range s.asks {
			o := outcomeOf(a.expr.Type, out[k][:s.st.Sampled])
			p.outcomes[p.numbers.Of(a.expr)] = o
			p.env.Samples.keep(a.key, o)
			k++
		}
	}
	return nil
}

// outcome is what e is on its table's sample, nil if it was not evaluated. Comparisons of columns with literals are
// looked at here, when they are asked for: by types.Compare, which is what generated code does.
func (p *planner) outcome(e *algebra.Expr) *outcome {
	if len(p.samples) == 0 {
		return nil
	}
	k := p.numbers.Of(e)
	if o, ok := p.outcomes[k]; ok {
		return o
	}
	var o *outcome
	if s := p.sampleOf(e); s != nil && p.simple(e) {
		o = p.compared(s, e)
	}
	p.outcomes[k] = o
	return o
}

// compared is the outcome of a simple condition.
func (p *planner) compared(s *sampled, e *algebra.Expr) *outcome {
	var col *algebra.Expr
	var holds func(types.Datum) bool
	switch e.Kind {
	case expr.IsNull, expr.IsNotNull:
		col = e.Args[0]
		holds = func(v types.Datum) bool { return v.Null == (e.Kind == expr.IsNull) }
	case expr.InList:
		col = stripCasts(e.Args[0])
		l := &p.st.Params[e.Param]
		t := p.info[col.Col].col.Type
		var orders []func(types.Datum) int
		for _, x := range l.List {
			orders = append(orders, stats.Point{Type: l.Type, Value: x}.Orders(t))
		}
		holds = func(v types.Datum) bool {
			if v.Null {
				return false
			}
			for _, order := range orders {
				if order(v) == 0 {
					return true
				}
			}
			return false
		}
	default:
		id, op, val, _ := columnAgainst(p, e)
		q, _ := p.point(id, val)
		order := q.Orders(p.info[id].col.Type)
		col = p.info[id].col.Ref()
		holds = func(v types.Datum) bool { return !v.Null && op.Of(order(v)) }
	}
	values, err := p.sampleValues(s, p.origins[col.Col].no)
	if err != nil {
		return nil
	}
	o := &outcome{rows: len(values), holds: make([]uint64, (len(values)+63)/64)}
	for i, v := range values {
		if holds(v) {
			o.holds[i/64] |= 1 << (i % 64)
		}
	}
	return o
}

// sampleValues are a column's values in the sample.
func (p *planner) sampleValues(s *sampled, no int) ([]types.Datum, error) {
	return p.env.Samples.column(s.st.Name, &s.st.Cols[no], s.scan.Table.Columns[no].Type.Phys(), int(s.st.Sampled))
}

// fulfilled are the rows of a sample that fulfil all of preds that were evaluated, a bit each; nil: none was.
func (p *planner) fulfilled(preds []*algebra.Expr) []uint64 {
	var all []uint64
	for _, e := range preds {
		o := p.outcome(e)
		if o == nil {
			continue
		}
		if all == nil {
			all = append(all, o.holds...)
			continue
		}
		for i := range all {
			all[i] &= o.holds[i]
		}
	}
	return all
}

// believed is an estimate unless a sample speaks against it, of which so many rows are hits: if it lies outside the
// bounds between which the share of hits would lie nine times in ten (by the square root of counts, which is spread
// alike for all of them), then what the sample has counts. all: the sample is the whole table.
func believed(estimate float64, hits, rows int, all bool) float64 {
	h, n := float64(hits), float64(rows)
	if all {
		return h / n
	}
	few := h
	if h > n/2 { // the rows that are no hits are what is few
		few = n - h
		estimate = 1 - estimate
	}
	low := math.Pow(math.Max(0, math.Sqrt(few)-0.8), 2) / n
	high := math.Pow(math.Sqrt(few+1)+0.8, 2) / n
	if estimate < low || estimate > high {
		estimate = math.Max(few, 1) / n
	}
	if h > n/2 {
		return 1 - estimate
	}
	return estimate
}
