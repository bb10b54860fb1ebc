package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

// An object (little endian):
//
//	blocks, each at a multiple of 64 bytes
//	counts: see Counted, where the footer says; older objects have none
//	footer: msgp of Footer
//	trailer: u32 length of the footer, u32 its CRC-32C, "SLPOBJ\x00\x01"
//
// A block:
//
//	 0 u32 magic "SLB1"      4 u8 encoding  5 u8 class (types.Phys)  6 u8 compression  7 u8 0
//	 8 u32 rows             12 u32 NULLs
//	16 u32 dictionary values 20 u32 bytes of the dictionary's values
//	24 u64 bytes of the body 32 u64 bytes of the body as stored     40.. 0
//	64 section entries, 32 bytes each (codec.Section)
//	   null bitmap, 128 bytes a section, if there are NULLs
//	   body at the next multiple of 64, then 64 zero bytes
//
// The body starts with the dictionary: for strings u16 lengths padded to 16
// bytes, then the bytes padded to 16; else the values padded to 16. Payloads of
// sections follow, each at a multiple of 16. A compressed body is a sequence of frames
// [u32 raw bytes][u32 stored bytes][data], stored as it is if both are equal.
const (
	blockMagic  = 0x31424c53
	headerSize  = 64
	blockAlign  = 64
	nullsPerSec = codec.SectionRows / 8
	trailerSize = 16
	objectMagic = "SLPOBJ\x00\x01"

	// FormatVersion is Footer.Format as it is written; format 1, whose columns have no ids, is read too.
	FormatVersion = 2
	firstFormat   = 1
	// frameSize is the raw size of a frame of a compressed body.
	frameSize = 256 << 10
	// maxBody bounds what a block may claim to unpack to: a row group is cut at MaxRowGroupBytes, one
	// row more may go in, and an encoding adds little.
	maxBody = 2*MaxRowGroupBytes + 16<<20
)

// Compressions of a body.
const (
	plainBody = 0
	lz4Body   = 1
	zstdBody  = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is a block's header.
type header struct {
	encoding, compression uint8
	class                 types.Phys
	rows, nulls           int
	dict, dictBytes       int
	body, stored          int
}

func (h *header) sections() int { return (h.rows + codec.SectionRows - 1) / codec.SectionRows }

func (h *header) nullsOff() int { return headerSize + h.sections()*codec.SectionSize }

func (h *header) bodyOff() int {
	n := h.nullsOff()
	if h.nulls > 0 {
		n += h.sections() * nullsPerSec
	}
	return align(n, blockAlign)
}

func align(n, to int) int { return (n + to - 1) &^ (to - 1) }

func (h *header) put(b []byte) {
	clear(b[:headerSize])
	le := binary.LittleEndian
	le.PutUint32(b, blockMagic)
	b[4], b[5], b[6] = h.encoding, uint8(h.class), h.compression
	le.PutUint32(b[8:], uint32(h.rows))
	le.PutUint32(b[12:], uint32(h.nulls))
	le.PutUint32(b[16:], uint32(h.dict))
	le.PutUint32(b[20:], uint32(h.dictBytes))
	le.PutUint64(b[24:], uint64(h.body))
	le.PutUint64(b[32:], uint64(h.stored))
}

// readHeader checks all that can be checked without the body.
func readHeader(b []byte) (h header, err error) {
	le := binary.LittleEndian
	if len(b) < headerSize || le.Uint32(b) != blockMagic {
		return h, fmt.Errorf("it has no block header")
	}
	h = header{encoding: b[4], class: types.Phys(b[5]), compression: b[6],
		rows: int(le.Uint32(b[8:])), nulls: int(le.Uint32(b[12:])), dict: int(le.Uint32(b[16:])),
		dictBytes: int(le.Uint32(b[20:]))}
	body, stored := le.Uint64(b[24:]), le.Uint64(b[32:])
	switch {
	case h.class < types.I8 || h.class > types.Str || h.compression > zstdBody:
		return h, fmt.Errorf("unknown class %d or compression %d", h.class, h.compression)
	case h.rows > MaxRowGroupRows || h.nulls > h.rows || h.dict > codec.NoCode+1:
		return h, fmt.Errorf("%d rows, %d NULLs, %d dictionary values", h.rows, h.nulls, h.dict)
	case body > maxBody || stored > uint64(len(b)):
		return h, fmt.Errorf("body of %d bytes, %d stored", body, stored)
	}
	h.body, h.stored = int(body), int(stored)
	if want := h.bodyOff() + h.stored + codec.Tail; want != len(b) {
		return h, fmt.Errorf("%d bytes where %d are due", len(b), want)
	}
	if h.compression == plainBody && h.body != h.stored {
		return h, fmt.Errorf("body of %d bytes, %d stored", h.body, h.stored)
	}
	if d := h.dictSize(); d > h.body {
		return h, fmt.Errorf("dictionary of %d bytes in a body of %d", d, h.body)
	}
	return h, nil
}

// dictSize is the number of bytes of the dictionary in the body.
func (h *header) dictSize() int {
	if h.dict == 0 {
		return 0
	}
	if h.class == types.Str {
		return align(h.dict*2, 16) + align(h.dictBytes, 16)
	}
	return align(h.dict*h.class.Width(), 16)
}

// AppendTrailer ends an object: footer and trailer.
func AppendTrailer(dst []byte, f *Footer) ([]byte, error) {
	start := len(dst)
	dst, err := f.MarshalMsg(dst)
	if err != nil {
		return nil, err
	}
	foot := dst[start:]
	sum := crc32.Checksum(foot, castagnoli)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(foot)))
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	return append(dst, objectMagic...), nil
}

