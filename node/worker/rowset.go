package worker

import (
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// rowSet is a set of rows by address. Its size is bounded by a bit for each row of the objects
// concerned, whatever comes how often. Safe for concurrent use; the zero rowSet is empty.
type rowSet struct {
	mu      sync.Mutex
	rows    map[int]*roaring.Bitmap // by object; guarded by mu
	got     int64                   // guarded by mu; addresses that came
	acct    *mem.Account
	counted int64 // guarded by mu; bytes on acct
	next    int64 // guarded by mu; at so many addresses they are counted again
}

// countEvery is after how many addresses a rowSet counts its memory anew: at most 64 KB come meanwhile, or twice as
// much for each object.
const countEvery = 1 << 15

// countOn makes the set's memory count on a query, until the query's end.
func (s *rowSet) countOn(q *query) {
	s.acct = q.acct.Child("Delete (row addresses)")
	q.atEnd = append(q.atEnd, func() { s.acct.Release(s.counted) })
}

// account counts the set's memory. Called with mu held.
func (s *rowSet) account() error {
	if s.acct == nil || s.got < s.next {
		return nil
	}
	s.next = s.got + countEvery
	n := int64(0)
	for _, b := range s.rows {
		n += int64(b.GetSizeInBytes())
	}
	if err := s.acct.Reserve(n - s.counted); err != nil {
		return err
	}
	s.counted = n
	return nil
}

// add takes the addresses in a column of c; NULL is none: a row that replaces no other.
func (s *rowSet) add(c *chunk.Chunk, col int) error {
	var run [256]uint32 // of one object
	n, object := 0, -1
	s.mu.Lock()
	defer s.mu.Unlock()
	flush := func() {
		if n == 0 {
			return
		}
		b := s.rows[object]
		if b == nil {
			if s.rows == nil {
				s.rows = map[int]*roaring.Bitmap{}
			}
			b = roaring.New()
			s.rows[object] = b
		}
		b.AddMany(run[:n])
		n = 0
	}
	for r, rows := 0, c.Rows(); r < rows; r++ {
		if c.IsNull(col, r) {
			continue
		}
		a := c.Int(col, r)
		if a < 0 {
			return sqlerr.New(sqlerr.InternalError, "BUG: %d is no row address", a)
		}
		if o := int(a >> 32); o != object || n == len(run) {
			flush()
			object = o
		}
		run[n] = uint32(a)
		n++
		s.got++
	}
	flush()
	return s.account()
}

// count is how many addresses came.
func (s *rowSet) count() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// take gives the set as it goes to the leader.
func (s *rowSet) take() ([]wire.Deleted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []wire.Deleted
	for _, o := range slices.Sorted(maps.Keys(s.rows)) {
		b := s.rows[o]
		b.RunOptimize()
		data, err := b.ToBytes()
		if err != nil {
			return nil, err
		}
		out = append(out, wire.Deleted{Object: o, Rows: data})
	}
	return out, nil
}

// deletedRows opens the set of an object's deleted rows, nil if there are none. It borrows the object's
// bytes. A set that cannot be of this object is data_corrupted.
func deletedRows(o *state.ObjectRef) (*roaring.Bitmap, error) {
	if len(o.Deleted) == 0 {
		return nil, nil
	}
	bad := func(why string, args ...any) error {
		return sqlerr.New(sqlerr.DataCorrupted, "deleted rows of object %s are damaged", o.Name).WithDetail(why, args...)
	}
	b := roaring.New()
	n, err := b.FromBuffer(o.Deleted)
	if err == nil && n != int64(len(o.Deleted)) {
		return nil, bad("There are %d bytes behind them.", int64(len(o.Deleted))-n)
	}
	if err == nil {
		err = b.Validate()
	}
	if err != nil {
		return nil, bad("%v.", err)
	}
	if b.IsEmpty() {
		return nil, nil
	}
	if last := int64(b.Maximum()); last >= o.Rows || o.Rows > math.MaxUint32 {
		return nil, bad("Row %d of %d is among them.", last, o.Rows)
	}
	return b, nil
}

// deletedBits is deletedRows as a bit a row, as far as there are bits set, of an object with that footer.
func deletedBits(o *state.ObjectRef, f *block.Footer) ([]uint64, error) {
	set, err := deletedRows(o)
	if set == nil || err != nil {
		return nil, err
	}
	rows := int64(0)
	for i := range f.RowGroups {
		rows += int64(f.RowGroups[i].Rows)
	}
	if rows != o.Rows {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object %s has %d rows where %d are due", o.Name, rows, o.Rows)
	}
	return set.ToDense(), nil
}
