package keep

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/rms"
)

// move is where a merge has put rows. It is kept while a transaction is open that may
// delete rows by their old addresses.
type move struct {
	table state.TableID
	old   []state.ObjectRef  // as read; a row's old address is its index here << 32 | position
	index map[string]int     // of old, by name
	news  []state.ObjectRef  // as written
	from  map[string][]int64 // old addresses by new object's name; guarded by Keeper.mu; missing ones are in storage
	// placed is the catalog version in which the new objects are, 0: none yet. Guarded by Keeper.mu.
	placed uint64
}

// keepAddresses bounds the addresses kept in memory, in all moves together.
const keepAddresses = 4 << 20

func newMove(part *state.Table, news []state.ObjectRef) *move {
	m := &move{table: part.ID, old: part.Version.Objects.List(), index: map[string]int{}, news: news,
		from: map[string][]int64{}}
	for i := range m.old {
		m.index[m.old[i].Name] = i
	}
	return m
}

// load reads where the rows of m's objects come from and checks that it is right: every live
// row of the old objects once, on its slice.
func (k *Keeper) load(ctx context.Context, m *move) error {
	seen := make([]*roaring.Bitmap, len(m.old))
	want, got := int64(0), int64(0)
	for i := range m.old {
		seen[i] = roaring.New()
		want += m.old[i].Live()
	}
	for i := range m.news {
		n := &m.news[i]
		from, err := k.origins(ctx, m, n.Name)
		if err != nil {
			return err
		}
		if int64(len(from)) != n.Rows || n.Inline() {
			return sqlerr.New(sqlerr.InternalError, "BUG: object %s of a merge has %d rows and %d addresses", n.Name, n.Rows,
				len(from))
		}
		for _, a := range from {
			o := int(a >> 32)
			if a < 0 || o >= len(m.old) || int64(uint32(a)) >= m.old[o].Rows || m.old[o].Slice != n.Slice ||
				!seen[o].CheckedAdd(uint32(a)) {
				return sqlerr.New(sqlerr.InternalError, "BUG: a merge of table %d has put row %d of object %d into %s", m.table,
					uint32(a), o, n.Name)
			}
		}
		got += n.Rows
	}
	if got != want {
		return sqlerr.New(sqlerr.InternalError, "BUG: a merge of table %d has made %d rows of %d", m.table, got, want)
	}
	return nil
}

// origins are the old addresses of a new object's rows.
func (k *Keeper) origins(ctx context.Context, m *move, object string) ([]int64, error) {
	k.mu.Lock()
	from, ok := m.from[object]
	k.mu.Unlock()
	if ok {
		return from, nil
	}
	data, err := k.o.Store.Get(ctx, rms.RowsName(object))
	if err != nil {
		return nil, err
	}
	if len(data)%8 != 0 {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "row addresses of object %s are damaged", object)
	}
	from = make([]int64, len(data)/8)
	for i := range from {
		from[i] = int64(binary.LittleEndian.Uint64(data[i*8:]))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m.from[object] == nil && k.held+int64(len(from)) <= keepAddresses {
		m.from[object] = from
		k.held += int64(len(from))
	}
	return from, nil
}

// remember makes a move known to commits.
func (k *Keeper) remember(m *move) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range m.old {
		k.moves[m.old[i].Name] = m
	}
}

// placed notes the version from which on a move's objects are in the table.
func (k *Keeper) placed(m *move, version uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m.placed = version
}

// forget drops a move.
func (k *Keeper) forget(m *move) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range m.old {
		if k.moves[m.old[i].Name] == m {
			delete(k.moves, m.old[i].Name)
		}
	}
	for object, from := range m.from {
		k.held -= int64(len(from))
		delete(m.from, object)
	}
}

// expire forgets moves that no open transaction is older than, and deletes their addresses from
// storage. What cannot be deleted is an orphan.
func (k *Keeper) expire(ctx context.Context) {
	oldest := k.o.Readers.Oldest()
	var done []*move
	k.mu.Lock()
	for _, old := range slices.Sorted(maps.Keys(k.moves)) {
		m := k.moves[old]
		if m.placed != 0 && m.placed <= oldest && !slices.Contains(done, m) {
			done = append(done, m)
		}
	}
	k.mu.Unlock()
	for _, m := range done {
		k.forget(m)
		for i := range m.news {
			name := rms.RowsName(m.news[i].Name)
			k.failed(ctx, "delete row addresses", k.o.Store.Delete(ctx, name))
		}
	}
}

// moving are the objects of addresses that moves need.
func (k *Keeper) moving() map[string]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]bool{}
	for _, m := range k.moves {
		for i := range m.news {
			out[rms.RowsName(m.news[i].Name)] = true
		}
	}
	return out
}

// deletions are rows of an old object that were deleted since it was read.
type deletions struct {
	all  bool
	rows *roaring.Bitmap
}

// movedDead is which rows of a new object, by where they come from, are dead.
func movedDead(from []int64, gone map[int]deletions) (set []byte, dead int64, err error) {
	b := roaring.New()
	for at, a := range from {
		if d, ok := gone[int(a>>32)]; ok && (d.all || d.rows.Contains(uint32(a))) {
			b.Add(uint32(at))
		}
	}
	return encoded(b)
}

// encoded is a set as the catalog takes it.
func encoded(b *roaring.Bitmap) ([]byte, int64, error) {
	if b.IsEmpty() {
		return nil, 0, nil
	}
	b.RunOptimize()
	data, err := b.ToBytes()
	return data, int64(b.GetCardinality()), err
}

// decoded reads a set.
func decoded(data []byte) (*roaring.Bitmap, error) {
	b := roaring.New()
	if len(data) == 0 {
		return b, nil
	}
	if _, err := b.FromBuffer(data); err != nil {
		return nil, sqlerr.Wrap(fmt.Errorf("set of deleted rows: %w", err), sqlerr.DataCorrupted)
	}
	return b, nil
}

// less is the rows of now that are not in was.
func less(now, was []byte) (*roaring.Bitmap, error) {
	a, err := decoded(now)
	if err != nil {
		return nil, err
	}
	b, err := decoded(was)
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(a, b), nil
}
