package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// rowsOf is a source of rows handed in under a name.
func rowsOf(name string, cols []plan.Column) plan.Source {
	return plan.Source{Kind: program.SourceRows, Rows: name, Cols: cols}
}

// returns is a sink that sends all columns of a layout.
func returns(cols []plan.Column) plan.Sink {
	s := plan.Sink{Kind: program.SinkReturn}
	for i, c := range cols {
		s.Cols = append(s.Cols, col(i, c.Type, c.Nullable))
	}
	return s
}

// builds is a sink that fills join table 0 with the first column as key and the others as payload.
func builds(cols []plan.Column) (*plan.Table, plan.Sink) {
	s := plan.Sink{Kind: program.SinkHash, Keys: []*plan.Expr{col(0, cols[0].Type, cols[0].Nullable)}}
	for i, c := range cols[1:] {
		s.Payload = append(s.Payload, col(i+1, c.Type, c.Nullable))
	}
	return &plan.Table{Kind: program.SinkHash, Keys: cols[:1], Payload: cols[1:]}, s
}

// Semi and anti joins keep each probe row at most once; a NULL key matches nothing.
func TestSemiAntiJoin(t *testing.T) {
	r := newRunner(t)
	keyCols := []plan.Column{{Name: "k", Type: types.TInt4, Nullable: true}}
	tab, sink := builds(keyCols)
	build := [][]types.Datum{{types.Int(2)}, {types.Int(2)}, {types.NullDatum}, {types.Int(5)}}
	for _, kind := range []plan.JoinKind{plan.SemiJoin, plan.AntiJoin} {
		for _, keys := range [][][]types.Datum{build, nil} {
			q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
				{Source: rowsOf("s", keyCols), Sink: sink},
				{ID: 1, Source: rowsOf("t", numberCols), Steps: []plan.Step{&plan.HashJoin{Kind: kind,
					Keys: []*plan.Expr{col(1, types.TInt4, true)}}},
					Sink: returns(numberCols[:2])}}}
			var want []string
			for i := 0; i < 2100; i++ {
				k, hit := fmt.Sprint(i%7), keys != nil && (i%7 == 2 || i%7 == 5)
				if i%11 == 0 {
					k, hit = "NULL", false
				}
				if hit == (kind == plan.SemiJoin) {
					want = append(want, fmt.Sprintf("%d|%s", i, k))
				}
			}
			r.check(q, map[string][][]types.Datum{"t": numbers(2100), "s": keys}, want, true)
		}
	}
}

// Groups of an aggregate table are joined; keys that the join does not need
// are read behind the probe, whose pairs outnumber the groups.
func TestGroupsJoined(t *testing.T) {
	r := newRunner(t)
	in := []plan.Column{{Name: "a", Type: types.TInt4, Nullable: true}, {Name: "b", Type: types.TInt8},
		{Name: "s", Type: types.TVarchar(20)}}
	cnt := plan.Agg{Fn: operations.Accumulator("count")}
	groups := append(append([]plan.Column(nil), in...), plan.Column{Name: "n", Type: types.TInt8})
	right := []plan.Column{{Name: "k", Type: types.TInt8}, {Name: "p", Type: types.TInt4}}
	tab, build := builds(right)
	out := append(append([]plan.Column(nil), groups...), right[1])
	q := &plan.Query{
		Tables: []*plan.Table{tab, {ID: 1, Kind: program.SinkAggr, Keys: in,
			Aggs: []plan.AggInfo{{Agg: cnt, Out: groups[3]}}}},
		Segments: []*plan.Segment{
			{Source: rowsOf("r", right), Sink: build},
			{ID: 1, Source: rowsOf("l", in), Sink: plan.Sink{Kind: program.SinkAggr, TableID: 1, Aggs: []plan.Agg{cnt},
				Keys: []*plan.Expr{col(0, types.TInt4, true), col(1, types.TInt8, false), col(2, types.TVarchar(20), false)}}},
			{ID: 2, Source: plan.Source{Kind: program.SourceTable, TableID: 1, Cols: groups},
				Steps: []plan.Step{&plan.HashJoin{Keys: []*plan.Expr{col(1, types.TInt8, false)}}},
				Sink:  returns(out)}}}
	var left, small [][]types.Datum
	var want []string
	for i := 0; i < 300; i++ {
		a, as := types.Int(int64(i%10)), fmt.Sprint(i%10)
		if i%10 == 3 {
			a, as = types.NullDatum, "NULL"
		}
		s := fmt.Sprintf("a string number %d", i%30)
		left = append(left, []types.Datum{a, types.Int(int64(i % 30)), types.String(s)})
		if i < 30 {
			for p := 0; p < 9; p++ {
				want = append(want, fmt.Sprintf("%s|%d|%s|10|%d", as, i, s, p))
			}
		}
	}
	for k := 0; k < 40; k++ {
		for p := 0; p < 9; p++ {
			small = append(small, []types.Datum{types.Int(int64(k)), types.Int(int64(p))})
		}
	}
	r.check(q, map[string][][]types.Datum{"l": left, "r": small}, want, false)
}

