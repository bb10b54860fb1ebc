package segment

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// saves is a sink that keeps all columns of a layout in table 0, and that table.
func saves(cols []plan.Column) (*plan.Table, plan.Sink) {
	s := plan.Sink{Kind: program.SinkSave, Payload: returns(cols).Cols}
	return &plan.Table{Kind: program.SinkSave, Payload: cols}, s
}

// Rows of two segments are saved and read by two others: NULLs, long and short strings, a string of the longest kind,
// every width of value, nothing at all.
func TestSave(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "i", Type: types.TInt8}, {Name: "b", Type: types.TBool, Nullable: true},
		{Name: "n", Type: types.TInt2, Nullable: true}, {Name: "d", Type: types.TDecimal(38, 0), Nullable: true},
		{Name: "f", Type: types.TFloat4}, {Name: "s", Type: types.TVarchar(65535), Nullable: true}}
	row := func(i int) ([]types.Datum, string) {
		s := strings.Repeat("s", i%30)
		if i == 1000 {
			s = strings.Repeat("x", 65535)
		}
		ds := []types.Datum{types.Int(int64(i)), types.BoolDatum(i%2 == 0), types.Int(int64(i % 100)),
			types.Int128(0, int64(i)<<20), types.Float(float64(i)), types.String(s)}
		texts := make([]string, len(ds))
		for c := range ds {
			if cols[c].Nullable && i%(c+2) == 0 {
				ds[c] = types.NullDatum
				texts[c] = "NULL"
				continue
			}
			texts[c] = types.FormatText(cols[c].Type, ds[c])
		}
		return ds, strings.Join(texts, "|")
	}
	tab, sink := saves(cols)
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: rowsOf("a", cols), Sink: sink},
		{ID: 1, Source: rowsOf("b", cols), Sink: sink},
		{ID: 2, Source: plan.Source{Kind: program.SourceTable, Cols: cols}, Sink: returns(cols)},
		{ID: 3, Source: plan.Source{Kind: program.SourceTable, Cols: cols}, Sink: returns(cols[:1])}}}
	for _, n := range []int{0, 1, 5000} {
		inputs := map[string][][]types.Datum{}
		var all, firsts []string
		for i := range n {
			ds, text := row(i)
			to := "a"
			if i > n/3 {
				to = "b"
			}
			inputs[to] = append(inputs[to], ds)
			all, firsts = append(all, text), append(firsts, fmt.Sprint(i))
		}
		r.check(q, inputs, append(all, firsts...), true)
	}
}

// Rows without columns are counted.
func TestSaveNothing(t *testing.T) {
	r := newRunner(t)
	tab, sink := saves(nil)
	q := &plan.Query{Tables: []*plan.Table{tab}, Params: []plan.Param{{Type: types.TInt8, Value: types.Int(1)}},
		Segments: []*plan.Segment{
			{Source: rowsOf("t", numberCols), Sink: sink},
			{ID: 1, Source: plan.Source{Kind: program.SourceTable}, Sink: plan.Sink{Kind: program.SinkReturn,
				Cols: []*plan.Expr{param(0, types.TInt8)}}}}}
	var want []string
	for range 3000 {
		want = append(want, "1")
	}
	r.check(q, map[string][][]types.Datum{"t": numbers(3000)}, want, true)
}

// Two segments build one join table.
func TestJoinOfTwoFillers(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "k", Type: types.TInt4, Nullable: true}, {Name: "p", Type: types.TVarchar(40)}}
	tab, sink := builds(cols)
	out := append(append([]plan.Column(nil), numberCols[:2]...), cols[1])
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: rowsOf("a", cols), Sink: sink},
		{ID: 1, Source: rowsOf("b", cols), Sink: sink},
		{ID: 2, Source: rowsOf("t", numberCols),
			Steps: []plan.Step{&plan.HashJoin{Keys: []*plan.Expr{col(1, types.TInt4, true)}},
				&plan.Project{Exprs: []*plan.Expr{col(0, types.TInt8, false), col(1, types.TInt4, true),
					col(3, types.TVarchar(40), false)}}},
			Sink: returns(out)}}}
	build := func(name string, keys ...int64) (rows [][]types.Datum) {
		for _, k := range keys {
			rows = append(rows, []types.Datum{types.Int(k), types.String(fmt.Sprintf("the build side %s", name))})
		}
		return append(rows, []types.Datum{types.NullDatum, types.String(name)})
	}
	var want []string
	for i := range 2100 {
		for _, m := range map[int][]string{2: {"a", "b"}, 3: {"b"}}[i%7] {
			if i%11 > 0 {
				want = append(want, fmt.Sprintf("%d|%d|the build side %s", i, i%7, m))
			}
		}
	}
	r.check(q, map[string][][]types.Datum{"t": numbers(2100), "a": build("a", 2), "b": build("b", 2, 3)}, want, false)
}
