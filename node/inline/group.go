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
	cols  int
	bytes int64 // of all Data

	mu     sync.Mutex
	blocks []*encoded // by column; guarded by mu
	size   int64      // off-heap bytes; guarded by mu
	users  int        // row groups in use, one more while it is in a cache; guarded by mu
}

// held is where the memory of all Groups is counted. Caches of them are small and bound themselves.
var held = mem.NewCache("rows of small writes", nil)

// encoded is a column of a Group.
type encoded struct {
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
		if len(g.parts) > 0 && len(s.Cols) != g.cols {
			return nil, damaged(o.Name, "It has %d columns, others of its table %d.", len(s.Cols), g.cols)
		}
		g.cols = len(s.Cols)
		g.names = append(g.names, o.Name)
		g.parts = append(g.parts, s)
		g.rows += s.Rows
		g.bytes += int64(len(o.Data))
	}
	if g.rows > block.MaxRowGroupRows {
		return nil, sqlerr.New(sqlerr.InternalError, "BUG: %d rows in one row group", g.rows)
	}
	g.blocks = make([]*encoded, g.cols)
	return g, nil
}

func damaged(name, why string, args ...any) error {
	return sqlerr.New(sqlerr.DataCorrupted, "rows of a small write are damaged: object %s", name).WithDetail(why, args...)
}

// Rows is the number of rows, deleted ones too.
func (g *Group) Rows() int { return g.rows }

// RowGroup opens columns, by their numbers in the table and with their types. Others cannot be used.
// The row group borrows from g until its Release.
func (g *Group) RowGroup(cols []int, typs []types.Type) (*block.RowGroup, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	meta := &block.RowGroupMeta{Rows: int32(g.rows), Cols: make([]block.BlockMeta, g.cols)}
	var e block.Encoder
	defer e.Close()
	for i, col := range cols {
		if col < 0 || col >= g.cols {
			return nil, damaged(g.names[0], "It has no column %d.", col+1)
		}
		if g.blocks[col] == nil {
			if err := g.encode(&e, col); err != nil {
				return nil, err
			}
		}
		if c := g.parts[0].Cols[col].Class; c != typs[i].Phys() {
			return nil, damaged(g.names[0], "Column %d has class %s, its table's %s.", col+1, c, typs[i].Phys())
		}
		meta.Cols[col] = g.blocks[col].meta
	}
	g.users++
	open := append([]*encoded(nil), g.blocks...) // what is encoded later is not this row group's
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
	for i, b := range g.blocks {
		if b != nil {
			b.block.Close()
			freeBytes(b.data)
			g.blocks[i] = nil
		}
	}
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
	f := &block.Footer{Format: block.FormatVersion}
	if g.rows == 0 {
		return f, nil
	}
	meta := block.RowGroupMeta{Rows: int32(g.rows)}
	var e block.Encoder
	defer e.Close()
	for col := range g.cols {
		if err := g.encode(&e, col); err != nil {
			return nil, err
		}
		meta.Cols = append(meta.Cols, g.blocks[col].meta)
	}
	f.RowGroups = append(f.RowGroups, meta)
	return f, nil
}
