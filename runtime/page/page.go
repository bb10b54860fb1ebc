package page

import (
	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// Page is rows that nobody changes any more. Its memory is counted where its rows were made until it is freed.
type Page struct {
	chunk.Holders
	Layout *program.TableShape
	p      *table.Page // owned
}

// Of takes over a page that was detached from a table of such rows.
func Of(l *program.TableShape, p *table.Page) *Page { return &Page{Layout: l, p: p} }

// Rows implements chunk.Batch.
func (p *Page) Rows() int { return p.p.Rows() }

// View is the rows, one behind the other; borrowed until Free.
func (p *Page) View() offheap.View { return p.p.View() }

// HeapBytes is what strings take that headers do not hold.
func (p *Page) HeapBytes() int64 { return int64(p.p.HeapBytes()) }

// Free implements chunk.Batch.
func (p *Page) Free() {
	if p.Leave() {
		p.p.Free()
	}
}

// Adopt makes the page, which the caller holds, entries of t: itself if nobody else holds it, else a copy. It fails
// with 53200; the caller holds the page no more in any case.
func (p *Page) Adopt(t *table.Table, acct *mem.Account) error {
	own := p.p
	if p.Shared() {
		var err error
		if own, err = p.p.Copy(acct); err != nil {
			p.Free()
			return err
		}
		p.Free()
	}
	err := t.Adopt(own)
	if err != nil {
		own.Free()
	}
	return err
}

// Capacity is how many rows of a layout fit a page.
func Capacity(l *program.TableShape) int { return (abi.PageSize - abi.PageRows) / l.EntrySize }

// Datum reads field number col of a row; strings are copied.
func (p *Page) Datum(col, row int) types.Datum {
	l := p.Layout
	f := &l.Fields[col]
	at := int64(row*l.EntrySize + f.Off)
	v := p.View()
	if f.NullOff >= 0 && offheap.At[byte](v, int64(row*l.EntrySize+f.NullOff)) != 0 {
		return types.NullDatum
	}
	if f.Type.Phys() == types.Str && offheap.At[uint32](v, at) > abi.StrInline {
		n, off := int(offheap.At[uint32](v, at)), offheap.At[int64](v, at+8)
		return types.String(string(p.p.Heap().Bytes(off, n)))
	}
	return offheap.Datum(v, at, f.Type.Phys())
}

// OfDatums makes a page of values that Go code has: at gives the value of a row and field. rows is at most Capacity.
// It fails with 53200.
func OfDatums(acct *mem.Account, l *program.TableShape, rows int, at func(row, col int) types.Datum) (*Page, error) {
	heap := 0
	for row := range rows {
		for col := range l.Fields {
			if d := at(row, col); l.Fields[col].Type.Phys() == types.Str && len(d.S) > abi.StrInline {
				heap += len(d.S)
			}
		}
	}
	p, err := table.NewPage(acct, l.EntrySize, rows, heap)
	if err != nil {
		return nil, err
	}
	v, used := p.View(), 0
	clear(v.Bytes(0, rows*l.EntrySize))
	for row := range rows {
		for col := range l.Fields {
			f := &l.Fields[col]
			d, to := at(row, col), int64(row*l.EntrySize+f.Off)
			switch {
			case d.Null:
				offheap.Set[byte](v, int64(row*l.EntrySize+f.NullOff), 1)
			case f.Type.Phys() == types.Str && len(d.S) > abi.StrInline:
				offheap.Set(v, to, uint64(len(d.S)))
				offheap.Set(v, to+8, int64(used))
				used += copy(p.Heap().Bytes(int64(used), len(d.S)), d.S)
			default:
				offheap.SetDatum(v, to, f.Type.Phys(), d, offheap.View{})
			}
		}
	}
	return Of(l, p), nil
}
