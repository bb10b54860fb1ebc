package keep

import (
	"context"
	"maps"
	"slices"
	"time"

	"slipher/catalog/state"
)

// mergeDue looks at the tables that have changed and merges where it is due.
func (k *Keeper) mergeDue(ctx context.Context, now time.Time) {
	cat := k.o.Log.Catalog()
	if cat.Version() != k.version {
		k.version = cat.Version()
		k.look(cat, now)
	}
	for _, id := range slices.Sorted(maps.Keys(k.tables)) { // in order, for simulations
		w := k.tables[id]
		if ctx.Err() != nil {
			return
		}
		u := k.o.Policy.due(w, now, k.o.Busy())
		if u == nothing {
			continue
		}
		err := k.mergeTable(ctx, id, u)
		if err == nil {
			w.failed, w.next = 0, time.Time{}
			continue
		}
		k.failed(ctx, "merge", err)
		w.failed++
		w.next = now.Add(min(100*time.Millisecond<<min(w.failed, 10), 30*time.Second))
	}
}

// look brings what is remembered of the tables up to date.
func (k *Keeper) look(cat *state.Catalog, now time.Time) {
	seen := map[state.TableID]bool{}
	for _, t := range cat.AllTables() {
		v := &t.Version
		if v.Objects.Len() == 0 {
			continue
		}
		seen[t.ID] = true
		w := k.tables[t.ID]
		if w == nil {
			w = &watched{quiet: now}
			k.tables[t.ID] = w
		}
		if w.number == v.Number {
			continue
		}
		if w.content != v.Content {
			w.content, w.quiet = v.Content, now
		}
		w.number, w.sum = v.Number, k.o.Policy.summarize(t, w.full)
		switch {
		case w.sum.count == 0:
			w.inline = time.Time{}
		case w.inline.IsZero():
			w.inline = now
		}
	}
	for id := range k.tables {
		if !seen[id] {
			delete(k.tables, id)
		}
	}
}

// mergeTable merges a table once.
func (k *Keeper) mergeTable(ctx context.Context, id state.TableID, u urgency) error {
	unlock, err := k.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	cat, release := k.pin()
	defer release()
	t := cat.TableByID(id)
	if t == nil {
		return nil
	}
	w := k.tables[id]
	w.inline = time.Time{}     // those that are left count from the next look on
	w.number, k.version = 0, 0 // look again, whatever comes of it
	chosen := k.o.Policy.choose(t, u, w.full)
	if u == quiet {
		w.rested = t.Version.Content
	}
	news, err := k.merge(ctx, t, chosen)
	w.learn(news)
	return err
}

// learn takes note of how large objects of a table can get: a loader's memory holds fewer of its rows
// than Policy.MaxRows if they are wide. Else what a merge has made would be merged again and again.
func (w *watched) learn(news []state.ObjectRef) {
	most, count := map[state.SliceID]int64{}, map[state.SliceID]int{}
	for i := range news {
		n := &news[i]
		most[n.Slice] = max(most[n.Slice], n.Rows)
		count[n.Slice]++
	}
	for slice, n := range count {
		if limit := most[slice] / 2; n > 1 && limit > 0 && (w.full == 0 || limit < w.full) {
			w.full = limit
		}
	}
}
