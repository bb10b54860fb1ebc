package block

import (
	"errors"
	"hash/crc32"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/offheap"
)

// Encoder makes blocks, one at a time. It owns scratch memory: Close it. Not
// safe for concurrent use.
type Encoder struct {
	// Wanted, if set, is asked while a body is compressed, every megabyte or so; its error ends Encode.
	Wanted func() error

	col   codec.Column
	stats codec.Stats
	head  header
	secs  []codec.Section
	used  int // bytes of the body in out

	out   buffer // the body
	codes buffer // uint16 a row
	first buffer // uint32 a row: rows of dictionary values
	block []byte // the finished block
}

// Close frees the scratch memory.
func (e *Encoder) Close() {
	e.out.free()
	e.codes.free()
	e.first.free()
}

// Bytes is how much scratch memory there is.
func (e *Encoder) Bytes() int64 { return int64(e.out.cap + e.codes.cap + e.first.cap + cap(e.block)) }

// Encode makes a block of at most MaxRowGroupRows values of type t. encoding is a
// legal name, "" or "auto": chosen by the data. The bytes are valid until the next call; Off of the
// metadata is left to the caller.
func (e *Encoder) Encode(col *codec.Column, t types.Type, encoding string) (BlockMeta, []byte, error) {
	if col.Rows > MaxRowGroupRows || col.Class != t.Phys() {
		panic("BUG: column does not fit its block")
	}
	e.col = *col
	e.secs = make([]codec.Section, (col.Rows+codec.SectionRows-1)/codec.SectionRows)
	e.stats = codec.ColumnStats(col, e.secs)
	if e.stats.Nulls == 0 {
		e.col.Nulls = offheap.View{}
	}
	e.head = header{class: col.Class, rows: col.Rows, nulls: e.stats.Nulls}
	e.used = 0
	if e.stats.Bytes > maxBody-(16<<20) {
		return BlockMeta{}, nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "a row group of %d bytes is too large",
			e.stats.Bytes)
	}
	var err error
	if encoding == "" || encoding == "auto" {
		err = e.auto(t)
	} else {
		if encoding == "none" {
			encoding = "raw"
		}
		enc := encodingByName(encoding)
		if enc == nil {
			return BlockMeta{}, nil, sqlerr.New(sqlerr.InternalError, "unknown encoding %q", encoding)
		}
		e.head.encoding = enc.ID
		err = enc.encode(e)
	}
	if err != nil {
		return BlockMeta{}, nil, err
	}
	e.finish()
	return e.meta(), e.block, nil
}

// ValueBytes is the bytes of the values of the last block.
func (e *Encoder) ValueBytes() int64 { return int64(e.stats.Bytes) }

// reserve makes room in the body for a dictionary of n bytes, the column's values and sections.
func (e *Encoder) reserve(n int) error {
	per := codec.SectionRows*16 + 64
	if e.col.Class != types.Str {
		per = codec.SectionRows*max(e.col.Class.Width(), 2) + 64
	} else {
		n += e.stats.Bytes
		if per = 2048 + 64; e.stats.Bytes > codec.MaxStr { // one may be so long
			per = 4096 + 64
		}
	}
	e.used = 0
	return e.out.need(n + len(e.secs)*per + 64 + codec.Tail)
}

// values stores fixed-width values, using modes where they make a section smaller.
func (e *Encoder) values(modes codec.Modes, fixedBits int) error {
	if err := e.reserve(0); err != nil {
		return err
	}
	e.used = codec.EncodeValues(&e.col, modes, fixedBits, offheap.View{}, e.secs, e.out.view, 0)
	return nil
}

// strs stores strings as they are.
func (e *Encoder) strs() error {
	if err := e.reserve(0); err != nil {
		return err
	}
	e.used = codec.EncodeStrs(&e.col, e.secs, e.out.view, 0)
	e.countNulls()
	return nil
}

// countNulls sets the sections' NULL counts, which string sections do not get from C.
func (e *Encoder) countNulls() {
	if e.col.Nulls.Nowhere() {
		return
	}
	nulls := e.col.Nulls.Bytes(0, e.col.Rows)
	for i := range e.secs {
		n := uint16(0)
		for _, b := range nulls[i*codec.SectionRows : min((i+1)*codec.SectionRows, len(nulls))] {
			n += uint16(b)
		}
		e.secs[i].Nulls = n
	}
}

// dict builds a dictionary of up to max values in e.codes and e.first; see codec.BuildDict.
func (e *Encoder) dict(max, sample int) (int, error) {
	if err := errors.Join(e.codes.need(2*e.col.Rows), e.first.need(4*e.col.Rows)); err != nil {
		return 0, err
	}
	return codec.BuildDict(&e.col, max, sample, e.codes.view, e.first.view), nil
}

func (e *Encoder) firstRows(n int) []uint32 { return offheap.Slice[uint32](e.first.view, 0, n) }

func (e *Encoder) lens() []uint32 { return offheap.Slice[uint32](e.col.Len, 0, e.col.Rows) }

// dictBytes is the number of bytes of the n dictionary strings.
func (e *Encoder) dictBytes(n int) int {
	total, lens := 0, e.lens()
	for _, r := range e.firstRows(n) {
		total += int(lens[r])
	}
	return total
}

