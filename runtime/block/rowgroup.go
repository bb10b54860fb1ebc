package block

import (
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/offheap"
)

// RowGroup gives access to the columns of one row group. Columns are named by
// their number in the stored table. Safe for concurrent use until Release.
type RowGroup struct {
	meta    *RowGroupMeta
	name    string // for errors
	load    func(col int) (*Block, error)
	release func()

	mu     sync.Mutex
	blocks []*Block // guarded by mu; nil: not loaded
}

// Open makes a row group whose blocks are opened when first used. cols are the types of all of its columns. data
// returns a block's bytes, off-heap, 64-byte aligned, valid until Release.
func Open(meta *RowGroupMeta, cols []types.Type, data func(col int) ([]byte, error)) *RowGroup {
	var own []*Block
	rg := NewRowGroup(meta, "", func(col int) (*Block, error) {
		if col >= len(cols) {
			return nil, sqlerr.New(sqlerr.InternalError, "column %d of a row group of %d", col, len(cols))
		}
		b, err := data(col)
		if err != nil {
			return nil, err
		}
		blk, err := OpenBlock(&meta.Cols[col], cols[col], b)
		if err == nil {
			own = append(own, blk)
		}
		return blk, err
	}, nil)
	rg.release = func() {
		for _, b := range own {
			b.Close()
		}
	}
	return rg
}

// NewRowGroup makes a row group over blocks that load returns, owned by whoever is behind
// load until release is called. name says in errors where the row group lies.
func NewRowGroup(meta *RowGroupMeta, name string, load func(col int) (*Block, error), release func()) *RowGroup {
	return &RowGroup{meta: meta, name: name, load: load, release: release, blocks: make([]*Block, len(meta.Cols))}
}

// Rows is the number of rows.
func (rg *RowGroup) Rows() int { return int(rg.meta.Rows) }

// Meta is the row group's metadata.
func (rg *RowGroup) Meta() *RowGroupMeta { return rg.meta }

// Block returns a column's block, opening it if need be.
func (rg *RowGroup) Block(col int) (*Block, error) {
	rg.mu.Lock()
	defer rg.mu.Unlock()
	if col < 0 || col >= len(rg.blocks) {
		return nil, sqlerr.New(sqlerr.InternalError, "column %d of a row group of %d", col, len(rg.blocks))
	}
	if rg.blocks[col] == nil {
		b, err := rg.load(col)
		if err == nil && b == nil {
			err = sqlerr.New(sqlerr.InternalError, "column %d was not asked for", col+1)
		}
		if err == nil && b.Rows() != rg.Rows() {
			err = corrupt("it has %d rows, its row group %d", b.Rows(), rg.Rows())
		}
		if err != nil {
			return nil, rg.where(err, col)
		}
		rg.blocks[col] = b
	}
	return rg.blocks[col], nil
}

func corrupt(format string, args ...any) error {
	return sqlerr.New(sqlerr.DataCorrupted, format, args...)
}

// where adds the place to errors of damaged blocks.
func (rg *RowGroup) where(err error, col int) error {
	e := sqlerr.From(err)
	if e.Code != sqlerr.DataCorrupted && e.Code != sqlerr.InternalError {
		return err
	}
	return sqlerr.New(sqlerr.DataCorrupted, "block of column %d in %s is damaged", col+1, rg.name).WithDetail("%s.",
		e.Message)
}

// FillCursor writes the column's cursor (abi.ColCursorSize bytes) to dst. It is valid until Release.
func (rg *RowGroup) FillCursor(col int, dst offheap.View) error {
	b, err := rg.Block(col)
	if err != nil {
		return err
	}
	b.FillCursor(dst)
	return nil
}

// SectionMayMatch reports whether a section of 1,024 rows can hold a row for which
// `column op v` is true; see MayMatch.
func (rg *RowGroup) SectionMayMatch(col, section int, op string, v types.Datum) bool {
	b, err := rg.Block(col)
	return err != nil || b.SectionMayMatch(section, op, v)
}

// SectionRange is that of a section of 1,024 rows of a column of integers or strings; not ok: nothing is known of it.
func (rg *RowGroup) SectionRange(col, section int) (r Range, ok bool) {
	b, err := rg.Block(col)
	if err != nil {
		return Range{}, false
	}
	return b.SectionRange(section)
}

// Release ends the use of the row group: no cursor of it may be in use.
func (rg *RowGroup) Release() {
	rg.mu.Lock()
	defer rg.mu.Unlock()
	if rg.release != nil {
		rg.release()
		rg.release = nil
	}
}
