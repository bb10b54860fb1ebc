package block

import (
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/offheap"
)

// String headers are canonical, so that generated code may compare them as words: the first four
// bytes are repeated in the header, bytes of short strings that are not used are zero.
func TestStringHeaders(t *testing.T) {
	var e Encoder
	defer e.Close()
	c := column{typ: types.TVarchar(100)}
	for i := range 40 {
		c.vals = append(c.vals, types.String("abcdefghijklmnopqrstuvwxyz0123456789abcdef"[:i]))
	}
	for _, enc := range []string{"raw", "bytedict", "zstd"} {
		m, data, err := e.Encode(c.build(t), c.typ, enc)
		if err != nil {
			t.Fatal(err)
		}
		b, err := OpenBlock(&m, c.typ, guarded(t, data))
		if err != nil {
			t.Fatal(err)
		}
		cur, vals := offheap.OfBytes(outside(t, make([]byte, abi.ColCursorSize))), outside(t, make([]byte, 40*abi.StrSize))
		b.FillCursor(cur)
		codec.Decode(cur, 0, 40, offheap.OfBytes(vals), offheap.View{})
		for i, v := range c.vals {
			h := vals[i*abi.StrSize : (i+1)*abi.StrSize]
			var want [abi.StrSize]byte
			want[0] = byte(i)
			copy(want[4:], v.S)
			if i > abi.StrInline {
				copy(want[8:], h[8:]) // the address
			}
			if string(h) != string(want[:]) {
				t.Errorf("%s: header of %q is % x", enc, v.S, h)
			}
		}
		b.Close()
	}
}
