package optimize

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/compiler/rewrite"
)

// builder makes bound trees by hand, for tests of the planner alone.
type builder struct {
	fn     *fn.Table
	next   algebra.ColumnID
	params []plan.Param
	types  map[algebra.ColumnID]algebra.Column
}

// operations are one table for all tests: expressions point into it.
var operations = fn.Default()

func opCall(op string, t types.Type, args ...*algebra.Expr) *algebra.Expr {
	return expr.CallOf(operations.Op(op), t, nil, args...)
}

// simplified is what the rules make of a statement.
func simplified(t *testing.T, st *algebra.Statement, env rewrite.Env) *algebra.Statement {
	t.Helper()
	out, err := rewrite.Apply(st, env)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newBuilder() *builder {
	return &builder{fn: operations, types: map[algebra.ColumnID]algebra.Column{}}
}

func (b *builder) id(name string, t types.Type, nullable bool) algebra.Column {
	c := algebra.Column{ID: b.next, Name: name, Type: t, Nullable: nullable}
	b.types[b.next] = c
	b.next++
	return c
}

// table makes a definition: columns as name, type, nullable; key is the distribution key's number, -1: none.
func table(id int, name string, style state.DistStyle, key int, rows int64, cols ...state.Column) *state.Table {
	return &state.Table{ID: state.TableID(id), Schema: "public", Name: name, DistStyle: style, Effective: style,
		DistKey: state.KeyColumn(types.FirstID(key)), Columns: cols, Version: state.Version{Number: 1, Rows: rows}}
}

func col(name string, t types.Type) state.Column {
	return state.Column{Name: name, Type: t, NotNull: true}
}

// addressed is a scan that yields rows' addresses too.
func (b *builder) addressed(t *state.Table, alias string) (*algebra.Scan, *algebra.Expr) {
	s := b.scan(t, alias)
	id := b.id("rowid", types.TInt8, false)
	s.Cols, s.ColNos = append(s.Cols, id), append(s.ColNos, t.RowIDColumn())
	return s, id.Ref()
}

func (b *builder) scan(t *state.Table, alias string) *algebra.Scan {
	s := &algebra.Scan{Table: t, Schema: t.Schema, Alias: alias}
	for i, c := range t.Columns {
		s.Cols = append(s.Cols, b.id(c.Name, c.Type, !c.NotNull))
		s.ColNos = append(s.ColNos, i)
	}
	return s
}

// column is a reference to a column of n by name.
func column(n algebra.Node, name string) *algebra.Expr {
	for _, x := range n.Columns() {
		if x.Name == name {
			return x.Ref()
		}
	}
	panic("no column " + name)
}

func (b *builder) lit(t types.Type, d types.Datum) *algebra.Expr {
	b.params = append(b.params, plan.Param{Type: t, Value: d})
	return &algebra.Expr{Kind: expr.Parameter, Type: t, Param: len(b.params) - 1}
}

func (b *builder) int(v int64) *algebra.Expr  { return b.lit(types.TInt4, types.Int(v)) }
func (b *builder) str(v string) *algebra.Expr { return b.lit(types.TText, types.String(v)) }
func cmp(op string, l, r *algebra.Expr) *algebra.Expr {
	return opCall(op, types.TBool, l, r)
}

func (b *builder) aggr(in algebra.Node, keys []*algebra.Expr, aggs ...algebra.AggCall) *algebra.Aggregate {
	a := &algebra.Aggregate{In: in, Keys: keys, Aggs: aggs}
	for _, k := range keys {
		name := "key"
		if k.Kind == expr.Column {
			name = b.types[k.Col].Name
		}
		a.Cols = append(a.Cols, b.id(name, k.Type, k.Nullable))
	}
	for _, g := range aggs {
		a.Cols = append(a.Cols, b.id(g.Fn.Name, g.Type, !g.Fn.NeverNull))
	}
	return a
}

func (b *builder) statement(root algebra.Node) *algebra.Statement {
	st := &algebra.Statement{Root: root, Params: b.params, NextID: b.next}
	for _, x := range root.Columns() {
		st.Output = append(st.Output, plan.OutputColumn{Name: x.Name, Type: x.Type})
	}
	return st
}
