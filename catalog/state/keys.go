package state

import (
	"slices"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/bound"
	"slipher/catalog/types"
)

// Key is columns of a table by their ids, in the order of a key. Frozen.
//
// What is stored of an id is one less: so much as the number of a column that was made with its table. Keys that were
// written when they were columns' numbers read as they were meant.
type Key []types.ColumnID

// KeyColumn is a key of one column, stored in the same way; 0: none.
type KeyColumn types.ColumnID

// FirstKey is a key of columns that are made with their table, by their numbers.
func FirstKey(numbers ...int) Key {
	var out Key
	for _, n := range numbers {
		out = append(out, types.FirstID(n))
	}
	return out
}

// Place is where a column is in the definition of the day, -1 if it is not there. A table that no catalog has made,
// which is without ids, has the first ones.
func (t *Table) Place(id types.ColumnID) int {
	for i := range t.Columns {
		if t.idAt(i) == id {
			return i
		}
	}
	return -1
}

func (t *Table) idAt(i int) types.ColumnID {
	if id := t.Columns[i].ID; id != 0 {
		return id
	}
	return types.FirstID(i)
}

// Places are where the columns of a key are.
func (t *Table) Places(k Key) []int {
	out := make([]int, len(k))
	for i, id := range k {
		out[i] = t.Place(id)
	}
	return out
}

// SortPlaces are where the columns of the sort key are.
func (t *Table) SortPlaces() []int { return t.Places(t.SortKey) }

// DistPlace is where the distribution key is, -1: there is none.
func (t *Table) DistPlace() int { return t.Place(types.ColumnID(t.DistKey)) }

// PrimaryKey is the primary key, nil if none is declared.
func (t *Table) PrimaryKey() Key {
	i := slices.IndexFunc(t.Constraints, func(k Constraint) bool { return k.Kind == "p" })
	if i < 0 {
		return nil
	}
	return t.Constraints[i].Columns
}

// keysStand reports whether all keys are of columns that there are.
func (t *Table) keysStand() bool {
	keys := [][]int{t.SortPlaces()}
	if t.DistKey != 0 {
		keys = append(keys, []int{t.DistPlace()})
	}
	for _, k := range t.Constraints {
		keys = append(keys, t.Places(k.Columns))
	}
	return !slices.ContainsFunc(keys, func(places []int) bool { return slices.Contains(places, -1) })
}

// MarshalMsg implements msgp.Marshaler.
func (k Key) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, uint32(len(k)))
	for _, id := range k {
		b = msgp.AppendInt(b, int(id)-1)
	}
	return b, nil
}

// UnmarshalMsg implements msgp.Unmarshaler.
func (k *Key) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err == nil && n > bound.Elements {
		err = msgp.ErrLimitExceeded
	}
	*k = nil
	for ; n > 0 && err == nil; n-- {
		var one KeyColumn
		b, err = one.UnmarshalMsg(b)
		*k = append(*k, types.ColumnID(one))
	}
	return b, err
}

// Msgsize is an upper bound of the size in bytes.
func (k Key) Msgsize() int { return msgp.ArrayHeaderSize + len(k)*msgp.IntSize }

// MarshalMsg implements msgp.Marshaler.
func (c KeyColumn) MarshalMsg(b []byte) ([]byte, error) { return msgp.AppendInt(b, int(c)-1), nil }

// UnmarshalMsg implements msgp.Unmarshaler.
func (c *KeyColumn) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadInt32Bytes(b)
	*c = KeyColumn(n + 1)
	return b, err
}

// Msgsize is an upper bound of the size in bytes.
func (c KeyColumn) Msgsize() int { return msgp.IntSize }
