package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

func col(i int, t types.Type, null bool) *plan.Expr { return expr.Col(plan.Position(i), t, null) }

// operations are those that expressions name; what they mean is for the table of the engine under test to say.
var operations = fn.Default()

func call(op string, t types.Type, args ...*plan.Expr) *plan.Expr {
	e := &plan.Expr{Kind: expr.Call, Op: operations.Op(op), Type: t, Args: args}
	for _, a := range args {
		e.Nullable = e.Nullable || a.Nullable
	}
	return e
}

func param(i int, t types.Type) *plan.Expr {
	return &plan.Expr{Kind: expr.Parameter, Param: i, Type: t}
}

// numbers are rows (i, i % 7 or NULL, "name i%5 …").
func numbers(n int) [][]types.Datum {
	var rows [][]types.Datum
	for i := 0; i < n; i++ {
		k := types.Int(int64(i % 7))
		if i%11 == 0 {
			k = types.NullDatum
		}
		rows = append(rows, []types.Datum{types.Int(int64(i)), k, types.String(fmt.Sprintf("a rather long name %d", i%5))})
	}
	return rows
}

var numberCols = []plan.Column{{Name: "i", Type: types.TInt8}, {Name: "k", Type: types.TInt4, Nullable: true},
	{Name: "s", Type: types.TVarchar(40)}}

// Filter, arithmetic, projection.
func TestFilterProject(t *testing.T) {
	r := newRunner(t)
	q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(2990)},
		{Type: types.TInt8, Value: types.Int(3)}},
		Segments: []*plan.Segment{{
			Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols},
			Steps: []plan.Step{
				&plan.Filter{Preds: []*plan.Expr{call("ge", types.TBool, col(0, types.TInt8, false), param(0, types.TInt8))}},
				&plan.Project{Exprs: []*plan.Expr{call("mul", types.TInt8, col(0, types.TInt8, false), param(1, types.TInt8)),
					col(1, types.TInt4, true), col(2, types.TVarchar(40), false)}}},
			Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false), col(1, types.TInt4, true),
				col(2, types.TVarchar(40), false)}},
		}}}
	var want []string
	for i := 2990; i < 3000; i++ {
		k := fmt.Sprint(i % 7)
		if i%11 == 0 {
			k = "NULL"
		}
		want = append(want, fmt.Sprintf("%d|%s|a rather long name %d", i*3, k, i%5))
	}
	r.check(q, map[string][][]types.Datum{"t": numbers(3000)}, want, true)
}

// GROUP BY with NULL and string keys, sums, counts, minima; tables start at 8 entries.
func TestGroup(t *testing.T) {
	r := newRunner(t)
	sum := plan.Agg{Fn: operations.Accumulator("sum"), Arg: col(0, types.TInt8, false)}
	cnt := plan.Agg{Fn: operations.Accumulator("count")}
	cntk := plan.Agg{Fn: operations.Accumulator("count"), Arg: col(1, types.TInt4, true)}
	mx := plan.Agg{Fn: operations.Accumulator("max"), Arg: col(0, types.TInt8, false)}
	d38 := types.TDecimal(38, 0)
	tab := &plan.Table{Kind: program.SinkAggr, Keys: numberCols[1:],
		Aggs: []plan.AggInfo{{Agg: sum, Out: plan.Column{Type: d38}}, {Agg: cnt, Out: plan.Column{Type: types.TInt8}},
			{Agg: cntk, Out: plan.Column{Type: types.TInt8}}, {Agg: mx, Out: plan.Column{Type: types.TInt8}}}}
	outCols := []plan.Column{numberCols[1], numberCols[2], {Type: d38}, {Type: types.TInt8}, {Type: types.TInt8},
		{Type: types.TInt8}}
	var cols []*plan.Expr
	for i, c := range outCols {
		cols = append(cols, col(i, c.Type, c.Nullable))
	}
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols},
			Sink: plan.Sink{Kind: program.SinkAggr, Keys: []*plan.Expr{col(1, types.TInt4, true),
				col(2, types.TVarchar(40), false)}, Aggs: []plan.Agg{sum, cnt, cntk, mx}}},
		{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: outCols},
			Sink: plan.Sink{Kind: program.SinkReturn, Cols: cols}}}}
	type agg struct{ sum, n, nk, mx int }
	m := map[string]*agg{}
	for i := 0; i < 5000; i++ {
		k := fmt.Sprint(i % 7)
		if i%11 == 0 {
			k = "NULL"
		}
		key := fmt.Sprintf("%s|a rather long name %d", k, i%5)
		a := m[key]
		if a == nil {
			a = &agg{}
			m[key] = a
		}
		a.sum += i
		a.n++
		if k != "NULL" {
			a.nk++
		}
		a.mx = max(a.mx, i)
	}
	var want []string
	for k, a := range m {
		want = append(want, fmt.Sprintf("%s|%d|%d|%d|%d", k, a.sum, a.n, a.nk, a.mx))
	}
	r.check(q, map[string][][]types.Datum{"t": numbers(5000)}, want, false)
}

