package inline

import (
	"fmt"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Cut says how many of objs, which all have Data, make the first group.
func Cut(objs []*state.ObjectRef) int {
	rows, bytes := int64(0), int64(0)
	for i, o := range objs {
		rows += o.Rows
		bytes += int64(len(o.Data))
		if i > 0 && (rows > block.MaxRowGroupRows || bytes > block.MaxRowGroupBytes) {
			return i
		}
	}
	return len(objs)
}

// Group is a row group of small objects. Its columns are encoded when they are first asked for.
// Safe for concurrent use.
type Group struct {
	names []string
	parts []*chunk.Stored
	rows  int
	bytes int64 // of all Data

	mu     sync.Mutex
	blocks map[types.ColumnID]*encoded // guarded by mu
	size   int64                       // off-heap bytes; guarded by mu
	users  int                         // row groups in use, one more while it is in a cache; guarded by mu
}

// held is where the memory of all Groups is counted. Caches of them are small and bound themselves.
var held = mem.NewCache("rows of small writes", nil)

// encoded is a column of a Group.
type encoded struct {
	class types.Phys
	meta  block.BlockMeta
	block *block.Block
	data  []byte // off-heap, owned
}

// New reads objects with Data. The caller is its one user.
func New(objs []*state.ObjectRef) (*Group, error) {
	g := &Group{users: 1}
	for _, o := range objs {
		s, err := chunk.ReadStored(o.Data)
		if err != nil {
			e := sqlerr.From(err)
			return nil, sqlerr.New(e.Code, "%s: object %s", e.Message, o.Name).WithDetail("%s", e.Detail)
		}
		if int64(s.Rows) != o.Rows {
			return nil, damaged(o.Name, "It has %d rows where %d are due.", s.Rows, o.Rows)
		}
		g.names = append(g.names, o.Name)
		g.parts = append(g.parts, s)
		g.rows += s.Rows
		g.bytes += int64(len(o.Data))
	}
	if g.rows > block.MaxRowGroupRows {
		return nil, sqlerr.New(sqlerr.InternalError, "BUG: %d rows in one row group", g.rows)
	}
	g.blocks = map[types.ColumnID]*encoded{}
	return g, nil
}

func damaged(name, why string, args ...any) error {
	return sqlerr.New(sqlerr.DataCorrupted, "rows of a small write are damaged: object %s", name).WithDetail(why, args...)
}

// Rows is the number of rows, deleted ones too.
func (g *Group) Rows() int { return g.rows }

// RowGroup opens columns cols, numbers in table. Others cannot be used. Objects that are older than a column have its
// initial value. The row group borrows from g until its Release.
func (g *Group) RowGroup(cols []int, table []types.Column) (*block.RowGroup, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	meta := &block.RowGroupMeta{Rows: int32(g.rows), Cols: make([]block.BlockMeta, len(table))}
	open := make([]*encoded, len(table)) // what is encoded later is not this row group's
	var e block.Encoder
	defer e.Close()
	for _, col := range cols {
		if col < 0 || col >= len(table) {
			return nil, damaged(g.names[0], "It has no column %d.", col+1)
		}
		b, err := g.column(&e, &table[col])
		if err != nil {
			return nil, err
		}
		open[col], meta.Cols[col] = b, b.meta
	}
	g.users++
	name := fmt.Sprintf("%d small writes from object %s on", len(g.names), g.names[0])
	return block.NewRowGroup(meta, name, func(col int) (*block.Block, error) {
		if open[col] == nil {
			return nil, fmt.Errorf("column %d was not asked for", col+1)
		}
		return open[col].block, nil
	}, g.Release), nil
}

// Release ends one use. The last one frees all blocks.
func (g *Group) Release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.users--; g.users > 0 {
		return
	}
	for _, b := range g.blocks {
		b.block.Close()
		mem.FreeRaw(offheap.OfBytes(b.data))
	}
	clear(g.blocks)
	held.Release(g.size)
	g.size = 0
}

// Footer is the metadata an object with Data would have in storage, of one row group; Off and Len of
// its blocks mean nothing.
func Footer(o *state.ObjectRef) (*block.Footer, error) {
	g, err := New([]*state.ObjectRef{o})
	if err != nil {
		return nil, err
	}
	defer g.Release()
	p := g.parts[0]
	f := &block.Footer{Format: block.FormatVersion, Columns: make([]types.ColumnID, len(p.Cols))}
	for i := range p.Cols {
		f.Columns[i] = p.ID(i)
	}
	if g.rows == 0 {
		return f, nil
	}
	meta := block.RowGroupMeta{Rows: int32(g.rows)}
	var e block.Encoder
	defer e.Close()
	for i := range p.Cols {
		b, err := g.column(&e, &types.Column{ID: p.ID(i), Type: types.OfPhys(p.Cols[i].Class)})
		if err != nil {
			return nil, err
		}
		meta.Cols = append(meta.Cols, b.meta)
	}
	f.RowGroups = append(f.RowGroups, meta)
	return f, nil
}
