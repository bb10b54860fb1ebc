package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// Rows come as often as their count says: not at all if it is NULL or below 1, more often than a vector has room.
// Behind a filter, twice in a row, and with what is computed of the copies' numbers.
func TestExpand(t *testing.T) {
	r := newRunner(t)
	in := []plan.Column{{Name: "n", Type: types.TInt8, Nullable: true},
		{Name: "s", Type: types.TVarchar(20), Nullable: true}}
	var rows [][]types.Datum
	counts := []int64{0, 3, -1, 1, 2500, 2, -1 << 63, 1024}
	for i := range 40 {
		row := []types.Datum{types.Int(counts[i%len(counts)]), types.String(fmt.Sprintf("a string, number %d", i))}
		if i%13 == 3 {
			row[0] = types.NullDatum
		}
		if i%7 == 1 {
			row[1] = types.NullDatum
		}
		rows = append(rows, row)
	}
	text := func(d types.Datum, typ types.Type) string {
		if d.Null {
			return "NULL"
		}
		return types.FormatText(typ, d)
	}
	inputs := map[string][][]types.Datum{"t": rows}
	number := plan.Column{Name: "i", Type: types.TInt8}
	byColumn := &plan.Expand{Count: col(0, types.TInt8, true), Name: "i"}

	var plain, kept, twice []string
	for _, row := range rows {
		if row[0].Null {
			continue
		}
		for i := int64(0); i < row[0].Lo; i++ {
			line := text(row[0], in[0].Type) + "|" + text(row[1], in[1].Type)
			plain = append(plain, fmt.Sprintf("%s|%d", line, i))
			if row[0].Lo == 3 || row[0].Lo > 2000 {
				kept = append(kept, fmt.Sprintf("%s|%d", line, i+1))
			}
			for j := int64(0); j < i && row[0].Lo < 5; j++ {
				twice = append(twice, fmt.Sprintf("%s|%d|%d", line, i, j))
			}
		}
	}
	t.Run("plain", func(t *testing.T) {
		q := &plan.Query{Segments: []*plan.Segment{{Source: rowsOf("t", in), Steps: []plan.Step{byColumn},
			Sink: returns(append(in[:2:2], number))}}}
		r.check(q, inputs, plain, true)
	})
	t.Run("filtered", func(t *testing.T) {
		n := col(0, types.TInt8, true)
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(3)},
			{Type: types.TInt8, Value: types.Int(1024)}, {Type: types.TInt8, Value: types.Int(1)}},
			Segments: []*plan.Segment{{Source: rowsOf("t", in), Steps: []plan.Step{
				&plan.Filter{Preds: []*plan.Expr{call("ge", types.TBool, n, param(0, types.TInt8))}},
				byColumn,
				&plan.Filter{Preds: []*plan.Expr{call("ne", types.TBool, n, param(1, types.TInt8))}},
				&plan.Project{Exprs: []*plan.Expr{n, col(1, in[1].Type, true),
					call("add", types.TInt8, col(2, types.TInt8, false), param(2, types.TInt8))},
					Names: []string{"n", "s", "i"}}},
				Sink: returns(append(in[:2:2], number))}}}
		r.check(q, inputs, kept, true)
	})
	t.Run("constant", func(t *testing.T) {
		var want []string
		for i := range 50 {
			for j := range 3 {
				want = append(want, fmt.Sprintf("%d|%d", i, j))
			}
		}
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(3)}},
			Segments: []*plan.Segment{{Source: rowsOf("t", numberCols), Steps: []plan.Step{
				&plan.Expand{Count: param(0, types.TInt8), Name: "i"},
				&plan.Project{Exprs: []*plan.Expr{col(0, types.TInt8, false), col(3, types.TInt8, false)},
					Names: []string{"n", "i"}}},
				Sink: returns([]plan.Column{number, number})}}}
		r.check(q, map[string][][]types.Datum{"t": numbers(50)}, want, true)
	})
	t.Run("twice", func(t *testing.T) {
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(5)}},
			Segments: []*plan.Segment{{Source: rowsOf("t", in), Steps: []plan.Step{byColumn,
				&plan.Filter{Preds: []*plan.Expr{call("lt", types.TBool, col(0, types.TInt8, true), param(0, types.TInt8))}},
				&plan.Expand{Count: col(2, types.TInt8, false), Name: "j"}},
				Sink: returns(append(in[:2:2], number, number))}}}
		r.check(q, inputs, twice, true)
	})
}
