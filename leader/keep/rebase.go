package keep

import (
	"context"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/fault"
	"slipher/catalog/state"
)

// Rebase translates deletes of rows that merges have moved to where they are in cat: what
// txn.Manager.SetRebase wants. It returns ops themselves if there is nothing to do. Rows it knows nothing of stay
// as they are: applying them fails, as it should, since somebody has deleted them.
func (k *Keeper) Rebase(ctx context.Context, cat *state.Catalog, ops []state.Op) ([]state.Op, error) {
	own := map[string]bool{} // objects that the transaction itself adds
	out := ops
	for i := range ops {
		d, ok := ops[i].(*state.Delta)
		if !ok {
			continue
		}
		for j := range d.Adds {
			own[d.Adds[j].Name] = true
		}
		t := cat.TableByID(d.Table)
		if t == nil || len(d.Deletes) == 0 {
			continue
		}
		sets, moved, err := k.translate(ctx, t, d.Deletes, own)
		if err != nil {
			return nil, err
		}
		if !moved {
			continue
		}
		if err := fault.Point("keep.rebase"); err != nil {
			return nil, err
		}
		if &out[0] == &ops[0] {
			out = slices.Clone(ops)
		}
		changed := *d
		changed.Deletes = sets
		out[i] = &changed
	}
	return out, nil
}

// translate follows the moves of one table's rows as far as they go. own are objects that are
// not in t yet.
func (k *Keeper) translate(ctx context.Context, t *state.Table, sets []state.RowSet,
	own map[string]bool) (out []state.RowSet, moved bool, err error) {
	targets := map[string]*roaring.Bitmap{}
	for _, s := range sets {
		if own[s.Object] || t.Version.Objects.Find(s.Object) != nil {
			out = append(out, s)
			continue
		}
		rows, err := decoded(s.Rows)
		if err != nil {
			return nil, false, err
		}
		to, err := k.follow(ctx, t, s.Object, rows)
		if err != nil {
			return nil, false, err
		}
		if to == nil {
			out = append(out, s)
			continue
		}
		moved = true
		for name, rows := range to {
			if targets[name] == nil {
				targets[name] = roaring.New()
			}
			targets[name].Or(rows)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		data, _, err := encoded(targets[name])
		if err != nil {
			return nil, false, err
		}
		out = append(out, state.RowSet{Object: name, Rows: data})
	}
	return out, moved, nil
}

// follow finds where rows of an object are in t, through any number of merges. nil: not all of them
// are anywhere.
func (k *Keeper) follow(ctx context.Context, t *state.Table, object string,
	rows *roaring.Bitmap) (map[string]*roaring.Bitmap, error) {
	k.mu.Lock()
	m := k.moves[object]
	k.mu.Unlock()
	if m == nil {
		return nil, nil
	}
	i := m.index[object]
	out := map[string]*roaring.Bitmap{}
	found := uint64(0)
	for n := range m.news {
		to := &m.news[n]
		if to.Slice != m.old[i].Slice {
			continue
		}
		from, err := k.origins(ctx, m, to.Name)
		if err != nil {
			return nil, err
		}
		at := roaring.New()
		for pos, a := range from {
			if int(a>>32) == i && rows.Contains(uint32(a)) {
				at.Add(uint32(pos))
			}
		}
		if at.IsEmpty() {
			continue
		}
		found += at.GetCardinality()
		if t.Version.Objects.Find(to.Name) != nil {
			out[to.Name] = at
			continue
		}
		further, err := k.follow(ctx, t, to.Name, at)
		if err != nil || further == nil {
			return nil, err
		}
		for name, rows := range further {
			if out[name] != nil {
				rows.Or(out[name])
			}
			out[name] = rows
		}
	}
	if found != rows.GetCardinality() {
		return nil, nil
	}
	return out, nil
}
