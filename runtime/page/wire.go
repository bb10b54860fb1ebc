package page

import (
	"encoding/binary"
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// The wire form: rows (u32), heap bytes (u32), the rows as they lie in the page, the heap. Little endian.
const wireHead = 8

// WireSize implements chunk.Batch.
func (p *Page) WireSize() int { return wireHead + p.p.Rows()*p.p.RowSize() + p.p.HeapBytes() }

// AppendWire implements chunk.Batch.
func (p *Page) AppendWire(dst []byte) []byte {
	heap := p.p.HeapBytes()
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.p.Rows()))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(heap))
	dst = append(dst, p.View().Bytes(0, p.p.Rows()*p.p.RowSize())...)
	if heap > 0 {
		dst = append(dst, p.p.Heap().Bytes(0, heap)...)
	}
	return dst
}

// FromWire reads a wire form into a new page. Bytes that do not fit the layout are an error (08P01), never a crash.
func FromWire(acct *mem.Account, l *program.TableShape, data []byte) (*Page, error) {
	bad := func(why string, args ...any) (*Page, error) {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid page of rows").WithDetail("%s", fmt.Sprintf(why, args...))
	}
	if len(data) < wireHead {
		return bad("it has no head")
	}
	rows, heap := int(binary.LittleEndian.Uint32(data)), int(binary.LittleEndian.Uint32(data[4:]))
	if rows > Capacity(l) {
		return bad("it claims %d rows", rows)
	}
	if need := wireHead + rows*l.EntrySize + heap; need != len(data) {
		return bad("%d bytes where %d are due", len(data), need)
	}
	p, err := table.NewPage(acct, l.EntrySize, rows, heap)
	if err != nil {
		return nil, err
	}
	body, strs := data[wireHead:len(data)-heap], data[len(data)-heap:]
	v := p.View()
	copy(v.Bytes(0, len(body)), body)
	if heap > 0 {
		copy(p.Heap().Bytes(0, heap), strs)
	}
	for _, off := range l.Strings() {
		for at := off; at < int64(len(body)); at += int64(l.EntrySize) {
			n := uint64(offheap.At[uint32](v, at))
			if n <= abi.StrInline {
				continue
			}
			if from := offheap.At[uint64](v, at+8); from > uint64(heap) || n > uint64(heap)-from {
				p.Free()
				return bad("a string lies outside its heap")
			}
		}
	}
	return Of(l, p), nil
}
