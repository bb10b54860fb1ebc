package expr

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

type position int

type pexpr = Expr[position]

var operations = fn.Default()

// Expressions as EXPLAIN and as programs show them.
func TestPrinter(t *testing.T) {
	col := func(t types.Type) *pexpr { return &pexpr{Kind: Column, Type: t} }
	param := func(t types.Type, i int) *pexpr { return &pexpr{Kind: Parameter, Type: t, Param: i} }
	call := func(op string, t types.Type, args ...*pexpr) *pexpr {
		return &pexpr{Kind: Call, Op: operations.Op(op), Type: t, Args: args}
	}
	params := []Param{
		{Type: types.TDate, Value: types.Int(0)}, {Type: types.TText, Value: types.String("it's")},
		{Type: types.TInt4, Value: types.Int(5)},
		{Type: types.TInt4, Client: 2}, {Type: types.TInt4, IsList: true, List: []types.Datum{types.Int(1), types.Int(2)}},
		{Type: types.TDecimal(5, 2), Value: types.Int(150)}, {Type: types.TText, Zone: true},
	}
	tokyo, _ := zone.Find("Asia/Tokyo")
	for _, c := range []struct {
		e             *pexpr
		literal, code string
	}{
		{call("ge", types.TBool, col(types.TDate), param(types.TDate, 0)), "(c >= '2000-01-01'::date)", "(c >= $0)"},
		{call("eq", types.TBool, col(types.TText), param(types.TText, 1)), "(c = 'it''s'::text)", "(c = $1)"},
		{call("lt", types.TBool, call("int_widen", types.TInt8, col(types.TInt4)), param(types.TInt4, 2)),
			"((c)::bigint < 5)", "(int_widen(c) < $2)"},
		{param(types.TInt4, 3), "$2", "$3"},
		{&pexpr{Kind: InList, Type: types.TBool, Param: 4, Args: []*pexpr{col(types.TInt4)}}, "(c IN (1, 2))", "(c IN $4)"},
		{&pexpr{Kind: Or, Type: types.TBool, Args: []*pexpr{{Kind: IsNull, Args: []*pexpr{col(types.TInt4)}},
			{Kind: Not, Args: []*pexpr{col(types.TBool)}}}},
			"((c IS NULL) OR (NOT c))", "((c IS NULL) OR (NOT c))"},
		{call("dec_div", types.TDecimal(38, 4), col(types.TDecimal(38, 4)), param(types.TDecimal(5, 2), 5),
			&pexpr{Kind: Constant, Type: types.TInt4, Const: types.Int(2)}),
			"(c / 1.50)", "(c / $5)"},
		{&pexpr{Kind: Case, Args: []*pexpr{col(types.TBool), param(types.TInt4, 2),
			{Kind: Constant, Type: types.TInt4, Const: types.NullDatum}}},
			"CASE WHEN c THEN 5 ELSE NULL::integer END", "CASE WHEN c THEN $2 ELSE NULL::integer END"},
		{call("timestamptz_to_date", types.TDate, col(types.TTimestamptz), param(types.TText, 6)), "(c)::date",
			"timestamptz_to_date(c, $6)"},
		{call("timestamptz_trunc", types.TTimestamptz, col(types.TTimestamptz), param(types.TText, 6), param(types.TInt4, 2)),
			"timestamptz_trunc(c, 5)", "timestamptz_trunc(c, $6, $2)"},
	} {
		name := func(position) string { return "c" }
		if got := (&Printer[position]{Params: params, Column: name, Style: Explain}).Text(c.e); got != c.literal {
			t.Errorf("got %s, want %s", got, c.literal)
		}
		if got := (&Printer[position]{Params: params, Column: name}).Text(c.e); got != c.code {
			t.Errorf("got %s, want %s", got, c.code)
		}
	}
	// A zone that is not the session's is shown by its name.
	at := call("timestamptz_to_timestamp", types.TTimestamp, col(types.TTimestamptz),
		&pexpr{Kind: Constant, Type: types.TText, Const: types.String(string(tokyo.Table))})
	shown := (&Printer[position]{Params: params, Column: func(position) string { return "c" }, Style: Explain}).Text(at)
	if shown != "timestamptz_to_timestamp(c, 'Asia/Tokyo')" {
		t.Error(shown)
	}
}
