package block

import (
	"hash/crc32"
	"testing"

	"slipher/catalog/types"
)

// A damaged block is refused when it is opened, or decodes without harm: decoders run on
// whatever OpenBlock lets through.
func FuzzOpenBlock(f *testing.F) {
	var e Encoder
	defer e.Close()
	for i, typ := range testTypes {
		for _, shape := range []string{"small", "runs", "few", "sorted", "jumps"} {
			for _, enc := range []string{"", "raw", "bytedict", "runlength", "zstd", "lzo", "delta32k"} {
				if CheckEncoding(enc, typ) == nil {
					_, data, err := e.Encode(makeColumn(typ, shape, 1500, 5, 3).build(f), typ, enc)
					if err != nil {
						f.Fatal(err)
					}
					f.Add(append([]byte(nil), data...), byte(i))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		openDamaged(t, data, testTypes[int(which)%len(testTypes)])
	})
}

func openDamaged(t testing.TB, data []byte, typ types.Type) {
	if len(data) == 0 {
		return
	}
	m := &BlockMeta{Len: int64(len(data)), Checksum: uint64(crc32.Checksum(data, castagnoli))}
	b, err := OpenBlock(m, typ, guarded(t, data))
	if err != nil {
		return
	}
	defer b.Close()
	b.read(typ, 0, b.Rows(), 1024)
	b.read(typ, 0, min(b.Rows(), 100), 3)
}

// Flipping any single byte of the header and the section entries does no harm either; with the stored
// checksum it is always found.
func TestDamagedBlocks(t *testing.T) {
	var e Encoder
	defer e.Close()
	for _, typ := range testTypes {
		for _, enc := range []string{"", "raw", "bytedict", "runlength", "delta32k"} {
			if CheckEncoding(enc, typ) != nil {
				continue
			}
			shape, upto := "few", 400
			if enc == "delta32k" { // its payload says how long it is
				shape, upto = "jumps", 4000
			}
			m, data, err := e.Encode(makeColumn(typ, shape, 1100, 5, 3).build(t), typ, enc)
			if err != nil {
				t.Fatal(err)
			}
			buf := guarded(t, data)
			for i := range min(len(buf), upto) {
				for _, x := range []byte{1, 0x80, 0xff} {
					buf[i] ^= x
					if _, err := OpenBlock(&m, typ, buf); err == nil {
						t.Fatalf("%s %q: byte %d changed, checksum does not tell", typ, enc, i)
					}
					n := m
					n.Checksum = uint64(crc32.Checksum(buf, castagnoli))
					if b, err := OpenBlock(&n, typ, buf); err == nil {
						b.read(typ, 0, b.Rows(), 1024)
						b.Close()
					}
					buf[i] ^= x
				}
			}
		}
	}
}

func FuzzReadFooter(f *testing.F) {
	foot := &Footer{Format: FormatVersion, RowGroups: []RowGroupMeta{{Rows: 5,
		Cols: []BlockMeta{{Off: 64, Len: 300, Min: types.Int(1), Max: types.String("x")}}}}}
	b, err := AppendTrailer(nil, foot)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= trailerSize {
			// Make the checksum right, so that the rest is tried.
			if n, err := FooterSize(data[len(data)-trailerSize:]); err == nil && n <= len(data) && n >= trailerSize {
				body := data[len(data)-n : len(data)-trailerSize]
				sum := crc32.Checksum(body, castagnoli)
				at := len(data) - trailerSize + 4
				data[at], data[at+1], data[at+2], data[at+3] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
			}
		}
		ReadFooter(data, int64(len(data)))
	})
}
