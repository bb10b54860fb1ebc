package leader

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/leader/session"
	"slipher/node/wire"
)

// tiers are the values of slipher_tier.
var tiers = map[string]uint8{"auto": schedule.TierAuto, "primitives": schedule.TierPrimitives, "fused": schedule.TierFused}

// start compiles a plan and has it run. The rows returned must be closed.
func (s *Server) start(ctx context.Context, ses *session.Session, p *planned, args []types.Datum, more func(*schedule.Env)) (*schedule.Rows, error) {
	s.reads(ses, p)
	params, err := schedule.Params(p.query, args)
	if err != nil {
		return nil, err
	}
	if err := checkLimits(p.query, params); err != nil {
		return nil, err
	}
	c, err := s.compile(p)
	if err != nil {
		return nil, err
	}
	c.query = relations.Compile{PID: ses.BackendPID(), User: ses.CurrentUser()}
	var statement int64
	if q := s.history.running(ses.BackendPID()); q != nil {
		c.query.Query, c.query.Txn = q.ID, q.Txn
		statement = q.ID
	}
	env := schedule.Env{
		Table: p.table,
		Rows:  func(src *plan.Source) (wire.RowSource, error) { return s.relationRows(ctx, p.cat, ses, src) },
		Fused: c.fused,
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
		more(&env)
	}
	if err := s.runEffects(ctx, ses, p.query, params); err != nil {
		return nil, err
	}
	return s.scheduler.Run(ctx, p.query, c.code, params, env)
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
