package segment

import (
	"fmt"
	"math/big"
	"testing"

	"slipher/catalog/int128"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// aggregates of a column of type t with the type of their results.
func aggregatesOf(t types.Type) []plan.AggInfo {
	in := col(1, t, true)
	out := func(t types.Type, null bool) plan.Column { return plan.Column{Name: "x", Type: t, Nullable: null} }
	as := []plan.AggInfo{
		{Agg: plan.Agg{Fn: operations.Accumulator("count")}, Out: out(types.TInt8, false)},
		{Agg: plan.Agg{Fn: operations.Accumulator("count"), Arg: in}, Out: out(types.TInt8, false)},
		{Agg: plan.Agg{Fn: operations.Accumulator("min"), Arg: in}, Out: out(t, true)},
		{Agg: plan.Agg{Fn: operations.Accumulator("max"), Arg: in}, Out: out(t, true)},
	}
	switch p := t.Phys(); {
	case p.IsFloat():
		as = append(as, plan.AggInfo{Agg: plan.Agg{Fn: operations.Accumulator("sumf"), Arg: in},
			Out: out(types.TFloat8, true)})
	case t.IsInteger() || t.Kind == types.Decimal:
		as = append(as, plan.AggInfo{Agg: plan.Agg{Fn: operations.Accumulator("sum"), Arg: in},
			Out: out(types.TDecimal(38, int(t.Scale)), true)})
	}
	return as
}

// expect is what the aggregates of a group of values are, as text.
func expectAggregates(t types.Type, as []plan.AggInfo, vals []types.Datum) string {
	rank := func(d types.Datum) int {
		for i := 0; ; i++ {
			if keyValue(t, i) == d {
				return i
			}
		}
	}
	n := 0
	least, most := types.NullDatum, types.NullDatum
	sum, fsum := new(big.Int), 0.0
	for _, d := range vals {
		if d.Null {
			continue
		}
		n++
		if least.Null || rank(d) < rank(least) {
			least = d
		}
		if most.Null || rank(d) > rank(most) {
			most = d
		}
		if t.Phys().IsFloat() {
			fsum += d.Float()
		}
		wide := new(big.Int).Lsh(big.NewInt(d.Hi), 64)
		sum.Add(sum, wide.Add(wide, new(big.Int).SetUint64(uint64(d.Lo))))
	}
	s := ""
	text := func(t types.Type, d types.Datum) string {
		if d.Null {
			return "NULL"
		}
		return types.FormatText(t, d)
	}
	for i, a := range as {
		if i > 0 {
			s += "|"
		}
		switch name := a.Agg.Fn.Name; {
		case name == "count" && a.Agg.Arg == nil:
			s += fmt.Sprint(len(vals))
		case name == "count":
			s += fmt.Sprint(n)
		case name == "min":
			s += text(t, least)
		case name == "max":
			s += text(t, most)
		default: // sum, sumf
			switch {
			case n == 0:
				s += "NULL"
			case t.Phys().IsFloat():
				s += types.FormatText(types.TFloat8, types.Float(fsum))
			default:
				s += types.FormatText(a.Out.Type, types.Wide(int128.From(sum)))
			}
		}
	}
	return s
}

// Every accumulator over every class: groups with and without values, a group
// of NULLs only, no rows at all; with keys and without.
func TestAccumulators(t *testing.T) {
	r := newRunner(t)
	for name, typ := range keyTypes {
		in := []plan.Column{{Name: "g", Type: types.TInt2, Nullable: true}, {Name: "x", Type: typ, Nullable: true}}
		as := aggregatesOf(typ)
		for _, keyed := range []bool{true, false} {
			for _, rows := range []int{0, 2000} {
				var outs []plan.Column
				sink := plan.Sink{Kind: program.SinkAggr}
				tab := &plan.Table{Kind: program.SinkAggr, Aggs: as}
				if keyed {
					outs = append(outs, in[0])
					sink.Keys, tab.Keys = []*plan.Expr{col(0, types.TInt2, true)}, in[:1]
				}
				for _, a := range as {
					sink.Aggs = append(sink.Aggs, a.Agg)
					outs = append(outs, a.Out)
				}
				q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{{Source: rowsOf("t", in), Sink: sink},
					{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: outs}, Sink: returns(outs)}}}
				var input [][]types.Datum
				groups := map[string][]types.Datum{}
				if !keyed {
					groups[""] = nil
				}
				for i := 0; i < rows; i++ {
					g, gs := types.Int(int64(i%13)), fmt.Sprintf("%d|", i%13)
					if i%13 == 5 {
						g, gs = types.NullDatum, "NULL|"
					}
					x := keyValue(typ, (i/13*5+i%3)%8)
					if i%13 == 6 {
						x = types.NullDatum
					}
					if !keyed {
						gs = ""
					}
					input = append(input, []types.Datum{g, x})
					groups[gs] = append(groups[gs], x)
				}
				var want []string
				for g, vals := range groups {
					want = append(want, g+expectAggregates(typ, as, vals))
				}
				t.Run(fmt.Sprintf("%s/keyed=%v/rows=%d", name, keyed, rows), func(t *testing.T) {
					r := *r
					r.t = t
					r.check(q, map[string][][]types.Datum{"t": input}, want, false)
				})
			}
		}
	}
}

// A sum beyond 38 digits is an error, one of 38 digits is exact.
func TestSumOverflow(t *testing.T) {
	r := newRunner(t)
	typ := types.TDecimal(38, 0)
	in := []plan.Column{{Name: "x", Type: typ, Nullable: true}}
	sum := plan.AggInfo{Agg: plan.Agg{Fn: operations.Accumulator("sum"), Arg: col(0, typ, true)},
		Out: plan.Column{Type: typ, Nullable: true}}
	q := &plan.Query{Tables: []*plan.Table{{Kind: program.SinkAggr, Aggs: []plan.AggInfo{sum}}}, Segments: []*plan.Segment{
		{Source: rowsOf("t", in), Sink: plan.Sink{Kind: program.SinkAggr, Aggs: []plan.Agg{sum.Agg}}},
		{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: []plan.Column{sum.Out}},
			Sink: returns([]plan.Column{sum.Out})}}}
	big, err := types.ParseText(typ, "90000000000000000000000000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	small, err := types.ParseText(typ, "-80000000000000000000000000000000000001")
	if err != nil {
		t.Fatal(err)
	}
	r.check(q, map[string][][]types.Datum{"t": {{big}, {small}, {types.NullDatum}, {big}}},
		[]string{"99999999999999999999999999999999999999"}, false)
	for name, o := range shapes() {
		if got, err := r.run(q, map[string][][]types.Datum{"t": {{big}, {big}}}, o); err == nil {
			t.Errorf("%s: no error but %v", name, got)
		}
	}
}
