package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/session"
	"slipher/node/wire"
)

// effects are the functions that change the cluster (catalog/fn, rows with Effect), by
// name. Arguments are never NULL. They are not part of a transaction: what they do is done.
var effects = map[string]func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error){
	"slipher_drain_node": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		changed, err := s.cluster.Drain(ctx, args[0].S)
		return types.BoolDatum(changed), err
	},
	"slipher_undrain_node": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		changed, err := s.cluster.Undrain(ctx, args[0].S)
		return types.BoolDatum(changed), err
	},
	"slipher_remove_node": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		if n := s.scheduler.Running(args[0].S); n > 0 {
			return types.Datum{}, sqlerr.New(sqlerr.ObjectInUse, "%d queries still run on node \"%s\"", n, args[0].S)
		}
		return types.BoolDatum(true), s.cluster.Remove(ctx, args[0].S)
	},
	"slipher_transfer_leadership": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		to := ""
		if len(args) > 0 {
			to = args[0].S
		}
		return types.BoolDatum(true), s.TransferLeadership(ctx, to)
	},
	"slipher_remove_leader": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		return types.BoolDatum(true), s.RemoveLeader(ctx, args[0].S)
	},
	"slipher_snapshot": func(_ context.Context, s *Server, _ []types.Datum) (types.Datum, error) {
		return types.BoolDatum(true), s.replica.Snapshot()
	},
}

// runEffects runs the calls of a query that change something, in the order in which
// they stand, and puts their results into the parameters.
func (s *Server) runEffects(ctx context.Context, ses *session.Session, q *plan.Query, params []wire.Param) error {
	for i, p := range q.Params {
		if p.Effect == nil {
			continue
		}
		if u := s.replica.Catalog().User(ses.CurrentUser()); u == nil || !u.Superuser {
			return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for function %s", p.Effect.Name)
		}
		run := effects[p.Effect.Name]
		if run == nil {
			return sqlerr.Unsupported("function %s", p.Effect.Name)
		}
		args := make([]types.Datum, len(p.Effect.Args))
		for k, a := range p.Effect.Args {
			if args[k] = params[a].Value; args[k].Null {
				return sqlerr.New(sqlerr.InvalidParameterValue, "function %s does not take NULL", p.Effect.Name)
			}
		}
		d, err := run(ctx, s, args)
		if err != nil {
			return err
		}
		params[i].Value = d
	}
	return nil
}
