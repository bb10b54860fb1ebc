package leader

import (
	"context"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
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
		return types.BoolDatum(true), s.members.Transfer(ctx, to)
	},
	"slipher_remove_leader": func(ctx context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		return types.BoolDatum(true), s.members.Remove(ctx, args[0].S)
	},
	"pg_cancel_backend": func(_ context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		return types.BoolDatum(s.front.Cancel(int32(args[0].Lo))), nil
	},
	"pg_terminate_backend": func(_ context.Context, s *Server, args []types.Datum) (types.Datum, error) {
		return types.BoolDatum(s.front.Terminate(int32(args[0].Lo))), nil
	},
	"pg_sleep": func(ctx context.Context, _ *Server, args []types.Datum) (types.Datum, error) {
		return types.String(""), sleep(ctx, args[0].Float())
	},
	"slipher_snapshot": func(_ context.Context, s *Server, _ []types.Datum) (types.Datum, error) {
		return types.BoolDatum(true), s.replica.Snapshot()
	},
}

// effect runs one: query.Runner.Effect.
func (s *Server) effect(ctx context.Context, name string, args []types.Datum) (types.Datum, error) {
	run := effects[name]
	if run == nil {
		return types.Datum{}, sqlerr.Unsupported("function %s", name)
	}
	return run(ctx, s, args)
}

// maxSleep is the longest that a statement sleeps, in seconds: what a time.Duration holds.
const maxSleep = 9e9

// sleep waits, but not for a statement that is canceled.
func sleep(ctx context.Context, seconds float64) error {
	if !(seconds > 0) {
		return nil
	}
	t := time.NewTimer(time.Duration(min(seconds, maxSleep) * float64(time.Second)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
