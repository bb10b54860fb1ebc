package exec

import (
	"slices"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
)

// Strings that expressions make live until generated code has worked through the rows it was called for:
// later loops may read them. So these rows are few where the strings are long: with 64 KB a row, a morsel of eight
// sections made half a gigabyte.
const (
	stringsAtOnce = 4 << 20 // bytes
	firstRows     = abi.VectorRows
	anyRows       = 1 << 20
)

// next is the stretch that generated code is to be called for: the head of units, cut to unitRows.
func (in *Instance) next() unit {
	u := in.units[0]
	if u.to-u.from > in.unitRows {
		rest := u
		u.to = u.from + in.unitRows
		rest.from = u.to
		in.units[0] = u
		in.units = slices.Insert(in.units, 1, rest)
	}
	return u
}

// worked drops the head of units and frees its strings. What they took says how many rows may be next; an
// instance begins with few.
func (in *Instance) worked() {
	u := in.units[0]
	in.units = in.units[1:]
	n := heap.ArenaBytes(in.small.View().Pointer())
	if n == 0 {
		in.unitRows = min(4*in.unitRows, anyRows)
		return
	}
	freeArena(in.small.View())
	fit := stringsAtOnce * int64(u.to-u.from) / n
	in.unitRows = max(int(fit)/abi.VectorRows, 1) * abi.VectorRows
}
