package query

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node/wire"
)

// fold evaluates an expression of literals (params) as a query of one row on the
// leader's slice, by primitives: a constant means what generated code makes of it.
func (r *Runner) fold(cat *state.Catalog) func(e *algebra.Expr, params []plan.Param) (types.Datum, error) {
	return func(e *algebra.Expr, params []plan.Param) (types.Datum, error) {
		ctx := context.Background()
		st := &algebra.Statement{
			Root: &algebra.Project{
				In:    &algebra.Values{Rows: [][]*algebra.Expr{{}}},
				Cols:  []algebra.Column{{ID: 0, Name: "constant", Type: e.Type, Nullable: e.Nullable}},
				Exprs: []*algebra.Expr{e},
			},
			Output: []plan.OutputColumn{{Name: "constant", Type: e.Type}},
			Params: params,
			NextID: 1,
		}
		q, err := compiler.Tree(st, r.Environment(cat))
		if err != nil {
			return types.Datum{}, err
		}
		p := &Planned{Cat: cat, Query: q}
		c, err := r.Code.Compile(q, r.facts(p))
		if err != nil {
			return types.Datum{}, err
		}
		values, err := schedule.Params(q, nil)
		if err != nil {
			return types.Datum{}, err
		}
		rows, err := r.Scheduler.Run(ctx, q, c.Code, values, schedule.Env{Table: p.table,
			Options: wire.Options{Tier: schedule.TierPrimitives}})
		if err != nil {
			return types.Datum{}, err
		}
		defer rows.Close()
		if !rows.Next(ctx) {
			if err := rows.Err(); err != nil {
				return types.Datum{}, err
			}
			return types.Datum{}, sqlerr.New(sqlerr.InternalError, "a constant without a value")
		}
		return rows.Chunk().Datum(0, rows.Row()), nil
	}
}
