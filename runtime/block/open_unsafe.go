package block

import (
	"fmt"
	"hash/crc32"
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
)

// Block is an opened, validated block: a cursor ready to copy. Immutable, safe for concurrent use.
type Block struct {
	cursor codec.Cursor
	secs   []codec.Section // borrowed from data
	head   header
	own    []unsafe.Pointer // off-heap, owned: unpacked body, string headers
	size   int              // bytes of own
	piece  unsafe.Pointer   // of a made block; off-heap, owned
}

// OpenBlock validates a block. data is off-heap, 64-byte aligned (or mapped) and outlives the Block. The error
// says what is wrong, the caller adds where. Close frees what the block owns.
func OpenBlock(m *BlockMeta, t types.Type, data []byte) (b *Block, err error) {
	if int64(len(data)) != m.Len {
		return nil, fmt.Errorf("%d bytes where %d are due", len(data), m.Len)
	}
	if uint64(crc32.Checksum(data, castagnoli)) != m.Checksum {
		return nil, fmt.Errorf("it fails its checksum")
	}
	return openChecked(m, t, data)
}

// openChecked is OpenBlock behind the checksum.
func openChecked(m *BlockMeta, t types.Type, data []byte) (*Block, error) {
	h, err := readHeader(data)
	if err != nil {
		return nil, err
	}
	if h.class != t.Phys() {
		return nil, fmt.Errorf("it holds class %s, the column's is %s", h.class, t.Phys())
	}
	if uintptr(unsafe.Pointer(&data[0]))%16 != 0 {
		panic("BUG: block bytes are not aligned")
	}
	b := &Block{head: h}
	ok := false
	defer func() {
		if !ok {
			b.Close()
		}
	}()
	c := &b.cursor
	c.Decode, c.Rows = codec.Decoder(h.class), int64(h.rows)
	// The following are in bounds: readHeader has compared the parts' sizes with len(data).
	base := unsafe.Pointer(&data[0])
	c.Secs = unsafe.Add(base, headerSize)
	b.secs = unsafe.Slice((*codec.Section)(c.Secs), h.sections())
	if h.nulls > 0 {
		c.NullBits = unsafe.Add(base, h.nullsOff())
	}
	c.Body = unsafe.Add(base, h.bodyOff())
	if h.compression != plainBody {
		c.Body, err = b.alloc(h.body + codec.Tail)
		if err != nil {
			return nil, err
		}
		body := unsafe.Slice((*byte)(c.Body), h.body+codec.Tail)
		clear(body[h.body:])
		if err := inflateBody(body[:h.body], data[h.bodyOff():h.bodyOff()+h.stored], h.compression); err != nil {
			return nil, err
		}
	}
	need, bad := codec.Check(h.class, h.rows, c.Secs, c.Body, h.body)
	if bad >= 0 {
		return nil, fmt.Errorf("section %d is damaged", bad)
	}
	if err := b.openDict(max(need, h.dict)); err != nil {
		return nil, err
	}
	ok = true
	return b, nil
}

// openDict makes the dictionary of n elements decoders index: string headers, or a copy of the
// values if packed indexes could reach beyond those that are stored.
func (b *Block) openDict(n int) error {
	h, c := &b.head, &b.cursor
	if n == 0 {
		return nil
	}
	width := h.class.Width()
	if h.class != types.Str && n == h.dict {
		c.Dict = c.Body
		return nil
	}
	dict, err := b.alloc(n * width)
	if err != nil {
		return err
	}
	clear(unsafe.Slice((*byte)(dict), n*width))
	c.Dict = dict
	if h.dict == 0 {
		return nil
	}
	if h.class != types.Str {
		// In bounds: dictSize is at most the body's size.
		copy(unsafe.Slice((*byte)(dict), n*width), unsafe.Slice((*byte)(c.Body), h.dict*width))
		return nil
	}
	if !codec.StrHeaders(c.Body, unsafe.Add(c.Body, align(h.dict*2, 16)), h.dict, h.dictBytes, dict) {
		return fmt.Errorf("its dictionary is damaged")
	}
	return nil
}

func (b *Block) alloc(n int) (unsafe.Pointer, error) {
	p, err := mem.Raw(n, "a block")
	if err != nil {
		return nil, err
	}
	b.own = append(b.own, p)
	b.size += n
	return p, nil
}

// Close frees what the block owns. No cursor of it may be in use.
func (b *Block) Close() {
	for _, p := range b.own {
		heap.Free(p)
	}
	b.own = nil
	b.freeMade()
}

// Size is the number of off-heap bytes the block owns besides its data.
func (b *Block) Size() int { return b.size }

// Rows is the number of values.
func (b *Block) Rows() int { return b.head.rows }

// FillCursor writes the block's cursor (abi.ColCursorSize bytes) to dst.
func (b *Block) FillCursor(dst unsafe.Pointer) { *(*codec.Cursor)(dst) = b.cursor }

// SectionMayMatch is MayMatch for one section.
func (b *Block) SectionMayMatch(section int, op string, v types.Datum) bool {
	if section < 0 || section >= len(b.secs) {
		return true
	}
	s := &b.secs[section]
	rows := min(codec.SectionRows, b.head.rows-section*codec.SectionRows)
	return sectionMayMatch(s.Min, s.Max, int(s.Nulls), rows, b.head.class, op, v)
}