// dictedStrs stores strings as indexes into a dictionary of the first max of them; see dictStrs.
func (e *Encoder) dictedStrs(max int, modes codec.Modes) error {
	n, err := e.dict(max, 0)
	if err != nil {
		return err
	}
	return e.dictStrs(n, modes)
}

// dictStrs stores strings as indexes into the dictionary of n entries that dict built;
// sections with other strings store them as they are.
func (e *Encoder) dictStrs(n int, modes codec.Modes) error {
	if e.col.Rows == 0 {
		return nil
	}
	if n == 0 && e.stats.Nulls < e.col.Rows { // none of them fits a dictionary
		return e.strs()
	}
	if n == 0 { // all NULL: code 0 needs an entry
		e.firstRows(1)[0] = 0
		n = 1
	}
	e.head.dict, e.head.dictBytes = n, e.dictBytes(n)
	if err := e.reserve(e.head.dictSize()); err != nil {
		return err
	}
	out := e.out.bytes(e.head.dictSize())
	clear(out)
	lens, offs := e.lens(), offheap.Slice[uint64](e.col.Off, 0, e.col.Rows)
	at := align(n*2, 16)
	for i, r := range e.firstRows(n) {
		out[i*2], out[i*2+1] = byte(lens[r]), byte(lens[r]>>8)
		at += copy(out[at:], e.col.Heap.Bytes(int64(offs[r]), int(lens[r])))
	}
	codes := offheap.Slice[uint16](e.codes.view, 0, e.col.Rows)
	e.used = len(out)
	for s := range e.secs {
		from, to := s*codec.SectionRows, min((s+1)*codec.SectionRows, e.col.Rows)
		sub, one := e.col.Slice(from, to), e.secs[s:s+1]
		known := true
		for _, c := range codes[from:to] {
			known = known && c != codec.NoCode
		}
		if known {
			e.used = codec.EncodeCodes(&sub, modes, e.codes.view.From(2*int64(from)), one, e.out.view, e.used)
		} else {
			e.used = codec.EncodeStrs(&sub, one, e.out.view, e.used)
		}
	}
	e.countNulls()
	return nil
}

// dictValues stores fixed-width values as indexes into the dictionary of n values
// that dict built; sections with other values as AZ64 does.
func (e *Encoder) dictValues(n int) error {
	if n == 0 {
		return e.values(az64Modes, 0)
	}
	e.head.dict = n
	if err := e.reserve(e.head.dictSize()); err != nil {
		return err
	}
	w := e.col.Class.Width()
	out, vals := e.out.bytes(e.head.dictSize()), e.col.Values.Bytes(0, e.col.Rows*w)
	clear(out)
	for i, r := range e.firstRows(n) {
		copy(out[i*w:(i+1)*w], vals[int(r)*w:])
	}
	e.used = codec.EncodeValues(&e.col, az64Modes, 0, e.codes.view, e.secs, e.out.view, len(out))
	return nil
}

// compress replaces the body by its frames.
func (e *Encoder) compress(compression uint8) error {
	e.head.compression = compression
	e.head.body = e.used
	off := e.head.bodyOff()
	if cap(e.block) < off {
		e.block = make([]byte, off, off+e.used/2)
	}
	b, err := deflateBody(e.block[:off], e.out.bytes(e.used), compression, e.Wanted)
	if err != nil {
		return err
	}
	e.block = b
	e.head.stored = len(b) - off
	return nil
}

// finish lays out the block.
func (e *Encoder) finish() {
	off := e.head.bodyOff()
	if e.head.compression == plainBody {
		e.head.body, e.head.stored = e.used, e.used
		if cap(e.block) < off {
			e.block = make([]byte, off, off+e.used+codec.Tail)
		}
		e.block = append(e.block[:off], e.out.bytes(e.used)...)
	}
	e.block = append(e.block, make([]byte, codec.Tail)...)
	clear(e.block[:off])
	e.head.put(e.block)
	if len(e.secs) > 0 {
		copy(e.block[headerSize:], codec.Bytes(e.secs))
	}
	if e.head.nulls > 0 {
		codec.NullBits(&e.col, e.block[e.head.nullsOff():])
	}
}

// meta is the block's metadata.
func (e *Encoder) meta() BlockMeta {
	m := BlockMeta{Len: int64(len(e.block)), Encoding: e.head.encoding, Nulls: int32(e.stats.Nulls), Min: types.NullDatum,
		Max:            types.NullDatum,
		TrailingBlanks: e.stats.TrailingBlanks, Checksum: uint64(crc32.Checksum(e.block, castagnoli))}
	if e.stats.MinRow < 0 {
		return m
	}
	if e.col.Class == types.Str {
		m.Min, _ = cutBound(e.str(e.stats.MinRow), boundMin)
		m.Max, m.MaxOpen = cutBound(e.str(e.stats.MaxRow), boundMax)
		return m
	}
	m.Min, m.Max = e.datum(e.stats.MinRow), e.datum(e.stats.MaxRow)
	if e.col.Class.IsInt() {
		m.Bits = max(bitsOf(m.Min), bitsOf(m.Max))
	}
	return m
}

func (e *Encoder) str(row int) string {
	off := offheap.At[uint64](e.col.Off, 8*int64(row))
	return string(e.col.Heap.Bytes(int64(off), int(e.lens()[row])))
}

// datum is the fixed-width value of a row.
func (e *Encoder) datum(row int) types.Datum {
	return offheap.Datum(e.col.Values, int64(row*e.col.Class.Width()), e.col.Class)
}
