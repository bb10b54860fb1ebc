package table

/*
#include "table.h"
*/
import "C"

import (
	"unsafe"

	"slipher/runtime/abi"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Page is a page of rows that is in no table: of rows on their way.
type Page struct{ p *C.slp_page }

// NewPage makes a page of so many rows of rowSize bytes, whose strings take heap bytes. Both are the caller's to fill.
// It fails with 53200.
func NewPage(acct *mem.Account, rowSize, rows, heap int) (*Page, error) {
	var p *C.slp_page
	if !acct.Try(func() bool {
		p = C.slp_page_new(counters(acct), C.int64_t(rowSize), C.int64_t(rows), C.int64_t(heap))
		if p != nil && heap > 0 && C.slp_page_grow(p, C.size_t(heap)) == nil {
			C.slp_page_free(p)
			p = nil
		}
		return p != nil
	}) {
		return nil, acct.Refusal()
	}
	p.rows = C.uint32_t(rows)
	return &Page{p}, nil
}

// Copy makes a page like p. It fails with 53200.
func (p *Page) Copy(acct *mem.Account) (*Page, error) {
	c, err := NewPage(acct, p.RowSize(), p.Rows(), p.HeapBytes())
	if err != nil {
		return nil, err
	}
	copy(c.View().Bytes(0, p.Rows()*p.RowSize()), p.View().Bytes(0, p.Rows()*p.RowSize()))
	if n := p.HeapBytes(); n > 0 {
		copy(c.Heap().Bytes(0, n), p.Heap().Bytes(0, n))
	}
	return c, nil
}

// Rows is the number of rows.
func (p *Page) Rows() int { return int(p.p.rows) }

// RowSize is the bytes of a row.
func (p *Page) RowSize() int { return int(p.p.rowsize) }

// View is the rows, one behind the other.
func (p *Page) View() offheap.View {
	at := uintptr(unsafe.Pointer(p.p))
	rows := unsafe.Add(unsafe.Pointer(p.p), abi.PageRows-int(at%abi.PageSize))
	return offheap.Of(rows, int(p.p.rows)*int(p.p.rowsize))
}

// Heap is the bytes of the strings that headers do not hold.
func (p *Page) Heap() offheap.View { return offheap.Of(unsafe.Pointer(p.p.base), p.HeapBytes()) }

// HeapBytes is their number.
func (p *Page) HeapBytes() int {
	return int(uintptr(unsafe.Pointer(p.p.heap.cur)) - uintptr(unsafe.Pointer(p.p.base)))
}

// Free releases the page.
func (p *Page) Free() {
	if p.p != nil {
		C.slp_page_free(p.p)
		p.p = nil
	}
}
