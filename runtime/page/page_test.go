package page

import (
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// shape is of rows of every class, NULLs and strings; a column of a width lies behind those that are wider.
func shape() *program.TableShape {
	l := &program.TableShape{Kind: program.SinkSave, SortKeyOff: -1, EntrySize: 96}
	off := 0
	for _, t := range []types.Type{types.TText, types.TText, types.TDecimal(38, 2), types.TInt8, types.TFloat8,
		types.TFloat4, types.TInt4, types.TInt2, types.TBool} {
		l.Fields = append(l.Fields, program.Field{Off: off, Type: t, NullOff: -1})
		off += t.Phys().Width()
	}
	for _, c := range []int{1, 3} {
		l.Fields[c].NullOff = off
		off++
	}
	return l
}

func rows() [][]types.Datum {
	text := types.String(strings.Repeat("long string ", 9))
	return [][]types.Datum{
		{text, types.NullDatum, types.Int128(-1, 5), types.Int(-1 << 40), types.Float(-2.25), types.Float(1.5), types.Int(9),
			types.Int(-7), types.Int(1)},
		{types.String("twelve bytes"), text, types.Int128(1<<40, -1), types.NullDatum, types.Float(1e300), types.Float(8),
			types.Int(-9), types.Int(3), types.Int(0)},
		{types.String(""), types.String(strings.Repeat("x", 65535)), types.Int(0), types.Int(4), types.Float(0),
			types.Float(0), types.Int(0), types.Int(0), types.Int(0)},
	}
}

func made(t testing.TB, acct *mem.Account) *Page {
	t.Helper()
	all := rows()
	p, err := OfDatums(acct, shape(), len(all), func(r, c int) types.Datum { return all[r][c] })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A page survives the wire with every class of value, NULLs and long strings, and is free when all holders have left.
func TestWireRoundTrip(t *testing.T) {
	acct := mem.NewAccount("test", 0)
	p := made(t, acct)
	data := p.AppendWire(nil)
	if len(data) != p.WireSize() {
		t.Fatalf("WireSize %d, wrote %d", p.WireSize(), len(data))
	}
	d, err := FromWire(acct, shape(), data)
	if err != nil {
		t.Fatal(err)
	}
	p.Share()
	p.Free()
	for r, row := range rows() {
		for i, want := range row {
			if got := d.Datum(i, r); got != want {
				t.Errorf("row %d column %d: %+v, want %+v", r, i, got, want)
			}
			if got := p.Datum(i, r); got != want {
				t.Errorf("row %d column %d, where it was: %+v, want %+v", r, i, got, want)
			}
		}
	}
	p.Free()
	d.Free()
	if err := acct.Close(); err != nil {
		t.Fatal(err)
	}
}

// Without memory for it there is no page, and nothing stays counted.
func TestRefused(t *testing.T) {
	all := rows()
	for limit := int64(0); limit < 80_000; limit += 4_000 {
		acct := mem.NewAccount("test", max(limit, 1))
		p, err := OfDatums(acct, shape(), len(all), func(r, c int) types.Datum { return all[r][c] })
		if (err == nil) != (limit > 70_000) || err != nil && sqlerr.From(err).Code != sqlerr.OutOfMemory {
			t.Errorf("limit %d: %v", limit, err)
		}
		if err == nil {
			p.Free()
		}
		if err := acct.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Bytes from a broken or hostile peer are refused.
func FuzzFromWire(f *testing.F) {
	acct := mem.NewAccount("fuzz", 0)
	p := made(f, acct)
	f.Add(p.AppendWire(nil))
	p.Free()
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := FromWire(acct, shape(), data)
		if err != nil {
			return
		}
		for r := range p.Rows() {
			for c := range p.Layout.Fields {
				p.Datum(c, r)
			}
		}
		p.Free()
		if n := acct.Used(); n != 0 {
			t.Fatalf("%d bytes stay counted", n)
		}
	})
}
