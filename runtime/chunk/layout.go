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

// Holds makes a program.Column of it.
func (c Col) Holds() (types.Type, bool) { return c.Type, c.Nullable }

// LayoutOf places the columns one behind the other, 16-byte aligned: as a program does that was compiled for them.
func LayoutOf[C program.Column](cols []C) *Layout {
	l := &Layout{Cols: program.ChunkCols(cols)}
	l.Size = int(program.LayoutChunk(l.Cols))
	l.Rows = program.ChunkRows(l.Cols)
	l.places = make([]place, len(l.Cols))
	for i, c := range l.Cols {
		p := c.Type.Phys()
		l.places[i] = place{values: c.Values, nulls: c.Nulls, width: int64(p.Width()), class: p, nullable: c.Nullable}
	}
	return l
}
