package optimize

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/compiler/rewrite"
)

// The tables of the hand-made statements.
var (
	orders = table(1, "orders", state.DistKey, 0, 150000, col("o_id", types.TInt8), col("o_cust", types.TInt8),
		col("o_date", types.TDate), col("o_total", types.TDecimal(12, 2)))
	lines = table(2, "lines", state.DistKey, 0, 600000, col("l_order", types.TInt8), col("l_qty", types.TInt4),
		col("l_price", types.TDecimal(12, 2)), col("l_mode", types.TVarchar(10)))
	customers = table(3, "customers", state.DistEven, -1, 15000, col("c_id", types.TInt8),
		col("c_name", types.TVarchar(25)),
		col("c_nation", types.TInt4))
	nations = table(4, "nations", state.DistAll, -1, 25, col("n_id", types.TInt4), col("n_name", types.TVarchar(25)))
)

// Tables with deleted rows.
var (
	deleted = withDeleted(table(5, "deleted", state.DistKey, 0, 1000, col("d_id", types.TInt4),
		col("d_text", types.TVarchar(10))))
	deletedAll = withDeleted(table(6, "deletedall", state.DistAll, -1, 10, col("d_id", types.TInt4)))
)

func withDeleted(t *state.Table) *state.Table {
	t.Version.Objects = state.MakeObjects(state.ObjectRef{Name: "a", Rows: 500},
		state.ObjectRef{Name: "b", Rows: 600, Deleted: []byte{1}, Dead: 100})
	return t
}

