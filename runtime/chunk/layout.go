package chunk

import (
	"slipher/catalog/types"
	"slipher/runtime/program"
)

// Layout says where each column lies in a chunk. Shared, never changed.
type Layout struct {
	Cols []program.ChunkCol
	Size int // bytes of a chunk, without its string heap
	Rows int // the most that a chunk holds: abi.ChunkCapRows, fewer if they are wide

	places []place
}

// place is where a column lies: what is asked for every value.
type place struct {
	values, nulls int64
	width         int64
	class         types.Phys
	nullable      bool
}

// Col is a column to lay out.
type Col struct {
	Type     types.Type
	Nullable bool
}

// LayoutOf places the columns one behind the other, 16-byte aligned.
func LayoutOf(cols []Col) *Layout {
	l := &Layout{Cols: make([]program.ChunkCol, len(cols))}
	for i, c := range cols {
		l.Cols[i] = program.ChunkCol{Type: c.Type, Nullable: c.Nullable}
	}
	l.Size = int(program.LayoutChunk(l.Cols))
	l.Rows = program.ChunkRows(l.Cols)
	l.places = make([]place, len(cols))
	for i, c := range l.Cols {
		p := c.Type.Phys()
		l.places[i] = place{values: c.Values, nulls: c.Nulls, width: int64(p.Width()), class: p, nullable: c.Nullable}
	}
	return l
}

// FromProgram is the layout a program's sink was compiled for.
func FromProgram(cols []program.ChunkCol) *Layout {
	cs := make([]Col, len(cols))
	for i, c := range cols {
		cs[i] = Col{Type: c.Type, Nullable: c.Nullable}
	}
	return LayoutOf(cs)
}
