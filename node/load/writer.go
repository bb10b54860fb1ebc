package load

import (
	"context"
	"errors"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/sketch"
)

// Writer writes rows of one slice of a table: it buffers them by column and, when
// its share of the budget is full, writes them as one object: sorted by the sort
// key, cut into row groups, encoded. Not safe for concurrent use.
//
// Exactly one of Finish and Abort ends it.
type Writer struct {
	reserve Reserve // of identity values
	ctx     context.Context
	store   rms.Store
	target  Target
	budget  *Budget

	cols    []column
	origins Origins
	origin  column // of OriginsKept: an address a row
	inline  int64  // see SetInline
	rows    int    // buffered
	seq     uint64
	refs    []state.ObjectRef

	enc     block.Encoder
	stage   staging
	acct    *mem.Account
	scratch int64 // bytes counted for enc
}

// flushRows is the number of buffered rows at which a Writer flushes: eight row groups.
const flushRows = 8 * block.MaxRowGroupRows

// NewWriter makes a Writer. ctx bounds all of its writing.
func NewWriter(ctx context.Context, store rms.Store, target Target, budget *Budget) *Writer {
	w := &Writer{ctx: ctx, store: store, target: target, budget: budget, cols: make([]column, len(target.Columns))}
	for i, c := range target.Columns {
		w.cols[i].phys = c.Type.Phys()
	}
	w.origin.phys = types.I64
	w.enc.Wanted = w.wanted
	w.SetAccount(loads)
	budget.writers.Add(1)
	return w
}

// loads is the account of Writers that are given none: they hold little.
var loads = mem.NewAccount("loads", 0)

// SetAccount says where the Writer's memory is counted. Call it before Add.
func (w *Writer) SetAccount(a *mem.Account) {
	w.acct = a
	for i := range w.cols {
		w.cols[i].countOn(a)
	}
	w.origin.countOn(a)
	w.stage.countOn(a)
}

// Add takes over the rows of c, whose columns are the table's in order. It copies: c stays
// the caller's. It may write an object and so take a while (a second for a million rows).
func (w *Writer) Add(c *chunk.Chunk) error {
	rows := c.Rows()
	if rows == 0 {
		return nil
	}
	if want := len(w.cols) + w.origins.columns(); len(c.Layout.Cols) != want {
		return sqlerr.New(sqlerr.InternalError, "BUG: chunk of %d columns for a table of %d", len(c.Layout.Cols), want)
	}
	for i := range w.cols {
		col := &w.target.Columns[i]
		if got := c.Layout.Cols[i].Type.Phys(); got != w.cols[i].phys {
			return sqlerr.New(sqlerr.InternalError, "BUG: column %q gets class %s, has %s", col.Name, got, w.cols[i].phys)
		}
		nulls, err := w.cols[i].add(c, i, rows, w.rows)
		if err != nil {
			return err
		}
		if nulls && col.NotNull && col.Identity == nil {
			return sqlerr.New(sqlerr.NotNullViolation, "Cannot insert a NULL value into column %s", col.Name)
		}
	}
	if w.origins == OriginsKept {
		if err := w.addOrigins(c, rows); err != nil {
			return err
		}
	}
	w.rows += rows
	if have := w.bytes(); w.rows >= flushRows || have >= w.budget.share() || have >= leastFlush &&
		w.acct.Room() < flushRoom*have {
		return w.flush()
	}
	return nil
}

// A Writer that is short of memory flushes sooner: what a flush needs beside the buffers is at most as large as they
// are, and a buffer that grows is there twice for a moment.
const (
	leastFlush = 1 << 20
	flushRoom  = 3
)

func (w *Writer) bytes() int64 {
	n := w.origin.bytes()
	for i := range w.cols {
		n += w.cols[i].bytes()
	}
	return n
}

// Finish writes what is buffered and returns all objects written, in order; see also SetInline. After
// an error the objects are deleted.
func (w *Writer) Finish() ([]state.ObjectRef, error) {
	small, err := w.finishSmall()
	if err == nil && !small {
		err = w.flush()
	}
	if err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	w.free()
	return w.refs, nil
}

// Abort ends the Writer and deletes what it has written. An error means that objects
// remain, for garbage collection.
func (w *Writer) Abort() error {
	w.free()
	var errs []error
	for _, r := range w.refs {
		// The writer's context may be the reason to abort.
		if r.Data != nil {
			continue
		}
		errs = append(errs, w.store.Delete(context.WithoutCancel(w.ctx), r.Name))
		if w.origins == OriginsKept {
			errs = append(errs, w.store.Delete(context.WithoutCancel(w.ctx), rms.RowsName(r.Name)))
		}
	}
	w.refs = nil
	return errors.Join(errs...)
}