// Inner and left hash joins with duplicate build keys (fan-out over vectors), NULL keys.
func TestJoin(t *testing.T) {
	r := newRunner(t)
	for _, kind := range []plan.JoinKind{plan.InnerJoin, plan.LeftJoin} {
		for _, residual := range []bool{false, true} {
			small := [][]types.Datum{}
			for i := 0; i < 40; i++ {
				k := types.Int(int64(i % 5)) // keys 5, 6 have no match
				if i%13 == 0 {
					k = types.NullDatum
				}
				small = append(small, []types.Datum{k, types.String(fmt.Sprintf("payload number %d", i))})
			}
			smallCols := []plan.Column{{Name: "k", Type: types.TInt4, Nullable: true}, {Name: "p", Type: types.TVarchar(30)}}
			nullable := kind == plan.LeftJoin
			j := &plan.HashJoin{Kind: kind, Keys: []*plan.Expr{col(1, types.TInt4, true)}}
			if residual {
				j.Residual = call("ne", types.TBool, col(3, types.TVarchar(30), nullable), param(0, types.TVarchar(30)))
			}
			q := &plan.Query{Params: []plan.Param{{Type: types.TVarchar(30), Value: types.String("payload number 7")}},
				Tables: []*plan.Table{{Kind: program.SinkHash, Keys: smallCols[:1], Payload: smallCols[1:]}},
				Segments: []*plan.Segment{
					{Source: plan.Source{Kind: program.SourceRows, Rows: "s", Cols: smallCols},
						Sink: plan.Sink{Kind: program.SinkHash, Keys: []*plan.Expr{col(0, types.TInt4, true)},
							Payload: []*plan.Expr{col(1, types.TVarchar(30), false)}}},
					{ID: 1, Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols}, Steps: []plan.Step{j},
						Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false),
							col(3, types.TVarchar(30), nullable)}}}}}
			var want []string
			for i := 0; i < 2500; i++ {
				hits := 0
				for n, s := range small {
					if i%11 == 0 || s[0].Null || s[0].Lo != int64(i%7) || residual && n == 7 {
						continue
					}
					hits++
					want = append(want, fmt.Sprintf("%d|payload number %d", i, n))
				}
				if hits == 0 && kind == plan.LeftJoin {
					want = append(want, fmt.Sprintf("%d|NULL", i))
				}
			}
			r.check(q, map[string][][]types.Datum{"t": numbers(2500), "s": small}, want, false)
		}
	}
}

// ORDER BY with NULLs, descending strings, and a limit.
func TestSort(t *testing.T) {
	r := newRunner(t)
	q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(20)}},
		Tables: []*plan.Table{{Kind: program.SinkSort, Payload: numberCols}},
		Segments: []*plan.Segment{
			{Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols},
				Sink: plan.Sink{Kind: program.SinkSort, LimitParam: 0, OffsetParam: -1,
					Payload: []*plan.Expr{col(0, types.TInt8, false), col(1, types.TInt4, true), col(2, types.TVarchar(40), false)},
					Order: []plan.SortKey{{Expr: col(1, types.TInt4, true), Desc: true, NullsFirst: true},
						{Expr: col(2, types.TVarchar(40), false), Desc: true}, {Expr: col(0, types.TInt8, false)}}}},
			{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: numberCols},
				Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false), col(1, types.TInt4, true),
					col(2, types.TVarchar(40), false)}}}}}
	var want []string
	for n := 0; n < 20; n++ {
		want = append(want, fmt.Sprintf("%d|NULL|a rather long name 4", 44+55*n))
	}
	r.check(q, map[string][][]types.Datum{"t": numbers(9000)}, want, true)
}

// An overflow in a selected row fails, under a filter that drops the row it does not.
func TestErrors(t *testing.T) {
	r := newRunner(t)
	rows := [][]types.Datum{{types.Int(1)}, {types.Int(1 << 62)}, {types.Int(5)}}
	for _, limit := range []int64{10, 1 << 62} {
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(limit)}},
			Segments: []*plan.Segment{{Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols[:1]},
				Steps: []plan.Step{&plan.Filter{Preds: []*plan.Expr{call("le", types.TBool, col(0, types.TInt8, false),
					param(0, types.TInt8))}}},
				Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{call("mul", types.TInt8, col(0, types.TInt8, false),
					col(0, types.TInt8, false))}}}}}
		for name, o := range shapes() {
			got, err := r.run(q, map[string][][]types.Datum{"t": rows}, o)
			if limit == 10 && (err != nil || len(got) != 2) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
			if limit != 10 && err == nil {
				t.Errorf("%s: no error but %v", name, got)
			}
		}
	}
}
