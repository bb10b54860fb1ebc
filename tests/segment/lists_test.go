package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// IN lists of every class, short (searched one by one) and long.
func TestInLists(t *testing.T) {
	r := newRunner(t)
	for name, typ := range keyTypes {
		cols := []plan.Column{{Name: "x", Type: typ, Nullable: true}}
		for _, n := range []int{1, 3, 12} {
			list := []types.Datum{}
			in := map[string]bool{}
			for i := 0; i < n; i++ {
				d := keyValue(typ, i%3*2)
				if i > 3 && typ.Kind == types.Varchar {
					d = types.String(fmt.Sprintf("another text, number %d", i))
				}
				list = append(list, d)
				in[types.FormatText(typ, d)] = true
			}
			q := &plan.Query{Params: []plan.Param{{Type: typ, List: list, IsList: true}},
				Segments: []*plan.Segment{{Source: rowsOf("t", cols), Sink: plan.Sink{Kind: program.SinkReturn,
					Cols: []*plan.Expr{{Kind: expr.InList, Type: types.TBool, Nullable: true,
						Args: []*plan.Expr{col(0, typ, true)}}}}}}}
			var rows [][]types.Datum
			var want []string
			for i := 0; i < 16; i++ {
				d := keyValue(typ, i%8)
				s := "NULL"
				if !d.Null {
					s = types.FormatText(types.TBool, types.BoolDatum(in[types.FormatText(typ, d)]))
				}
				rows, want = append(rows, []types.Datum{d}), append(want, s)
			}
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				r := *r
				r.t = t
				r.check(q, map[string][][]types.Datum{"t": rows}, want, true)
			})
		}
	}
}

// A product of decimals that is computed in 64 bits, tested against a list of wide decimals, sorted,
// grouped, summed and compared: the same as wide.
func TestNarrowProducts(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "a", Type: types.TDecimal(9, 2)}, {Name: "b", Type: types.TDecimal(9, 2), Nullable: true}}
	wide := types.TDecimal(20, 4)
	up := func(i int, null bool) *plan.Expr {
		return call("dec_widen", types.TDecimal(19, 2), col(i, cols[i].Type, null))
	}
	if (types.TDecimal(19, 2)).Phys() != types.I128 {
		up = func(i int, null bool) *plan.Expr { return col(i, cols[i].Type, null) }
	}
	prod := call("mul_nc", wide, up(0, false), up(1, true))
	list := plan.Param{Type: wide, IsList: true}
	for _, v := range []int64{-20, 6, 15, 40, 1 << 40} {
		list.List = append(list.List, types.Int(v))
	}
	in := &plan.Expr{Kind: expr.InList, Type: types.TBool, Nullable: true, Param: 0, Args: []*plan.Expr{prod}}
	either := &plan.Expr{Kind: expr.Case, Type: wide, Nullable: true,
		Args: []*plan.Expr{in, prod, {Kind: expr.Constant, Type: wide, Const: types.Int128(5, 0)}}}
	q := &plan.Query{Params: []plan.Param{list}, Segments: []*plan.Segment{{Source: rowsOf("t", cols),
		Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{prod, in, either,
			call("lt", types.TBool, prod, either)}}}}}
	var rows [][]types.Datum
	var want []string
	for a := int64(-5); a < 6; a++ {
		for b := int64(-4); b < 9; b++ {
			d, p := types.Int(b), types.Int(a*b)
			if b == 8 {
				d, p = types.NullDatum, types.NullDatum
			}
			rows = append(rows, []types.Datum{types.Int(a), d})
			hit := !p.Null && (a*b == -20 || a*b == 6 || a*b == 15 || a*b == 40)
			e := types.Int128(5, 0)
			if hit {
				e = p
			}
			if p.Null {
				want = append(want, fmt.Sprintf("NULL|NULL|%s|NULL", types.FormatText(wide, e)))
				continue
			}
			want = append(want, fmt.Sprintf("%s|%s|%s|%s", types.FormatText(wide, p),
				types.FormatText(types.TBool, types.BoolDatum(hit)), types.FormatText(wide, e),
				types.FormatText(types.TBool, types.BoolDatum(!hit))))
		}
	}
	r.check(q, map[string][][]types.Datum{"t": rows}, want, true)
}
