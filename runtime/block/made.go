package block

import (
	"math"
	"sync"

	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Blocks that no object stores: what a scan knows of rows besides their values. Generated code
// decodes them as it decodes any block. Their sections' zone maps say nothing.

// made are the parts that all made blocks share, off-heap, never freed.
type made struct {
	ones  offheap.View // entries of MaxRowGroupRows BOOLEANs that are true
	count offheap.View // payload: 0, 1, … 1023, packed in ten bits
}

const madeSections = MaxRowGroupRows / codec.SectionRows

var sharedMade = sync.OnceValues(func() (m made, err error) {
	if m.ones, err = mem.Raw(madeSections*codec.SectionSize, "blocks of constants"); err != nil {
		return m, err
	}
	secs := offheap.Slice[codec.Section](m.ones, 0, madeSections)
	for i := range secs {
		secs[i] = anySection(codec.Const, 0, 0, 1)
	}
	const n = codec.SectionRows
	in, err := mem.Raw(n*8+64, "blocks of constants")
	if err != nil {
		return m, err
	}
	defer mem.FreeRaw(in)
	for i, v := 0, offheap.Slice[int64](in, 0, n); i < n; i++ {
		v[i] = int64(i)
	}
	if m.count, err = mem.Raw(n*16+codec.Tail, "blocks of constants"); err != nil {
		return m, err
	}
	col, one := codec.Column{Class: types.I64, Rows: n, Values: in}, make([]codec.Section, 1)
	codec.EncodeValues(&col, codec.Set(codec.For), 0, offheap.View{}, one, m.count, 0)
	if one[0].Mode != codec.For || one[0].Bits != countBits || one[0].Ref != 0 || one[0].Off != 0 {
		panic("BUG: 0 to 1023 are not packed in ten bits")
	}
	return m, nil
})

const countBits = 10

// madeBits bounds made values by class: BlockMeta.Bits.
var madeBits = map[types.Phys]uint8{types.I8: 1, types.I64: 64}

func anySection(mode codec.Mode, bits uint8, off uint32, ref int64) codec.Section {
	return codec.Section{Off: off, Mode: mode, Bits: bits, Ref: ref, Min: math.MinInt64, Max: math.MaxInt64}
}

// newMade makes a block of rows values with room for its section entries and a body of n bytes.
func newMade(class types.Phys, rows, n int) (*Block, error) {
	if rows < 0 || rows > MaxRowGroupRows {
		panic("BUG: a made block is larger than a row group")
	}
	b := &Block{head: header{class: class, rows: rows}}
	count := b.head.sections()
	p, err := b.allocMade(count*codec.SectionSize + n + codec.Tail)
	if err != nil {
		return nil, err
	}
	b.setSections(p)
	b.body = p.From(int64(count * codec.SectionSize))
	return b, nil
}

// spareMade are pieces of pieceMade bytes that made blocks of whole row groups use again: from the
// system each would come with a page fault for every four sections.
var spareMade = make(chan offheap.View, 16)

const pieceMade = madeSections*(codec.SectionSize+codec.SectionRows) + codec.Tail

// allocMade is alloc for a made block.
func (b *Block) allocMade(n int) (offheap.View, error) {
	if n > pieceMade || n < pieceMade/4 {
		return b.alloc(n)
	}
	select {
	case b.piece = <-spareMade:
		return b.piece, nil
	default:
	}
	var err error
	b.piece, err = mem.Raw(pieceMade, "a block")
	return b.piece, err
}

// freeMade gives a piece back.
func (b *Block) freeMade() {
	if b.piece.Nowhere() {
		return
	}
	select {
	case spareMade <- b.piece:
	default:
		mem.FreeRaw(b.piece)
	}
	b.piece = offheap.View{}
}

// CountBlock makes a BIGINT block of first, first+1, … Close it.
func CountBlock(rows int, first int64) (*Block, error) {
	m, err := sharedMade()
	if err != nil {
		return nil, err
	}
	b, err := newMade(types.I64, rows, 0)
	if err != nil {
		return nil, err
	}
	b.body = m.count
	for i := range b.secs {
		b.secs[i] = anySection(codec.For, countBits, 0, first+int64(i)*codec.SectionRows)
	}
	return b, nil
}

// LiveBlock makes a BOOLEAN block that is false in the rows whose bits are set in dead, low bits first, and true
// in all others. dead has a bit for each row, or is nil. Close it.
func LiveBlock(rows int, dead []uint64) (*Block, error) {
	m, err := sharedMade()
	if err != nil {
		return nil, err
	}
	const words = codec.SectionRows / 64
	section := func(i int) []uint64 { return dead[min(i*words, len(dead)):min((i+1)*words, len(dead))] }
	dirty := 0
	for i := 0; i*codec.SectionRows < rows; i++ {
		if anySet(section(i)) {
			dirty++
		}
	}
	if dirty == 0 {
		b := &Block{head: header{class: types.I8, rows: rows}}
		b.setSections(m.ones)
		b.body = m.ones
		return b, nil
	}
	b, err := newMade(types.I8, rows, dirty*codec.SectionRows)
	if err != nil {
		return nil, err
	}
	at := 0
	for i := range b.secs {
		if !anySet(section(i)) {
			b.secs[i] = anySection(codec.Const, 0, 0, 1)
			continue
		}
		b.secs[i] = anySection(codec.Raw, 0, uint32(at), 0)
		// Eight rows a time: a byte of bits, eight bytes.
		out := offheap.Slice[[8]uint64](b.body, int64(at), words)
		in := section(i)
		for w := range out {
			bits, eight := uint64(0), &out[w]
			if w < len(in) {
				bits = in[w]
			}
			for k := range eight {
				eight[k] = liveBytes[byte(bits>>(8*k))]
			}
		}
		at += codec.SectionRows
	}
	return b, nil
}

func anySet(words []uint64) bool {
	all := uint64(0)
	for _, w := range words {
		all |= w
	}
	return all != 0
}

// liveBytes are eight BOOLEANs by the bits of those that are false, in memory's order: little endian.
var liveBytes = func() (t [256]uint64) {
	for bits := range t {
		for i := range 8 {
			if bits>>i&1 == 0 {
				t[bits] |= 1 << (8 * i)
			}
		}
	}
	return t
}()

// Int64Block makes a BIGINT block of vals. Close it.
func Int64Block(vals []int64) (*Block, error) {
	b, err := newMade(types.I64, len(vals), len(vals)*8)
	if err != nil {
		return nil, err
	}
	copy(offheap.Slice[int64](b.body, 0, len(vals)), vals)
	for i := range b.secs {
		b.secs[i] = anySection(codec.Raw, 0, uint32(i*codec.SectionRows*8), 0)
	}
	return b, nil
}

// With is rg and, behind its table's stored columns, made ones. It takes over rg and made, which its Release frees.
func (rg *RowGroup) With(stored int, made ...*Block) *RowGroup {
	meta := &RowGroupMeta{Rows: rg.meta.Rows, Cols: make([]BlockMeta, stored+len(made))}
	copy(meta.Cols, rg.meta.Cols)
	for i, b := range made {
		if b != nil { // guards may ask
			meta.Cols[stored+i].Bits = madeBits[b.head.class]
		}
	}
	out := NewRowGroup(meta, rg.name, func(col int) (*Block, error) {
		if col >= stored {
			return made[col-stored], nil
		}
		return rg.Block(col)
	}, func() {
		for _, b := range made {
			if b != nil {
				b.Close()
			}
		}
		rg.Release()
	})
	return out
}
