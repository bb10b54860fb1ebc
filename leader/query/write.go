package query

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/names"
	"slipher/leader/schedule"
	"slipher/node/wire"
)

// Write runs a plan that changes a table, within the session's transaction.
func (r *Runner) Write(ctx context.Context, ses Session, tag string, p *Planned, args []types.Datum,
	in *schedule.Copy) (schedule.Stats, error) {
	return r.write(ctx, ses, tag, p, args, func(env *schedule.Env, _ []schedule.Code) { env.Copy = in })
}

// write is Write with more to say about how it is run.
func (r *Runner) write(ctx context.Context, ses Session, tag string, p *Planned, args []types.Datum,
	more func(*schedule.Env, []schedule.Code)) (schedule.Stats, error) {
	t, x := p.written(), ses.Txn()
	if t == nil {
		return schedule.Stats{}, sqlerr.New(sqlerr.InternalError, "%s without a table", tag)
	}
	if err := names.Mutable(ses, x.ReadOnly(), tag, t.Schema); err != nil {
		return schedule.Stats{}, err
	}
	id, err := x.WriteID(ctx)
	if err != nil {
		return schedule.Stats{}, err
	}
	rows, err := r.start(ctx, ses, p, args, func(env *schedule.Env, c []schedule.Code) {
		more(env, c)
		env.Insert = &schedule.Insert{Table: t, Term: x.Term(), Txn: uint64(id), Inline: InlineBudget(x, p.Cat.SliceCount()),
			Commit: func(ctx context.Context, objects []state.ObjectRef, deletes []wire.Deleted) (int64, error) {
				return record(ctx, ses, p, t, objects, deletes)
			}}
	})
	if err != nil {
		return schedule.Stats{}, err
	}
	for rows.Next(ctx) {
		// A write returns no rows: Next waits for its end.
	}
	err = rows.Close()
	return rows.Stats(), err
}

// record makes a statement's changes part of the transaction, and counts its rows.
func record(ctx context.Context, ses Session, p *Planned, t *state.Table, objects []state.ObjectRef,
	deletes []wire.Deleted) (int64, error) {
	d, deleted, err := Delta(t, objects, deletes)
	if err != nil {
		return 0, err
	}
	var added int64
	for i := range objects {
		added += objects[i].Live()
	}
	if p.Query.Insert != nil && p.Query.Delete != nil && added != deleted {
		return 0, sqlerr.New(sqlerr.InternalError, "an update of %d rows wrote %d", deleted, added)
	}
	if len(d.Adds)+len(d.Deletes) > 0 {
		if _, err := ses.Txn().Do(ctx, &d); err != nil {
			return 0, err
		}
	}
	return max(added, deleted), nil
}
