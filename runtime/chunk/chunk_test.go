package chunk

import (
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/mem"
)

// A chunk survives the wire with every class of value, NULLs and long strings.
func TestWireRoundTrip(t *testing.T) {
	acct := mem.NewAccount("test", 0)
	l := LayoutOf([]Col{{types.TBool, false}, {types.TInt2, true}, {types.TInt4, false}, {types.TInt8, true},
		{types.TDecimal(38, 2), true}, {types.TFloat4, false}, {types.TFloat8, false}, {types.TText, true}})
	c, err := New(acct, l)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long string ", 9)
	rows := [][]types.Datum{
		{types.Int(1), types.Int(-7), types.Int(1 << 20), types.Int(-1 << 40), types.Int128(-1, 5), types.Float(1.5),
			types.Float(-2.25), types.String(long)},
		{types.Int(0), types.NullDatum, types.Int(-5), types.NullDatum, types.NullDatum, types.Float(0), types.Float(3),
			types.NullDatum},
		{types.Int(0), types.Int(3), types.Int(9), types.Int(4), types.Int128(1<<40, -1), types.Float(8), types.Float(1e300),
			types.String("twelve bytes")},
	}
	for r, row := range rows {
		for i, d := range row {
			c.SetDatum(i, r, d)
		}
	}
	c.SetRows(len(rows))
	data := c.AppendWire(nil)
	if len(data) != c.WireSize() {
		t.Fatalf("WireSize %d, wrote %d", c.WireSize(), len(data))
	}
	d, err := FromWire(acct, l, data)
	if err != nil {
		t.Fatal(err)
	}
	c.Free()
	for r, row := range rows {
		for i, want := range row {
			if got := d.Datum(i, r); got != want {
				t.Errorf("row %d column %d: %+v, want %+v", r, i, got, want)
			}
		}
	}
	d.Free()
	if err := acct.Close(); err != nil {
		t.Fatal(err)
	}
}

// Bytes from a broken or hostile peer are refused.
func FuzzFromWire(f *testing.F) {
	acct := mem.NewAccount("fuzz", 0)
	l := LayoutOf([]Col{{types.TInt4, true}, {types.TText, true}})
	c, _ := New(acct, l)
	c.SetInt(0, 0, 5)
	c.SetStr(1, 0, []byte("a string of some length"))
	c.SetRows(1)
	f.Add(c.AppendWire(nil))
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := FromWire(acct, l, data)
		if err != nil {
			return
		}
		for r := 0; r < c.Rows(); r++ {
			_ = append([]byte(nil), c.Str(1, r)...)
		}
		c.Free()
	})
}
