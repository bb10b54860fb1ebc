package optimize

import (
	"fmt"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// windowMaker emits the segments and steps of a windowOp. It makes the results twice: first to learn, before there are
// steps, which expressions are read at other rows and so must be columns of the sort table, then over what steps add.
type windowMaker struct {
	e    *emitter
	n    *algebra.Window
	by   []algebra.ColumnID
	want algebra.IDs
	pipe *pipe

	learning bool
	fields   map[int]algebra.Column    // of the sort table, by the number of the expression
	send     []algebra.Column          // of the sort table
	exprs    []*algebra.Expr           // what they are made of
	made     map[string]algebra.Column // what steps have added, by what they do
}

// prepare brings the rows, with the columns cols, into their order and makes the results.
func (m *windowMaker) prepare(cols []algebra.Column) ([]*algebra.Expr, error) {
	e, p := m.e, m.pipe
	for _, c := range cols {
		m.field(c.Ref())
	}
	for _, id := range m.by {
		m.field(p.ref(id))
	}
	var partition []*algebra.Expr
	for _, x := range m.n.PartitionBy {
		partition = append(partition, m.field(x).Ref())
	}
	keys := make([]algebra.SortKey, 0, len(partition)+len(m.n.OrderBy))
	for _, x := range partition {
		keys = append(keys, algebra.SortKey{Expr: x})
	}
	for _, k := range m.n.OrderBy {
		if k.Expr.HasColumn() || k.Expr.Volatile() {
			k.Expr = m.field(k.Expr).Ref()
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		keys = append(keys, algebra.SortKey{Expr: algebra.Truth(true)})
	}
	m.learning = true
	learnt, err := m.results()
	if err != nil {
		return nil, err
	}
	m.reads(learnt...)
	m.learning = false
	computed := false
	for _, x := range m.exprs {
		computed = computed || x.Kind != expr.Column
	}
	e.compute(p, m.exprs, m.send, computed)
	if !p.single() {
		kind, by := program.DistHash, partition
		if m.by != nil {
			by = nil
			for _, id := range m.by {
				by = append(by, p.ref(id))
			}
		}
		if len(by) == 0 {
			kind = program.DistSingle
		}
		p = e.exchange(p, kind, by, m.send)
	}
	m.pipe = e.sort(p, m.send, keys, -1, -1, 0, false)
	return m.results()
}

// reads notes expressions over the row itself.
func (m *windowMaker) reads(es ...*algebra.Expr) {
	for _, x := range es {
		x.Columns(func(id algebra.ColumnID) {
			if _, ok := m.pipe.at[id]; ok && m.learning {
				m.field(m.pipe.ref(id))
			}
		})
	}
}

// field is the column of the sort table that has x.
func (m *windowMaker) field(x *algebra.Expr) algebra.Column {
	number := m.e.p.numbers.Of(x)
	if c, ok := m.fields[number]; ok && c.Type == x.Type {
		return c
	}
	c := algebra.Column{ID: x.Col, Name: "arg", Type: x.Type, Nullable: x.Nullable}
	if x.Kind == expr.Column {
		had := m.pipe.cols[m.pipe.place(x.Col)]
		c.Name, c.Nullable = had.Name, had.Nullable
		for _, s := range m.send { // under another type
			if s.ID == x.Col {
				c.ID = m.e.p.st.Fresh()
			}
		}
	} else {
		c.ID = m.e.p.st.Fresh()
	}
	m.fields[number] = c
	m.send, m.exprs = append(m.send, c), append(m.exprs, x)
	return c
}

// at is where a column stands.
func (m *windowMaker) at(c algebra.Column) plan.Position {
	at, ok := m.pipe.at[c.ID]
	if !ok {
		panic(fmt.Sprintf("BUG: column %d (%s) is not in the order", c.ID, c.Name))
	}
	return at
}

func (m *windowMaker) results() ([]*algebra.Expr, error) {
	var out []*algebra.Expr
	for i := range m.n.Calls {
		if !m.want[m.n.Cols[i].ID] {
			continue
		}
		r, err := m.result(&m.n.Calls[i])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// prefix asks the table to say how long the first n keys are.
func (m *windowMaker) prefix(n int) {
	t := m.e.q.Tables[m.pipe.seg.Source.TableID]
	for _, k := range t.Prefixes {
		if k == n {
			return
		}
	}
	t.Prefixes = append(t.Prefixes, n)
}

// step appends a step, once for all that do the same, and gives the columns that it adds.
func (m *windowMaker) step(what string, s plan.Step) []algebra.Column {
	p := m.pipe
	out := s.Layout(m.e.q, p.cols)
	added := out[len(p.cols):]
	cols := make([]algebra.Column, len(added))
	_, known := m.made[what+"/0"]
	for i, c := range added {
		name := fmt.Sprintf("%s/%d", what, i)
		if !known {
			m.made[name] = algebra.Column{ID: m.e.p.st.Fresh(), Name: c.Name, Type: c.Type, Nullable: c.Nullable}
			p.at[m.made[name].ID] = plan.Position(len(p.cols) + i)
		}
		cols[i] = m.made[name]
	}
	if !known {
		p.step(s)
		p.cols = out
	}
	return cols
}

// column is x, computed once.
func (m *windowMaker) column(x *algebra.Expr) *algebra.Expr {
	if m.learning || x.Kind == expr.Column {
		return x
	}
	s := &plan.WindowValue{Expr: m.pipe.expr(x)}
	return m.step(fmt.Sprintf("value %d", m.e.p.numbers.Of(x)), s)[0].Ref()
}

// unknown stands for what a step will add, while the results are learnt.
func (m *windowMaker) unknown(t types.Type, nullable bool) *algebra.Expr {
	return expr.Col(algebra.ColumnID(-1), t, nullable)
}
