package exec

import (
	"math/bits"
	"slices"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// Strings that expressions make live until generated code has worked through the rows it was called for:
// later loops may read them. So these rows are few where the strings are long: with 64 KB a row, a morsel of eight
// sections made half a gigabyte. The same holds of strings that rows take along into chunks, pages and tables. Where
// they are very long, even a vector has fewer rows.
const (
	stringsAtOnce = 4 << 20 // bytes
	heapAtOnce    = 4 << 20 // bytes of strings with which a chunk is full
	firstRows     = 128
	anyRows       = 1 << 20
)

// mostRows is the most that a vector of a variant has.
func (q *Query) mostRows(v *variant) int {
	if n := v.seg.Vector; n > 0 {
		return min(n, q.opt.VectorRows)
	}
	return q.opt.VectorRows
}

// next is the stretch that generated code is to be called for: the head of units, cut to unitRows. It sets the vectors'
// rows. A scan's vectors begin at multiples of their size.
func (in *Instance) next() unit {
	u := in.units[0]
	most, rows := in.q.mostRows(in.cur.v), in.unitRows
	vector := most
	if most&(most-1) != 0 {
		rows = max(rows/most, 1) * most
	} else {
		vector = min(most, floor2(rows))
		rows = max((u.from+rows)/vector*vector-u.from, vector)
		if u.from > 0 {
			vector = min(vector, 1<<bits.TrailingZeros(uint(u.from)))
		}
	}
	if u.to-u.from > rows {
		in.split(u.from + rows)
		u = in.units[0]
	}
	offheap.Set(in.cur.view(), abi.StateVector, int64(vector))
	return u
}

// floor2 is the largest power of two that is at most n.
func floor2(n int) int { return 1 << (bits.Len(uint(n)) - 1) }

// split cuts the head of units at row at.
func (in *Instance) split(at int) {
	rest := in.units[0]
	in.units[0].to, rest.from = at, at
	in.units = slices.Insert(in.units, 1, rest)
}

// cut leaves generated code only the vector at which it is.
func (in *Instance) cut() {
	st := in.cur.view()
	at := int(offheap.At[int64](st, abi.StateCursor) + offheap.At[int64](st, in.cur.v.seg.Source.Count))
	if at < in.units[0].to {
		in.split(at)
	}
}

// worked drops the head of units and frees its strings. What these and those of chunks and tables took says how many
// rows may be next; an instance begins with few.
func (in *Instance) worked() {
	u := in.units[0]
	in.units = in.units[1:]
	more := min(4*in.unitRows, anyRows)
	n := heap.ArenaBytes(in.small.View().Pointer()) + in.carried()
	if n == 0 {
		in.unitRows = more
		return
	}
	freeArena(in.small.View())
	fit := stringsAtOnce * int64(u.to-u.from) / n
	in.unitRows = floor2(min(max(int(fit), program.LeastVector), more))
}

// carried is how many bytes of strings have gone into rows that leave and into tables since it was asked last. Rows
// whose strings are many are sent.
func (in *Instance) carried() int64 {
	now := int64(0)
	if in.outlet != nil {
		now = in.outlet.strings()
		for i := range in.ndests {
			if in.outlet.heavy(i) && !slices.Contains(in.flush, i) {
				in.flush = append(in.flush, i)
			}
		}
	}
	if in.part != nil {
		now += in.part.tab.StringBytes()
	}
	n := max(now-in.kept, 0) // a top-N drops what it has
	in.kept = now
	return n
}