func (w *Writer) free() {
	if w.cols == nil {
		return
	}
	for i := range w.cols {
		w.cols[i].free()
	}
	w.cols = nil
	w.origin.free()
	w.stage.free()
	w.enc.Close()
	w.acct.Release(w.scratch)
	w.scratch = 0
	w.budget.writers.Add(-1)
}

// flush writes the buffered rows as one object.
func (w *Writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	if err := w.wanted(); err != nil {
		return err
	}
	if err := w.fillIdentities(); err != nil {
		return err
	}
	name := w.nextName()
	out, err := w.store.Create(w.ctx, name)
	if err != nil {
		return err
	}
	sorting := int64(w.rows) * sortBytes
	if err := w.acct.Reserve(sorting); err != nil {
		out.Abort()
		return err
	}
	defer w.acct.Release(sorting)
	rows, err := w.order()
	if err != nil {
		out.Abort()
		return err
	}
	size, err := w.writeObject(out, rows)
	if err != nil {
		out.Abort()
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	w.refs = append(w.refs, state.ObjectRef{Name: name, Slice: w.target.Slice, Rows: int64(w.rows), Bytes: size})
	if w.origins == OriginsKept {
		if err := w.store.Put(w.ctx, rms.RowsName(name), w.originBytes(rows)); err != nil {
			return err
		}
	}
	for i := range w.cols {
		w.cols[i].reset()
	}
	w.origin.reset()
	w.rows = 0
	return nil
}

func (w *Writer) nextName() string {
	w.seq++
	return rms.Name(w.target.Prefix, w.target.Slice, w.seq-1)
}

// writeObject writes rows, numbers of buffered rows, in that order.
func (w *Writer) writeObject(out rms.ObjectWriter, rows []uint32) (int64, error) {
	foot := block.Footer{Format: block.FormatVersion, Columns: w.target.ids()}
	off := int64(0)
	var pad [blockAlign]byte
	counts := make([]block.Counted, len(w.cols))
	seen := make([]sketch.Sketch, len(w.cols))
	for len(rows) > 0 {
		n := w.groupRows(rows)
		rg := block.RowGroupMeta{Rows: int32(n), Cols: make([]block.BlockMeta, len(w.cols))}
		for i := range w.cols {
			if err := w.wanted(); err != nil {
				return 0, err
			}
			col, err := w.cols[i].gather(&w.stage, rows[:n])
			if err != nil {
				return 0, err
			}
			m, data, err := w.enc.Encode(&col, w.target.Columns[i].Type, w.target.Columns[i].Encoding)
			if err != nil {
				return 0, err
			}
			if n := w.enc.Bytes(); n != w.scratch {
				w.acct.Count(n - w.scratch)
				w.scratch = n
			}
			m.Off = off
			rg.Cols[i] = m
			block.CountDistinct(&seen[i], &col)
			counts[i].Bytes += w.enc.ValueBytes()
			if _, err := out.Write(data); err != nil {
				return 0, err
			}
			off += int64(len(data))
			if fill := -off & (blockAlign - 1); fill > 0 {
				if _, err := out.Write(pad[:fill]); err != nil {
					return 0, err
				}
				off += fill
			}
		}
		foot.RowGroups = append(foot.RowGroups, rg)
		rows = rows[n:]
	}
	for i := range seen {
		counts[i].Sketch = seen[i].Append(nil)
	}
	tail, at := block.AppendCounts(nil, counts, off)
	foot.Counts = at
	tail, err := block.AppendTrailer(tail, &foot)
	if err != nil {
		return 0, err
	}
	_, err = out.Write(tail)
	return off + int64(len(tail)), err
}

// blockAlign is the alignment of blocks in an object.
const blockAlign = 64

// groupRows is how many of rows the next row group takes: as many as fit both limits.
func (w *Writer) groupRows(rows []uint32) int {
	n := min(len(rows), block.MaxRowGroupRows)
	fixed, strs := 0, []*column{}
	for i := range w.cols {
		if c := &w.cols[i]; c.phys == types.Str {
			strs = append(strs, c)
		} else {
			fixed += c.width()
		}
	}
	longest := fixed
	for _, c := range strs {
		longest += c.longest
	}
	if longest*n <= block.MaxRowGroupBytes { // the usual case needs no counting
		return n
	}
	total := 0
	for i, r := range rows[:n] {
		total += fixed
		for _, c := range strs {
			total += len(c.str(r))
		}
		if total > block.MaxRowGroupBytes {
			return max(i, 1)
		}
	}
	return n
}