// statements are the hand-made trees, by name.
var statements = map[string]func(b *builder) *algebra.Statement{
	"scan": func(b *builder) *algebra.Statement {
		s := b.scan(orders, "o")
		return b.statement(&algebra.Select{In: s, Preds: []*algebra.Expr{cmp("ge", column(s, "o_date"),
			b.lit(types.TDate, types.Int(100)))}})
	},
	"count": func(b *builder) *algebra.Statement {
		return b.statement(b.aggr(b.scan(orders, ""), nil,
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
	},
	"group": func(b *builder) *algebra.Statement {
		s := b.scan(lines, "")
		a := b.aggr(s, []*algebra.Expr{column(s, "l_mode")},
			algebra.AggCall{Fn: operations.Aggregate("sum"), Args: []*algebra.Expr{column(s, "l_qty")}, Type: types.TInt8},
			algebra.AggCall{Fn: operations.Aggregate("avg"), Args: []*algebra.Expr{column(s, "l_price")},
				Type: types.TDecimal(38, 2)},
			algebra.AggCall{Fn: operations.Aggregate("avg"), Args: []*algebra.Expr{column(s, "l_qty")}, Type: types.TInt8},
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8})
		return b.statement(&algebra.Limit{Count: b.int(3).Param, Offset: -1,
			In: &algebra.Sort{In: a, Keys: []algebra.SortKey{{Expr: a.Cols[1].Ref(), Desc: true, NullsFirst: true}}}})
	},
	"group-key": func(b *builder) *algebra.Statement {
		s := b.scan(lines, "")
		return b.statement(b.aggr(s, []*algebra.Expr{column(s, "l_mode"), column(s, "l_order")},
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
	},
	"distinct-agg": func(b *builder) *algebra.Statement {
		s := b.scan(lines, "")
		return b.statement(b.aggr(s, []*algebra.Expr{column(s, "l_mode")},
			algebra.AggCall{Fn: operations.Aggregate("count"), Distinct: true, Args: []*algebra.Expr{column(s, "l_qty")},
				Type: types.TInt8},
			algebra.AggCall{Fn: operations.Aggregate("sum"), Args: []*algebra.Expr{column(s, "l_price")},
				Type: types.TDecimal(38, 2)},
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
	},
	"distinct": func(b *builder) *algebra.Statement {
		s := b.scan(lines, "")
		x := b.id("l_mode", types.TVarchar(10), false)
		return b.statement(&algebra.Distinct{In: &algebra.Project{In: s, Cols: []algebra.Column{x},
			Exprs: []*algebra.Expr{column(s, "l_mode")}}})
	},
	"expand": func(b *builder) *algebra.Statement {
		s := b.scan(nations, "n")
		x := algebra.NewExpand(s, b.lit(types.TInt8, types.Int(3)), "copy", b.id("copy", types.TInt8, false).ID)
		return b.statement(b.aggr(x, []*algebra.Expr{column(s, "n_name"), x.Number.Ref()},
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
	},
	"limit": func(b *builder) *algebra.Statement {
		return b.statement(&algebra.Limit{In: b.scan(customers, "c"), Count: b.int(10).Param, Offset: b.int(5).Param})
	},
	"all": func(b *builder) *algebra.Statement { return b.statement(b.scan(nations, "n")) },
	"colocated": func(b *builder) *algebra.Statement {
		o, l := b.scan(orders, "o"), b.scan(lines, "l")
		j := &algebra.Join{Kind: algebra.Inner, Left: o, Right: l,
			On: []*algebra.Expr{cmp("eq", column(o, "o_id"), column(l, "l_order"))}}
		return b.statement(b.aggr(j, []*algebra.Expr{column(o, "o_cust")},
			algebra.AggCall{Fn: operations.Aggregate("sum"), Args: []*algebra.Expr{column(l, "l_price")},
				Type: types.TDecimal(38, 2)}))
	},
	"star": func(b *builder) *algebra.Statement {
		o, l, cu, n := b.scan(orders, "o"), b.scan(lines, "l"), b.scan(customers, "c"), b.scan(nations, "n")
		join := func(l, r algebra.Node) algebra.Node { return &algebra.Join{Kind: algebra.Inner, Left: l, Right: r} }
		sel := &algebra.Select{In: join(join(join(o, l), cu), n), Preds: []*algebra.Expr{
			cmp("eq", column(o, "o_id"), column(l, "l_order")), cmp("eq", column(o, "o_cust"), column(cu, "c_id")),
			cmp("eq", column(cu, "c_nation"), column(n, "n_id")),
			cmp("lt", column(o, "o_date"), b.lit(types.TDate, types.Int(0))),
			cmp("eq", column(n, "n_name"), b.str("FRANCE"))}}
		return b.statement(b.aggr(sel, []*algebra.Expr{column(n, "n_name")},
			algebra.AggCall{Fn: operations.Aggregate("sum"), Args: []*algebra.Expr{column(l, "l_price")},
				Type: types.TDecimal(38, 2)}))
	},
	"left": func(b *builder) *algebra.Statement {
		o, cu := b.scan(orders, "o"), b.scan(customers, "c")
		j := &algebra.Join{Kind: algebra.Left, Left: cu, Right: o, On: []*algebra.Expr{
			cmp("eq", column(o, "o_cust"), column(cu, "c_id")), cmp("lt", column(o, "o_id"), column(cu, "c_id"))}}
		return b.statement(j)
	},
	"cross": func(b *builder) *algebra.Statement {
		n, cu := b.scan(nations, "n"), b.scan(customers, "c")
		j := &algebra.Join{Kind: algebra.Inner, Left: cu, Right: n,
			On: []*algebra.Expr{cmp("lt", column(cu, "c_nation"), column(n, "n_id"))}}
		return b.statement(j)
	},
	"top-subquery": func(b *builder) *algebra.Statement {
		s := b.scan(orders, "o")
		top := &algebra.Limit{Count: b.int(7).Param, Offset: b.int(2).Param,
			In: &algebra.Sort{In: s, Keys: []algebra.SortKey{{Expr: column(s, "o_total"), Desc: true, NullsFirst: true}}}}
		return b.statement(b.aggr(top, nil, algebra.AggCall{Fn: operations.Aggregate("max"),
			Args: []*algebra.Expr{column(s, "o_date")}, Type: types.TDate}))
	},
	"insert": func(b *builder) *algebra.Statement {
		s := b.scan(customers, "")
		st := b.statement(s)
		st.Insert = table(9, "copy", state.DistKey, 2, 0, customers.Columns...)
		return st
	},
	"delete": func(b *builder) *algebra.Statement {
		s, id := b.addressed(deleted, "")
		st := b.statement(&algebra.Select{In: s, Preds: []*algebra.Expr{cmp("lt", column(s, "d_id"), b.int(10))}})
		p := b.id("rowid", types.TInt8, false)
		st.Root = &algebra.Project{In: st.Root, Cols: []algebra.Column{p}, Exprs: []*algebra.Expr{id}}
		st.Delete, st.Output = deleted, []plan.OutputColumn{{Name: "rowid", Type: types.TInt8}}
		st.NextID = b.next
		return st
	},
	"deleted-count": func(b *builder) *algebra.Statement {
		return b.statement(b.aggr(b.scan(deleted, ""), nil,
			algebra.AggCall{Fn: operations.Aggregate("count"), Type: types.TInt8}))
	},
	"deleted-join": func(b *builder) *algebra.Statement {
		n, d := b.scan(nations, "n"), b.scan(deletedAll, "d")
		return b.statement(&algebra.Join{Kind: algebra.Left, Left: n, Right: d,
			On: []*algebra.Expr{cmp("eq", column(n, "n_id"), column(d, "d_id"))}})
	},
	"values": func(b *builder) *algebra.Statement {
		x := b.id("x", types.TInt4, false)
		return b.statement(&algebra.Values{Cols: []algebra.Column{x}, Rows: [][]*algebra.Expr{{b.int(1)}, {b.int(2)}}})
	},
}

// Plans of hand-made trees: segments and EXPLAIN text.
func TestPlans(t *testing.T) {
	table := operations
	datadriven.RunTest(t, "testdata/plans", func(t *testing.T, d *datadriven.TestData) string {
		var name string
		env := Env{Slices: 4, Nodes: 2, Fn: table}
		d.ScanArgs(t, "q", &name)
		d.MaybeScanArgs(t, "slices", &env.Slices)
		d.MaybeScanArgs(t, "nodes", &env.Nodes)
		make := statements[name]
		if make == nil {
			return "no such statement"
		}
		q, err := Plan(simplified(t, make(newBuilder()), rewrite.Env{Fn: operations}), env)
		if err != nil {
			return "error: " + err.Error()
		}
		if d.Cmd == "explain" {
			return strings.Join(plan.Explain(q), "\n") + "\n"
		}
		return plan.FormatSegments(q)
	})
}

// Proves that every hand-made tree plans, the same each time, on all cluster shapes.
func TestPlansEverywhere(t *testing.T) {
	table := operations
	var names []string
	for n := range statements {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		for _, shape := range [][2]int{{1, 1}, {2, 1}, {4, 2}, {16, 4}} {
			t.Run(fmt.Sprintf("%s/%dx%d", n, shape[0], shape[1]), func(t *testing.T) {
				env := Env{Slices: shape[0], Nodes: shape[1], Fn: table}
				a, err := Plan(simplified(t, statements[n](newBuilder()), rewrite.Env{Fn: operations}), env)
				if err != nil {
					t.Fatal(err)
				}
				b, err := Plan(simplified(t, statements[n](newBuilder()), rewrite.Env{Fn: operations}), env)
				if err != nil {
					t.Fatal(err)
				}
				if plan.FormatSegments(a) != plan.FormatSegments(b) {
					t.Error("two plans of one statement differ")
				}
			})
		}
	}
}
