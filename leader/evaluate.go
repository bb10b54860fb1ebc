package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/session"
)

// Evaluate computes EXECUTE's arguments: session.Engine. Constants are read as
// what is wanted; if there is anything else, a query computes them all.
func (s *Server) Evaluate(ctx context.Context, ses *session.Session, st *parse.Statement, exprs []parse.Expr, want []types.Type) ([]types.Datum, error) {
	out := make([]types.Datum, len(exprs))
	for i, e := range exprs {
		lit, ok := e.(*parse.Literal)
		if !ok {
			return s.evaluateAll(ctx, ses, st, exprs, want)
		}
		if lit.Kind == parse.NullLiteral {
			out[i] = types.NullDatum
			continue
		}
		d, err := types.ParseText(want[i], lit.Text)
		if err != nil {
			return nil, sqlerr.From(err).At(st.Position(e.At()))
		}
		out[i] = d
	}
	return out, nil
}

// typeNames are the parser's names of the types a parameter can have.
var typeNames = map[types.Kind]string{
	types.Bool: "bool", types.Int2: "int2", types.Int4: "int4", types.Int8: "int8", types.Decimal: "numeric", types.Float4: "float4",
	types.Float8: "float8", types.Char: "bpchar", types.Varchar: "varchar", types.Date: "date", types.Timestamp: "timestamp",
	types.Interval: "interval", types.OID: "oid", types.Name: "name",
}

// evaluateAll runs SELECT CAST(e1 AS t1), CAST(e2 AS t2), ….
func (s *Server) evaluateAll(ctx context.Context, ses *session.Session, st *parse.Statement, exprs []parse.Expr, want []types.Type) ([]types.Datum, error) {
	q := &parse.Query{Pos: exprs[0].At()}
	for i, e := range exprs {
		t := parse.TypeName{Pos: e.At(), Name: typeNames[want[i].Kind]}
		switch want[i].Kind {
		case types.Decimal:
			t.Mods = []int{int(want[i].Prec), int(want[i].Scale)}
		case types.Char, types.Varchar:
			t.Mods = []int{int(want[i].Len)}
		}
		q.Targets = append(q.Targets, parse.Target{Pos: e.At(), Expr: &parse.CastExpr{Pos: e.At(), Arg: e, Type: t}})
	}
	own := *st
	own.Body, own.Params = &parse.Select{Query: q}, 0
	p, err := s.plan(ses, &own, nil)
	if err != nil {
		return nil, err
	}
	rows, err := s.start(ctx, ses, p, nil, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next(ctx) {
		return nil, rows.Err()
	}
	out := make([]types.Datum, len(exprs))
	for i := range out {
		out[i] = rows.Chunk().Datum(i, rows.Row())
	}
	return out, rows.Close()
}
