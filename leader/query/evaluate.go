package query

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// Evaluate computes EXECUTE's arguments. Constants are read as
// what is wanted; if there is anything else, a query computes them all.
func (r *Runner) Evaluate(ctx context.Context, ses Session, st *parse.Statement, exprs []parse.Expr,
	want []types.Type) ([]types.Datum, error) {
	out := make([]types.Datum, len(exprs))
	for i, e := range exprs {
		lit, ok := e.(*parse.Literal)
		if !ok || !readsAs(lit, want[i]) {
			return r.evaluateAll(ctx, ses, st, exprs, want)
		}
		if lit.Kind == parse.NullLiteral {
			out[i] = types.NullDatum
			continue
		}
		d, err := types.ParseTextIn(want[i], lit.Text, ses.Zone().Table)
		if err != nil {
			return nil, sqlerr.From(err).At(st.Position(e.At()))
		}
		out[i] = d
	}
	return out, nil
}

// readsAs reports whether a constant assigned to t is what its text is as a t: a number with a fraction is no text of
// an integer, but is rounded, and a truth value is no number.
func readsAs(lit *parse.Literal, t types.Type) bool {
	switch lit.Kind {
	case parse.NullLiteral:
		return true
	case parse.StringLiteral:
		_, other := t.LiteralType()
		return !other
	case parse.IntLiteral:
		return t.IsNumeric()
	case parse.NumberLiteral:
		return t.IsNumeric() && !t.IsInteger()
	}
	return false
}

// evaluateAll runs SELECT e1, e2, …, whose columns are assigned to the types wanted.
func (r *Runner) evaluateAll(ctx context.Context, ses Session, st *parse.Statement, exprs []parse.Expr,
	want []types.Type) ([]types.Datum, error) {
	q := &parse.Query{Pos: exprs[0].At()}
	for _, e := range exprs {
		q.Targets = append(q.Targets, parse.Target{Pos: e.At(), Expr: e})
	}
	own := *st
	own.Body, own.Params = &parse.Select{Query: q}, 0
	o := BindOptions(ses, nil)
	o.Want = want
	cat := r.Look(ses)
	p, err := r.PlanIn(cat, names.View{Cat: cat, Ses: ses}, &own, o)
	if err != nil {
		return nil, err
	}
	rows, err := r.Start(ctx, ses, p, nil)
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
