package query

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/names"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// tiers are the values of slipher_tier.
var tiers = map[string]uint8{"auto": schedule.TierAuto, "primitives": schedule.TierPrimitives,
	"fused": schedule.TierFused}

// Start compiles a plan and has it run. The rows returned must be closed.
func (r *Runner) Start(ctx context.Context, ses Session, p *Planned, args []types.Datum) (*schedule.Rows, error) {
	return r.start(ctx, ses, p, args, nil)
}

// start is Start with more to say about how it is run, by who knows the programs.
func (r *Runner) start(ctx context.Context, ses Session, p *Planned, args []types.Datum,
	more func(*schedule.Env, []schedule.Code)) (*schedule.Rows, error) {
	reads(ses, p)
	params, err := schedule.Params(p.Query, args)
	if err != nil {
		return nil, err
	}
	if err := checkLimits(p.Query, params); err != nil {
		return nil, err
	}
	c, err := r.compile(p)
	if err != nil {
		return nil, err
	}
	c.Query = relations.Compile{PID: ses.BackendPID(), User: ses.CurrentUser()}
	var statement int64
	if q := r.History.Running(ses.BackendPID()); q != nil {
		c.Query.Query, c.Query.Txn = q.ID, q.Txn
		statement = q.ID
	}
	env := schedule.Env{
		Table: p.table,
		Rows:  func(src *plan.Source) (wire.RowSource, error) { return r.relationRows(ctx, p.Cat, ses, src) },
		Fused: c.Fused,
		Options: wire.Options{
			VectorRows: ses.Int("slipher_vector_rows"),
			TableStart: ses.Int("slipher_table_start"),
			Workers:    ses.Int("slipher_workers"),
			Credits:    ses.Int("slipher_exchange_credit"),
			Tier:       tiers[ses.Value("slipher_tier")],
			Memory:     int64(ses.Int("slipher_query_memory")),
			Statement:  statement,
		},
	}
	if more != nil {
		more(&env, c.Code)
	}
	if err := r.runEffects(ctx, ses, p.Query, params); err != nil {
		return nil, err
	}
	return r.Scheduler.Run(ctx, p.Query, c.Code, params, env)
}

// checkLimits refuses negative LIMIT and OFFSET, where a client's values are known.
func checkLimits(q *plan.Query, params []wire.Param) error {
	for _, l := range []struct {
		param int
		word  string
		code  sqlerr.Code
	}{{q.Merge.LimitParam, "LIMIT", sqlerr.InvalidLimit}, {q.Merge.OffsetParam, "OFFSET", sqlerr.InvalidOffset}} {
		if l.param >= 0 && !params[l.param].Value.Null && params[l.param].Value.Lo < 0 {
			return sqlerr.New(l.code, "%s must not be negative", l.word)
		}
	}
	return nil
}

// reads tells the transaction which tables a plan reads: from here on it keeps its snapshot.
func reads(ses Session, p *Planned) {
	x := ses.Txn()
	if x == nil {
		return
	}
	if p.Sample != nil { // statistics: nothing in the transaction depends on their being exact
		x.Keep()
		return
	}
	for _, g := range p.Query.Segments {
		if g.Source.Kind == program.SourceScan && g.Source.Table != nil {
			x.NoteRead(state.TableID(g.Source.Table.ID))
		}
	}
	if p.Query.Insert != nil || p.Query.Delete != nil {
		x.Keep()
	}
}

// runEffects runs the calls of a query that change something, in the order in which
// they stand, and puts their results into the parameters.
func (r *Runner) runEffects(ctx context.Context, ses Session, q *plan.Query, params []wire.Param) error {
	v := names.View{Cat: r.Catalog(), Ses: ses}
	for i, p := range q.Params {
		if p.Effect == nil {
			continue
		}
		f := names.Object{Kind: "function", Name: p.Effect.Name}
		if err := v.May(names.Request{Privilege: names.Superuser, On: f}); err != nil {
			return err
		}
		args := make([]types.Datum, len(p.Effect.Args))
		for k, a := range p.Effect.Args {
			if args[k] = params[a].Value; args[k].Null {
				return sqlerr.New(sqlerr.InvalidParameterValue, "function %s does not take NULL", p.Effect.Name)
			}
		}
		d, err := r.Effect(ctx, p.Effect.Name, args)
		if err != nil {
			return err
		}
		params[i].Value = d
	}
	return nil
}

// Stream sends a query's rows to the client.
func Stream(ctx context.Context, rows *schedule.Rows, w pgwire.ResultWriter) (int64, error) {
	var sent int64
	for rows.Next(ctx) {
		if err := w.Rows(rows.Chunk(), rows.Row(), rows.Row()+1); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, rows.Err()
}
