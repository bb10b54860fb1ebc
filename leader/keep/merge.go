package keep

import (
	"context"
	"errors"
	"slices"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/rms"
)

// maxRebases is how often a Replace is proposed anew because deletes came in between.
const maxRebases = 100

// errUnsure: nobody here knows whether a proposal counts. What it names must stay.
var errUnsure = errors.New("the outcome of a merge is unknown")

// merge writes the chosen objects of t anew and puts the result in their place. The
// table is locked and the version that t is of is pinned.
// It gives the objects written.
func (k *Keeper) merge(ctx context.Context, t *state.Table, chosen []state.ObjectRef) ([]state.ObjectRef, error) {
	if len(chosen) == 0 {
		return nil, nil
	}
	if err := fault.Point("keep.merge"); err != nil {
		return nil, err
	}
	id, err := k.o.Log.Begin(ctx)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	k.writing[id] = true
	k.mu.Unlock()
	unsure := false
	defer func() {
		if unsure { // it may count although this leader, deposed, cannot see it: no orphans for this keeper
			return
		}
		k.mu.Lock()
		delete(k.writing, id)
		k.mu.Unlock()
	}()
	k.o.Log.End(id) // it names objects and is never proposed
	part := only(t, chosen)
	began := time.Now()
	news, err := k.o.Run(ctx, &Merge{Query: mergeQuery(part), Table: part, Term: k.term, Txn: uint64(id)})
	if err != nil {
		return nil, err // what was written, if anything, is an orphan
	}
	m := newMove(part, news)
	err = k.put(ctx, t, m)
	if err == nil {
		k.o.Slog.Debug("merged", "table", t.Name, "objects", len(chosen), "into", len(news), "rows", part.Version.Rows,
			"took", time.Since(began))
		return news, nil
	}
	if unsure = errors.Is(err, errUnsure); !unsure {
		k.abandon(context.WithoutCancel(ctx), m)
	}
	return nil, err
}

// put makes a merge's objects a part of the table.
func (k *Keeper) put(ctx context.Context, t *state.Table, m *move) error {
	if err := fault.Point("keep.written"); err != nil {
		return err
	}
	if err := k.load(ctx, m); err != nil {
		return err
	}
	// From here on commits find where rows have gone: the Replace may count at any moment.
	k.remember(m)
	for try := 0; ; try++ {
		cur := k.o.Log.Catalog().TableByID(t.ID)
		if cur == nil || cur.Def != t.Def {
			k.abandon(ctx, m)
			return nil // dropped or redefined: what it holds now is no concern of this merge
		}
		op, err := k.replace(ctx, cur, m)
		if err != nil {
			return err
		}
		if len(op.Old) == 0 { // all of it was deleted or truncated meanwhile
			k.abandon(ctx, m)
			return nil
		}
		res, err := k.propose(ctx, op)
		if err == nil {
			k.placed(m, res.Version)
			_ = fault.Point("keep.replaced") // for crashes: too late for an error
			return nil
		}
		if sqlerr.From(err).Code != sqlerr.SerializationFailure || errors.Is(err, errUnsure) || try == maxRebases {
			return err
		}
		if next := k.o.Log.Catalog().TableByID(t.ID); next == cur {
			return err // nothing has changed: the next attempt would fail, too
		}
	}
}

// replace is the operation that puts m's objects in the place of the old ones as they are in
// cur: rows deleted since they were read are deleted in the new ones.
func (k *Keeper) replace(ctx context.Context, cur *state.Table, m *move) (*state.Replace, error) {
	op := &state.Replace{Table: cur.ID, Def: cur.Def, New: slices.Clone(m.news)}
	gone := map[int]deletions{}
	for i := range m.old {
		was := &m.old[i]
		now := cur.Version.Objects.Find(was.Name)
		if now == nil { // no row of it was left, or the table was truncated
			gone[i] = deletions{all: true}
			continue
		}
		op.Old = append(op.Old, state.Replaced{Name: now.Name, Dead: now.Dead})
		if now.Dead == was.Dead {
			continue
		}
		rows, err := less(now.Deleted, was.Deleted)
		if err != nil {
			return nil, err
		}
		gone[i] = deletions{rows: rows}
	}
	if len(gone) == 0 || len(op.Old) == 0 {
		return op, nil
	}
	for i := range op.New {
		n := &op.New[i]
		from, err := k.origins(ctx, m, n.Name)
		if err != nil {
			return nil, err
		}
		if n.Deleted, n.Dead, err = movedDead(from, gone); err != nil {
			return nil, err
		}
	}
	return op, nil
}

// propose has a Replace applied and finds out what became of it: an error that is not errUnsure
// means that it never counts.
func (k *Keeper) propose(ctx context.Context, op *state.Replace) (*state.Result, error) {
	id, err := k.o.Log.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer k.o.Log.End(id)
	ctx = k.ctx // a VACUUM's cancel must not hide what became of it
	if err := fault.Point("keep.replace"); err != nil {
		return nil, err
	}
	cmd := &state.Command{Txn: id, Term: k.term, Ops: []state.Op{op}}
	for asked := false; ; asked = true {
		changed := k.o.Log.Changed()
		res, err := k.o.Log.Propose(ctx, cmd)
		var own *sqlerr.Error
		switch {
		case err == nil:
			return res, nil
		case errors.Is(err, replica.ErrOutcomeUnknown):
		case errors.Is(err, replica.ErrNotActive) && !asked, errors.As(err, &own) && !errors.Is(err, replica.ErrNotActive):
			return nil, err
		}
		if res, final := k.o.Log.Catalog().Resolve(id, k.term); final {
			switch {
			case res == nil:
				return nil, err
			case res.Err != nil:
				e := *res.Err
				return nil, &e
			}
			return res, nil
		}
		if e := k.o.Wait(ctx, changed, 50*time.Millisecond); e != nil {
			return nil, errors.Join(errUnsure, err)
		}
	}
}

// abandon deletes what a merge has written that will never be part of a table.
func (k *Keeper) abandon(ctx context.Context, m *move) {
	k.forget(m)
	for i := range m.news {
		for _, name := range []string{m.news[i].Name, rms.RowsName(m.news[i].Name)} {
			if err := k.o.Store.Delete(ctx, name); err != nil {
				k.o.Slog.Warn("an object of a failed merge remains for the collector", "object", name, "err", err)
			}
		}
	}
}
