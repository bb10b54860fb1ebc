package chunk

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/mem"
)

func storedChunk(t testing.TB) *Chunk {
	l := LayoutOf([]Col{{types.TBool, false}, {types.TInt4, true}, {types.TText, true}, {types.TDecimal(38, 2), true}})
	c, err := New(mem.NewAccount("test", 0), l)
	if err != nil {
		t.Fatal(err)
	}
	for r, row := range [][]types.Datum{
		{types.Int(1), types.Int(-7), types.String("short"), types.Int128(-1, 5)},
		{types.Int(0), types.NullDatum, types.String(strings.Repeat("long string ", 3)), types.Int128(0, 6)},
		{types.Int(1), types.Int(9), types.String(""), types.Int128(1, 7)},
	} {
		for i, d := range row {
			c.SetDatum(i, r, d)
		}
	}
	c.SetRows(3)
	return c
}

// The bytes of the stored form are in logs and snapshots: they must not change, and version 1 must be readable for
// ever.
func TestStoredGolden(t *testing.T) {
	c := storedChunk(t)
	defer c.Free()
	data, err := c.AppendStored([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	const golden = "" +
		// head; ids; classes: bool, int4 with NULLs, string, decimal(38)
		"02" + "CRC" + "0304" + "01020304" + "0183" + "0805" +
		"010001" +
		"02" + "f9ffffff" + "00000000" + "09000000" +
		"0500" + "2400" + "0000" + "73686f7274" +
		"6c6f6e6720737472696e67206c6f6e6720737472696e67206c6f6e6720737472696e6720" +
		"0500000000000000ffffffffffffffff" + "06000000000000000000000000000000" + "07000000000000000100000000000000"
	want, err := hex.DecodeString(strings.Replace(golden, "CRC", hex.EncodeToString(data[2:6]), 1))
	if err != nil || !bytes.Equal(data[1:], want) {
		t.Fatalf("%x\nwant\n%x", data[1:], want)
	}
	s, err := ReadStored(want)
	if err != nil || s.Rows != 3 || len(s.Cols) != 4 || !s.Cols[1].Null(1) || s.Cols[1].Null(2) ||
		s.Cols[2].Nulls != nil || len(s.Cols[2].Text) != 41 {
		t.Errorf("%+v %v", s, err)
	}
	if again := s.Append(nil); !bytes.Equal(again, want) {
		t.Errorf("%x", again)
	}
	// Version 1 had no ids.
	body := append([]byte{want[5], want[6]}, want[11:]...)
	first := append(binary.LittleEndian.AppendUint32([]byte{1}, crc32.Checksum(body, castagnoli)), body...)
	if old, err := ReadStored(first); err != nil || old.IDs != nil || old.ID(3) != 4 || old.Place(4) != 3 ||
		old.Place(5) != -1 || !bytes.Equal(old.Append(nil), want) {
		t.Errorf("version 1: %+v %v", old, err)
	}
	s.IDs[2] = 300
	if far, err := ReadStored(s.Append(nil)); err != nil || far.Place(300) != 2 || far.Place(3) != -1 ||
		far.Place(4) != 3 {
		t.Errorf("another id: %+v %v", far, err)
	}
	for i := range want {
		broken := bytes.Clone(want)
		broken[i] ^= 4
		if _, err := ReadStored(broken); sqlerr.From(err).Code != sqlerr.DataCorrupted {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := ReadStored(want[:i]); sqlerr.From(err).Code != sqlerr.DataCorrupted {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

// Whatever the bytes behind a right checksum are, reading them is an error or gives columns of the size they claim.
func FuzzReadStored(f *testing.F) {
	c := storedChunk(f)
	data, _ := c.AppendStored(nil)
	c.Free()
	f.Add(data[5:])
	f.Add([]byte{255, 255, 7, 1, 8})
	f.Add([]byte{1, 1, 0x88, 1, 255, 255})
	f.Fuzz(func(t *testing.T, body []byte) {
		data := append([]byte{StoredVersion, 0, 0, 0, 0}, body...)
		binary.LittleEndian.PutUint32(data[1:], crc32.Checksum(body, castagnoli))
		s, err := ReadStored(data)
		if err != nil {
			return
		}
		for i := range s.Cols {
			col := &s.Cols[i]
			if len(col.Values) != s.Rows*storedWidth(col.Class) {
				t.Fatalf("%d bytes for %d rows", len(col.Values), s.Rows)
			}
			for r := range s.Rows {
				col.Null(r)
			}
		}
		// A uvarint can be longer than it need be, so that bytes may differ, but not rows.
		if again, err := ReadStored(s.Append(nil)); err != nil || again.Rows != s.Rows || len(again.Cols) != len(s.Cols) {
			t.Fatalf("%v %v", again, err)
		}
	})
}
