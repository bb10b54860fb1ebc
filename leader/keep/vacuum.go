package keep

import (
	"context"

	"slipher/catalog/state"
)

// Mode is what a VACUUM does.
type Mode uint8

const (
	Full       Mode = iota // reclaim the space of deleted rows, and sort
	DeleteOnly             // reclaim only
	SortOnly               // sort only: bring the rows of small objects together
)

// Vacuum rewrites objects of a table now, as its mode says: those that it has when it begins. Rows are
// sorted within what a merge takes, Policy.MaxRows of a slice. A table that is gone is no error.
func (k *Keeper) Vacuum(ctx context.Context, table state.TableID, mode Mode) error {
	unlock, err := k.lock(ctx, table)
	if err != nil {
		return err
	}
	defer unlock()
	var rounds [][]string
	if t := k.o.Log.Catalog().TableByID(table); t != nil {
		rounds = k.o.Policy.rounds(t, mode)
	}
	for _, names := range rounds {
		if err := k.vacuumRound(ctx, table, names); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) vacuumRound(ctx context.Context, table state.TableID, names []string) error {
	cat, release := k.pin()
	defer release()
	t := cat.TableByID(table)
	if t == nil {
		return nil
	}
	var refs []state.ObjectRef
	for _, name := range names {
		if r := t.Version.Objects.Find(name); r != nil {
			refs = append(refs, *r)
		}
	}
	_, err := k.merge(ctx, t, refs)
	return err
}

// rounds are the objects of the merges that a VACUUM makes one after another.
func (p *Policy) rounds(t *state.Table, mode Mode) [][]string {
	var out [][]string
	for _, refs := range bySlice(t) {
		round := 0
		for len(refs) > 0 {
			var now, later []*state.ObjectRef
			rows := int64(0)
			for _, r := range refs {
				switch {
				case !p.wanted(t, r, mode):
				case len(now) > 0 && rows+r.Live() > p.MaxRows:
					later = append(later, r)
				default:
					now = append(now, r)
					rows += r.Live()
				}
			}
			refs = later
			if len(now) == 1 && !now[0].Inline() && (now[0].Dead == 0 || mode == SortOnly) {
				continue // written sorted: nothing to gain
			}
			if len(now) == 0 {
				continue
			}
			if round == len(out) {
				out = append(out, nil)
			}
			for _, r := range now {
				out[round] = append(out[round], r.Name)
			}
			round++
		}
	}
	return out
}

// wanted reports whether a VACUUM rewrites an object.
func (p *Policy) wanted(t *state.Table, r *state.ObjectRef, mode Mode) bool {
	young := r.Inline() || r.Live() < p.MaxRows/2
	switch mode {
	case DeleteOnly:
		return r.Dead > 0
	case SortOnly:
		return young && len(t.SortKey) > 0
	}
	return young || r.Dead > 0
}
