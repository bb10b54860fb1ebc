package keep

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/state"
	"slipher/node/rms"
)

// origin is what an object's name says about who wrote it.
type origin struct {
	table state.TableID
	term  uint64
	id    state.TxnID
}

// originOf reads a name made of rms.Prefix; false: it is another's, not a table's.
func originOf(name string) (o origin, ok bool) {
	dir, base, ok := strings.Cut(name, "/")
	digits, isTable := strings.CutPrefix(dir, "t")
	term, rest, hasID := strings.Cut(base, "-")
	if !ok || !isTable || !hasID {
		return origin{}, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
	if end < 0 {
		return origin{}, false
	}
	table, err1 := strconv.ParseUint(digits, 10, 32)
	t, err2 := strconv.ParseUint(term, 16, 64)
	id, err3 := strconv.ParseUint(rest[:end], 16, 64)
	return origin{state.TableID(table), t, state.TxnID(id)}, errors.Join(err1, err2, err3) == nil
}

// ended reports whether nobody writes objects of that origin any more, nor will commit them. Terms
// before this one ended when it was opened; later ones are none of our business.
func (k *Keeper) ended(o origin) bool {
	if o.term != k.term {
		return o.term < k.term
	}
	k.mu.Lock()
	own := k.writing[o.id]
	k.mu.Unlock()
	return !own && !k.o.Readers.Running(o.id)
}

// sweep deletes objects that nobody knows: of writes that failed, of leaders that died.
func (k *Keeper) sweep(ctx context.Context, now time.Time) error {
	if err := fault.Point("keep.sweep"); err != nil {
		return err
	}
	names, err := k.o.Store.List(ctx, "t")
	if err != nil {
		return err
	}
	orphans := map[string]bool{}
	for _, name := range names {
		if o, ok := originOf(name); ok && k.ended(o) {
			orphans[name] = true
		}
	}
	// Now that their writers have ended, ask who needs them: in this order, or an object committed in
	// between would look lost.
	temp, moving := k.o.Readers.TempObjects(), k.moving()
	cat := k.o.Log.Catalog()
	for name := range orphans {
		o, _ := originOf(name)
		if temp[name] || moving[name] || cat.Garbaged(name) || holds(cat.TableByID(o.table), name) {
			delete(orphans, name)
		}
	}
	var errs []error
	errs = append(errs, k.sweepLeftovers(ctx, now, orphans))
	if len(orphans) > 0 { // rarely: to be quite sure
		for _, t := range cat.AllTables() {
			for _, r := range t.Version.Objects.All() {
				delete(orphans, r.Name)
			}
			delete(orphans, t.Version.Stats)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(orphans)) {
		err := fault.Point("keep.orphan")
		if err == nil {
			err = k.o.Store.Delete(ctx, name)
		}
		if err == nil {
			k.o.Slog.Debug("deleted an orphan", "object", name)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// holds reports whether a table has an object.
func holds(t *state.Table, name string) bool {
	return t != nil && (t.Version.Stats == name || t.Version.Objects.Find(name) != nil)
}

// sweepLeftovers adds to orphans what writers have left that have ended. Leftovers of other
// writers (of the artifact cache) go when they have been there for long.
func (k *Keeper) sweepLeftovers(ctx context.Context, now time.Time, orphans map[string]bool) error {
	names, err := k.o.Store.Leftovers(ctx)
	if err != nil {
		return err
	}
	seen := map[string]time.Time{}
	for _, name := range names {
		object, ok := rms.LeftoverOf(name)
		if !ok {
			continue
		}
		if o, ok := originOf(object); ok {
			if k.ended(o) {
				orphans[name] = true
			}
			continue
		}
		first, ok := k.leftovers[name]
		if !ok {
			first = now
		}
		seen[name] = first
		if now.Sub(first) >= k.o.Policy.Stale {
			orphans[name] = true
		}
	}
	k.leftovers = seen
	return nil
}