// FooterSize reads the trailer, an object's last 16 bytes, and returns how many
// bytes at the object's end hold footer and trailer.
func FooterSize(trailer []byte) (int, error) {
	if len(trailer) != trailerSize || string(trailer[8:]) != objectMagic {
		return 0, sqlerr.New(sqlerr.DataCorrupted, "object has no trailer")
	}
	return int(binary.LittleEndian.Uint32(trailer)) + trailerSize, nil
}

// ReadFooter reads footer and trailer from the end of an object of size bytes;
// data is that end, at least FooterSize bytes.
func ReadFooter(data []byte, size int64) (*Footer, error) {
	if len(data) < trailerSize {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object has no trailer")
	}
	t := data[len(data)-trailerSize:]
	n, err := FooterSize(t)
	if err != nil {
		return nil, err
	}
	if n > len(data) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object's footer is longer than the object")
	}
	foot := data[len(data)-n : len(data)-trailerSize]
	if crc32.Checksum(foot, castagnoli) != binary.LittleEndian.Uint32(t[4:]) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object's footer fails its checksum")
	}
	f := new(Footer)
	rest, err := f.UnmarshalMsg(foot)
	if err != nil || len(rest) != 0 {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object's footer cannot be read").WithDetail("%v", err)
	}
	if f.Format < firstFormat || f.Format > FormatVersion {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object has format %d, this server reads %d to %d", f.Format,
			firstFormat, FormatVersion)
	}
	if c := f.Counts; c != nil && (c.Off < 0 || c.Len < 0 || c.Off > size || c.Len > size-c.Off) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "an object's counts lie outside of it")
	}
	for i := range f.RowGroups {
		rg := &f.RowGroups[i]
		if rg.Rows < 0 || rg.Rows > MaxRowGroupRows {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "row group %d claims %d rows", i, rg.Rows)
		}
		if f.Columns != nil && len(f.Columns) != len(rg.Cols) {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "row group %d has %d columns, its object %d", i, len(rg.Cols),
				len(f.Columns))
		}
		for c := range rg.Cols {
			if b := &rg.Cols[c]; b.Off < 0 || b.Len < 0 || b.Off > size || b.Len > size-b.Off || b.Off%blockAlign != 0 {
				return nil, sqlerr.New(sqlerr.DataCorrupted, "block %d of row group %d lies outside its object", c, i)
			}
		}
	}
	return f, nil
}
