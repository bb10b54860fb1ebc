package block

import (
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// ConstBlock makes a block of rows values v of type t: what a scan reads of a column that is younger than the rows.
// Close it.
//
// It is the block of one such value with its section as often as there are sections: each says that all its values are
// that one.
func ConstBlock(t types.Type, v types.Datum, rows int) (*Block, error) {
	one, err := oneBlock(t, v)
	if err != nil {
		return nil, err
	}
	one.head.rows = rows
	sections := one.head.sections()
	if sections == 0 {
		return one, nil
	}
	first := one.secs[0]
	if first.Mode != codec.Const {
		panic("BUG: one value is not a constant section")
	}
	secs, err := one.alloc(sections * codec.SectionSize)
	if err != nil {
		one.Close()
		return nil, err
	}
	one.setSections(secs)
	for i := range one.secs {
		s := first
		if v.Null {
			s.Nulls = uint16(min(codec.SectionRows, rows-i*codec.SectionRows))
		}
		one.secs[i] = s
	}
	if v.Null {
		bits, err := one.alloc(sections * nullsPerSec)
		if err != nil {
			one.Close()
			return nil, err
		}
		all := bits.Bytes(0, sections*nullsPerSec)
		clear(all)
		for i := range rows {
			all[i>>3] |= 1 << (i & 7)
		}
		one.head.nulls, one.nullBits = rows, bits
	}
	return one, nil
}

// oneBlock makes a block of one value, which owns all of its memory.
func oneBlock(t types.Type, v types.Datum) (*Block, error) {
	// of the value; before it are, for strings, their offset at 0 and length at 16, and at 32 whether it is NULL
	const at = 64
	size := at + max(len(v.S), 16) + codec.Tail
	in, err := mem.Raw(size, "a constant column")
	if err != nil {
		return nil, err
	}
	defer mem.FreeRaw(in)
	bytes := in.Bytes(0, size)
	clear(bytes)
	col := codec.Column{Class: t.Phys(), Rows: 1}
	if v.Null {
		bytes[32] = 1
		col.Nulls = in.From(32)
		v = types.Datum{}
	}
	if col.Class == types.Str {
		col.Off, col.Len, col.Heap = in, in.From(16), in.From(at)
		offheap.Set(col.Len, 0, uint32(copy(bytes[at:], v.S)))
	} else {
		col.Values = in.From(at)
		copy(bytes[at:], v.Bytes(col.Class))
	}
	var e Encoder
	defer e.Close()
	m, data, err := e.Encode(&col, t, "runlength")
	if err != nil {
		return nil, err
	}
	own, err := mem.Raw(len(data), "a constant column")
	if err != nil {
		return nil, err
	}
	stored := own.Bytes(0, len(data))
	copy(stored, data)
	b, err := OpenBlock(&m, t, stored)
	if err != nil {
		mem.FreeRaw(own)
		return nil, err
	}
	b.own, b.size = append(b.own, own), b.size+len(data)
	return b, nil
}