// Keys of every class, with NULLs, a fan-out and keys that only one side has.
func TestJoinKeyClasses(t *testing.T) {
	r := newRunner(t)
	for name, typ := range keyTypes {
		cols := []plan.Column{{Name: "k", Type: typ, Nullable: true}, {Name: "p", Type: types.TInt4}}
		tab, build := builds(cols)
		out := append(append([]plan.Column(nil), cols...), cols[1])
		q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
			{Source: rowsOf("r", cols), Sink: build},
			{ID: 1, Source: rowsOf("l", cols), Steps: []plan.Step{&plan.HashJoin{Keys: []*plan.Expr{col(0, typ, true)}}},
				Sink: returns(out)}}}
		var left, right [][]types.Datum
		var want []string
		for i := 0; i < 200; i++ {
			k := keyValue(typ, i%8)
			left = append(left, []types.Datum{k, types.Int(int64(i))})
			right = append(right, []types.Datum{keyValue(typ, 3+i%9), types.Int(int64(i))})
		}
		for i, x := range left {
			for j, y := range right {
				if a, b := x[0], y[0]; !a.Null && !b.Null && types.FormatText(typ, a) == types.FormatText(typ, b) {
					want = append(want, fmt.Sprintf("%s|%d|%d", types.FormatText(typ, a), i, j))
				}
			}
		}
		t.Run(name, func(t *testing.T) {
			r := *r
			r.t = t
			r.check(q, map[string][][]types.Datum{"l": left, "r": right}, want, false)
		})
	}
}

var keyTypes = map[string]types.Type{"bool": types.TBool, "int2": types.TInt2, "int4": types.TInt4, "int8": types.TInt8,
	"decimal": types.TDecimal(38, 2),
	"real":    types.TFloat4, "double": types.TFloat8, "varchar": types.TVarchar(40), "char": types.TChar(5),
	"date": types.TDate}

// keyValue is the i-th of the values of a class that tests use; ascending but for NULL, which comes last.
func keyValue(t types.Type, i int) types.Datum {
	if i == 7 {
		return types.NullDatum
	}
	v := int64(i) - 3
	switch t.Phys() {
	case types.I8:
		return types.BoolDatum(i >= 4)
	case types.I128:
		return types.Int128(v, 77)
	case types.F32, types.F64:
		return types.Float(float64(v) * 1.5)
	case types.Str:
		s := []string{"", "a", "ab", "abc", "b\x01", "long enough to lie outside of the header", "z"}[i%7]
		if t.Kind == types.Char {
			s = s[:min(len(s), 5)]
		}
		return types.String(s)
	}
	return types.Int(v)
}

// A left join's condition is evaluated for pairs only: it must not fail on rows without a match.
func TestResidualFailsOnPairsOnly(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "k", Type: types.TInt8}, {Name: "p", Type: types.TInt8}}
	tab, build := builds(cols)
	out := append(append([]plan.Column(nil), cols...), plan.Column{Name: "q", Type: types.TInt8, Nullable: true})
	for _, divisor := range []int64{0, 2} {
		left := [][]types.Datum{{types.Int(1), types.Int(5)}, {types.Int(2), types.Int(divisor)},
			{types.Int(3), types.Int(0)}}
		right := [][]types.Datum{{types.Int(1), types.Int(1)}, {types.Int(2), types.Int(4)}, {types.Int(2), types.Int(100)}}
		cond := call("lt", types.TBool, call("div", types.TInt8, param(0, types.TInt8), col(1, types.TInt8, false)),
			col(2, types.TInt8, true))
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(10)}}, Tables: []*plan.Table{tab},
			Segments: []*plan.Segment{
				{Source: rowsOf("r", cols), Sink: build},
				{ID: 1, Source: rowsOf("l", cols), Steps: []plan.Step{&plan.HashJoin{Kind: plan.LeftJoin,
					Keys: []*plan.Expr{col(0, types.TInt8, false)}, Residual: cond}}, Sink: returns(out)}}}
		inputs := map[string][][]types.Datum{"l": left, "r": right}
		if divisor != 0 {
			r.check(q, inputs, []string{"1|5|NULL", "2|2|100", "3|0|NULL"}, false)
			continue
		}
		for name, o := range shapes() {
			if got, err := r.run(q, inputs, o); err == nil {
				t.Errorf("%s: no error but %v", name, got)
			}
		}
	}
}

// NULL literals in front of and behind a fan-out are NULL on all pairs.
func TestNullLiteralAcrossProbe(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "k", Type: types.TInt4}, {Name: "p", Type: types.TInt4}}
	null := &plan.Expr{Kind: expr.Constant, Type: types.TInt4, Nullable: true, Const: types.NullDatum}
	tab, build := builds(cols)
	for _, project := range []bool{false, true} {
		seg := &plan.Segment{ID: 1, Source: rowsOf("l", cols),
			Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{null, col(2, types.TInt4, false)}}}
		join := &plan.HashJoin{Keys: []*plan.Expr{col(0, types.TInt4, false)}}
		if project {
			seg.Steps = []plan.Step{&plan.Project{Exprs: []*plan.Expr{col(0, types.TInt4, false), null}}, join}
			seg.Sink.Cols[0] = col(1, types.TInt4, true)
		} else {
			isNull := &plan.Expr{Kind: expr.IsNull, Type: types.TBool, Args: []*plan.Expr{null}}
			seg.Steps = []plan.Step{&plan.Filter{Preds: []*plan.Expr{isNull}}, join}
		}
		q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{{Source: rowsOf("r", cols), Sink: build}, seg}}
		var right [][]types.Datum
		var want []string
		for i := 0; i < 100; i++ {
			right = append(right, []types.Datum{types.Int(1), types.Int(int64(i))})
			s := fmt.Sprintf("NULL|%d", i)
			want = append(want, s, s)
		}
		one := []types.Datum{types.Int(1), types.Int(0)}
		r.check(q, map[string][][]types.Datum{"l": {one, one}, "r": right}, want, false)
	}
}
