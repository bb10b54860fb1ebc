package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/keep"
	"slipher/node/rms"
)

// store is managed storage: names with bytes. Every operation hands over.
type store struct {
	sim     *Sim
	objects map[string][]byte
	ever    map[string]bool // names that were ever there
}

func (st *store) has(name string) bool { _, ok := st.objects[name]; return ok }

var errStorage = sqlerr.Wrap(errors.New("storage does not answer"), sqlerr.IOError)

func (st *store) fault() error {
	st.sim.pause()
	if st.sim.chance(st.sim.o.Faults, 60) {
		return errStorage
	}
	return nil
}

func (st *store) Put(_ context.Context, name string, data []byte) error {
	if err := st.fault(); err != nil {
		return err
	}
	if st.ever[name] {
		st.sim.fail("object %s is written twice", name)
	}
	st.objects[name], st.ever[name] = data, true
	if st.sim.chance(st.sim.o.Faults, 60) { // it is there, but the writer does not know
		return errStorage
	}
	return nil
}

func (st *store) Create(context.Context, string) (rms.ObjectWriter, error) {
	return nil, errors.New("not simulated")
}

func (st *store) Get(_ context.Context, name string) ([]byte, error) {
	if err := st.fault(); err != nil {
		return nil, err
	}
	data, ok := st.objects[name]
	if !ok {
		return nil, sqlerr.Wrap(fmt.Errorf("%s: %w", name, fs.ErrNotExist), sqlerr.UndefinedFile)
	}
	return data, nil
}

func (st *store) GetRange(context.Context, string, int64, int64) ([]byte, error) {
	return nil, errors.New("not simulated")
}

func (st *store) Delete(_ context.Context, name string) error {
	if err := st.fault(); err != nil {
		return err
	}
	if _, ok := st.objects[name]; ok {
		st.sim.trace("%s deletes %s", st.sim.cur.name, name)
		st.sim.needed(name)
	}
	delete(st.objects, name)
	return nil
}

func (st *store) List(_ context.Context, prefix string) ([]string, error) {
	if err := st.fault(); err != nil {
		return nil, err
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(st.objects)) {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	return out, nil
}

func (st *store) Leftovers(context.Context) ([]string, error) { return nil, nil }

// needed fails the run if an object that is deleted is in use.
func (s *Sim) needed(name string) {
	for _, t := range s.head.AllTables() {
		if t.Version.Objects.Find(name) != nil || t.Version.Stats == name {
			s.fail("%s deletes %s, which table %s has", s.cur.name, name, t.Name)
		}
	}
	n := s.elected
	if n == nil || !n.alive || n.stale() || n.opened != s.term {
		return
	}
	if n.txns.TempObjects()[name] && strings.Contains(name, fmt.Sprintf("/%08x-", s.term)) { // older sessions are over
		s.fail("%s deletes %s of a temporary table", s.cur.name, name)
	}
	for _, r := range s.all {
		if !n.open[r] || r.term != s.term { // those of earlier terms are lost anyway
			continue
		}
		if r.base != nil {
			for _, t := range r.base.AllTables() {
				if t.Version.Objects.Find(name) != nil {
					s.fail("%s deletes %s, which %s reads", s.cur.name, name, r.name)
				}
			}
		}
		if r.wrote[name] {
			s.fail("%s deletes %s, which %s has written", s.cur.name, name, r.name)
		}
	}
}

// values are the live rows of a table: each must be there once.
func (s *Sim) values(t *state.Table) map[int64]bool {
	out := map[int64]bool{}
	for _, o := range t.Version.Objects.All() {
		s.live(o, func(_ uint32, v int64) {
			if out[v] {
				s.fail("row %d of table %s is there twice", v, t.Name)
			}
			out[v] = true
		})
	}
	return out
}

// live calls f for each row of an object that is not deleted.
func (s *Sim) live(o *state.ObjectRef, f func(at uint32, v int64)) {
	rows, ok := s.rows[o.Name]
	if !ok || int64(len(rows)) != o.Rows {
		s.fail("object %s has %d rows, not %d", o.Name, len(rows), o.Rows)
		return
	}
	dead := roaring.New()
	if len(o.Deleted) > 0 {
		if _, err := dead.FromBuffer(o.Deleted); err != nil {
			s.fail("deleted rows of %s: %v", o.Name, err)
			return
		}
	}
	for at, v := range rows {
		if !dead.Contains(uint32(at)) {
			f(uint32(at), v)
		}
	}
}

// merge is what nodes do for a keeper: they write live rows anew, sorted, with their addresses beside.
func (s *Sim) merge(m *keep.Merge) ([]state.ObjectRef, error) {
	type row struct{ value, from int64 }
	bySlice := map[state.SliceID][]row{}
	for i, o := range m.Table.Version.Objects.List() {
		if !o.Inline() {
			if _, err := s.store.Get(context.Background(), o.Name); err != nil {
				if errors.Is(err, fs.ErrNotExist) && s.cur.node == s.elected && !s.elected.stale() && s.cur.node.opened == s.term &&
					m.Term == s.term {
					s.fail("a merge reads %s, which is gone", o.Name)
				}
				return nil, err
			}
		}
		s.live(&o, func(at uint32, v int64) {
			bySlice[o.Slice] = append(bySlice[o.Slice], row{v, int64(i)<<32 | int64(at)})
		})
	}
	split := 2 + s.rng.IntN(12)
	var out []state.ObjectRef
	for slice := range state.SliceID(simSlices) {
		rows := bySlice[slice]
		slices.SortFunc(rows, func(a, b row) int { return int(a.value - b.value) })
		for seq := uint64(0); len(rows) > 0; seq++ {
			part := rows[:min(len(rows), split)]
			rows = rows[len(part):]
			name := rms.Name(rms.Prefix(m.Table.ID, m.Term, m.Txn), slice, seq)
			var from []byte
			for _, r := range part {
				s.rows[name] = append(s.rows[name], r.value)
				from = binary.LittleEndian.AppendUint64(from, uint64(r.from))
			}
			if err := s.store.Put(context.Background(), name, nil); err != nil {
				return nil, err
			}
			if err := s.store.Put(context.Background(), rms.RowsName(name), from); err != nil {
				return nil, err
			}
			out = append(out, state.ObjectRef{Name: name, Slice: slice, Rows: int64(len(part)), Bytes: 8 * int64(len(part))})
		}
	}
	return out, nil
}
