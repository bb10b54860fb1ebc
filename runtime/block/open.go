package block

import (
	"fmt"
	"hash/crc32"

	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Block is an opened, validated block. Immutable, safe for concurrent use.
type Block struct {
	parts
	secs  []codec.Section // of parts
	head  header
	own   []offheap.View // owned: unpacked body, string headers
	size  int            // bytes of own
	piece offheap.View   // of a made block; owned
}

// parts are what decoders read; borrowed.
type parts struct {
	decode                         uint64 // the decoder's address
	sections, nullBits, body, dict offheap.View
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
	base := offheap.OfBytes(data)
	if !base.Aligned(16) {
		panic("BUG: block bytes are not aligned")
	}
	b := &Block{head: h}
	ok := false
	defer func() {
		if !ok {
			b.Close()
		}
	}()
	// The parts are in bounds: readHeader has compared their sizes with len(data).
	b.setSections(base.From(headerSize))
	if h.nulls > 0 {
		b.nullBits = base.From(int64(h.nullsOff()))
	}
	b.body = base.From(int64(h.bodyOff()))
	if h.compression != plainBody {
		b.body, err = b.alloc(h.body + codec.Tail)
		if err != nil {
			return nil, err
		}
		body := b.body.Bytes(0, h.body+codec.Tail)
		clear(body[h.body:])
		if err := inflateBody(body[:h.body], data[h.bodyOff():h.bodyOff()+h.stored], h.compression); err != nil {
			return nil, err
		}
	}
	need, bad := codec.Check(h.class, h.rows, b.sections, b.body, h.body)
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
	h := &b.head
	if n == 0 {
		return nil
	}
	width := h.class.Width()
	if h.class != types.Str && n == h.dict {
		b.dict = b.body
		return nil
	}
	var err error
	if b.dict, err = b.alloc(n * width); err != nil {
		return err
	}
	dict := b.dict.Bytes(0, n*width)
	clear(dict)
	if h.dict == 0 {
		return nil
	}
	if h.class != types.Str {
		copy(dict, b.body.Bytes(0, h.dict*width)) // dictSize is at most the body's size
		return nil
	}
	if !codec.StrHeaders(b.body, b.body.From(int64(align(h.dict*2, 16))), h.dict, h.dictBytes, b.dict) {
		return fmt.Errorf("its dictionary is damaged")
	}
	return nil
}

// setSections says where the section entries are, and finds the decoder.
func (b *Block) setSections(v offheap.View) {
	b.decode = codec.Decoder(b.head.class)
	b.sections, b.secs = v, offheap.Slice[codec.Section](v, 0, b.head.sections())
}

func (b *Block) alloc(n int) (offheap.View, error) {
	v, err := mem.Raw(n, "a block")
	if err != nil {
		return v, err
	}
	b.own = append(b.own, v)
	b.size += n
	return v, nil
}

// Close frees what the block owns. No cursor of it may be in use.
func (b *Block) Close() {
	for _, v := range b.own {
		mem.FreeRaw(v)
	}
	b.own = nil
	b.freeMade()
}

// Size is the number of off-heap bytes the block owns besides its data.
func (b *Block) Size() int { return b.size }

// Rows is the number of values.
func (b *Block) Rows() int { return b.head.rows }

// FillCursor writes the block's cursor (abi.ColCursorSize bytes) to dst.
func (b *Block) FillCursor(dst offheap.View) {
	offheap.Set(dst, 0, codec.NewCursor(b.decode, b.head.rows, b.sections, b.body, b.nullBits, b.dict))
}

// SectionRange is that of a section of integers or strings; not ok: nothing is known of it.
func (b *Block) SectionRange(section int) (r Range, ok bool) {
	if section < 0 || section >= len(b.secs) {
		return Range{}, false
	}
	s := &b.secs[section]
	return Range{Lo: s.Min, Hi: s.Max, Nulls: s.Nulls > 0}, true
}

// SectionMayMatch is MayMatch for one section.
func (b *Block) SectionMayMatch(section int, op string, v types.Datum) bool {
	if section < 0 || section >= len(b.secs) {
		return true
	}
	s := &b.secs[section]
	rows := min(codec.SectionRows, b.head.rows-section*codec.SectionRows)
	return sectionMayMatch(s.Min, s.Max, int(s.Nulls), rows, b.head.class, op, v)
}
