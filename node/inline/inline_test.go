package inline

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

var typs = []types.Type{types.TBool, types.TInt2, types.TInt4, types.TInt8, types.TDecimal(38, 2), types.TFloat4,
	types.TFloat8, types.TVarchar(100)}

func row(i int) []types.Datum {
	r := []types.Datum{types.Int(int64(i % 2)), types.Int(int64(-i)), types.Int(int64(i)), types.Int(int64(i) << 33),
		types.Int128(int64(i), -1),
		types.Float(float64(i) / 2), types.Float(float64(i) / 4), types.String(strings.Repeat(fmt.Sprint(i), i%9))}
	if i%3 == 0 {
		r[1], r[4], r[7] = types.NullDatum, types.NullDatum, types.NullDatum
	}
	return r
}

// small is an object of rows [from, to).
func small(t testing.TB, from, to int) *state.ObjectRef {
	var cols []chunk.Col
	for i, typ := range typs {
		cols = append(cols, chunk.Col{Type: typ, Nullable: i > 0})
	}
	c, err := chunk.New(mem.NewAccount("test", 0), chunk.LayoutOf(cols))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Free()
	for r := from; r < to; r++ {
		for i, d := range row(r) {
			c.SetDatum(i, r-from, d)
		}
	}
	c.SetRows(to - from)
	data, err := c.AppendStored(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &state.ObjectRef{Name: fmt.Sprintf("t1/o%d", from), Rows: int64(to - from), Bytes: int64(len(data)), Data: data}
}

func columns() (cols []int) {
	for i := range typs {
		cols = append(cols, i)
	}
	return cols
}

// Many objects make one row group with their rows in order, and metadata that holds for them; readers share it.
func TestGroup(t *testing.T) {
	var objs []*state.ObjectRef
	at := 0
	for i := range 300 {
		n := 1 + i%4
		objs = append(objs, small(t, at, at+n))
		at += n
	}
	var c Cache
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			g, err := c.Get(objs)
			if err != nil {
				t.Error(err)
				return
			}
			defer g.Release()
			cols := columns()[w:]
			rg, err := g.RowGroup(cols, types.Columns(typs...))
			if err != nil || rg.Rows() != at {
				t.Error(err)
				return
			}
			defer rg.Release()
			for _, col := range cols {
				vals, err := block.ReadColumn(rg, col, typs[col])
				if err != nil || len(vals) != at {
					t.Errorf("column %d: %d rows, %v", col, len(vals), err)
					return
				}
				for i, v := range vals {
					if v != row(i)[col] {
						t.Errorf("row %d column %d: %v, want %v", i, col, v, row(i)[col])
						return
					}
				}
				for i := 0; i < at; i += 100 {
					if v := row(i)[col]; !v.Null && !block.MayMatch(&rg.Meta().Cols[col], at, typs[col], "=", v) {
						t.Errorf("column %d: %v is ruled out", col, v)
					}
				}
			}
			if nulls := rg.Meta().Cols[7].Nulls; w < 7 && int(nulls) != (at+2)/3 {
				t.Errorf("%d NULLs", nulls)
			}
		}()
	}
	wg.Wait()
	if c.recent.Len() != 1 {
		t.Errorf("%d groups", c.recent.Len())
	}
	g, _ := c.Get(objs)
	c.Close() // in use: lives on
	if rg, err := g.RowGroup([]int{3}, types.Columns(typs...)); err != nil {
		t.Error(err)
	} else {
		rg.Release()
	}
	g.Release()
	if g.users != 0 || g.blocks[3] != nil {
		t.Errorf("%d users", g.users)
	}
}

// The cache is bounded, and what it drops is freed when its last user is through.
func TestCacheBound(t *testing.T) {
	var c Cache
	var first *Group
	for i := range maxGroups + 10 {
		g, err := c.Get([]*state.ObjectRef{small(t, i, i+1)})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = g
			continue
		}
		g.Release()
	}
	if len(c.groups) != maxGroups || c.recent.Len() != maxGroups || first.users != 1 {
		t.Errorf("%d groups, %d users", len(c.groups), first.users)
	}
	first.Release()
	c.Close()
	if len(c.groups) != 0 {
		t.Errorf("%d groups", len(c.groups))
	}
}

// A row group's limits hold.
func TestCut(t *testing.T) {
	objs := []*state.ObjectRef{{Rows: 100000}, {Rows: 31072}, {Rows: 1}, {Rows: 1 << 40}, {Rows: 1}}
	for _, want := range []int{2, 1, 1, 1} {
		if n := Cut(objs); n != want {
			t.Fatalf("%d, want %d", n, want)
		}
		objs = objs[want:]
	}
}

// A footer is that of an object in storage with the same rows.
func TestFooter(t *testing.T) {
	f, err := Footer(small(t, 1, 20))
	if err != nil || len(f.RowGroups) != 1 || f.RowGroups[0].Rows != 19 || len(f.RowGroups[0].Cols) != len(typs) {
		t.Fatalf("%+v %v", f, err)
	}
	c := f.RowGroups[0].Cols
	if c[2].Min.Lo != 1 || c[2].Max.Lo != 19 || c[2].Bits != 5 || c[1].Nulls != 6 || c[0].Nulls != 0 ||
		c[7].TrailingBlanks {
		t.Errorf("%+v", c)
	}
	if f, err := Footer(small(t, 1, 1)); err != nil || len(f.RowGroups) != 0 {
		t.Errorf("%+v %v", f, err)
	}
}

// Objects that do not fit together, or are not what the catalog says of them, are data_corrupted.
func TestDamaged(t *testing.T) {
	good := small(t, 0, 5)
	with := func(f func(o *state.ObjectRef)) *state.ObjectRef {
		o := *good
		o.Data = bytes.Clone(o.Data)
		f(&o)
		return &o
	}
	other := chunk.Stored{Rows: 5, Cols: []chunk.StoredCol{{Class: types.I16, Values: make([]byte, 10)}}}
	for name, objs := range map[string][]*state.ObjectRef{
		"bit":     {with(func(o *state.ObjectRef) { o.Data[len(o.Data)/2] ^= 1 })},
		"cut":     {with(func(o *state.ObjectRef) { o.Data = o.Data[:10] })},
		"empty":   {with(func(o *state.ObjectRef) { o.Data = []byte{} })},
		"rows":    {with(func(o *state.ObjectRef) { o.Rows = 6 })},
		"none":    {with(func(o *state.ObjectRef) { o.Rows = -1 })},
		"another": {good, with(func(o *state.ObjectRef) { o.Data = other.Append(nil) })},
		"alone":   {with(func(o *state.ObjectRef) { o.Data = other.Append(nil) })},
	} {
		var c Cache
		g, err := c.Get(objs)
		if err == nil {
			_, err = g.RowGroup(columns(), types.Columns(typs...))
			g.Release()
		}
		if e := sqlerr.From(err); err == nil || e.Code != sqlerr.DataCorrupted || !strings.Contains(e.Message, good.Name) {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
	wrong := append([]types.Type{types.TInt4}, typs[1:]...)
	g, _ := New([]*state.ObjectRef{good})
	if _, err := g.RowGroup(columns(), types.Columns(wrong...)); sqlerr.From(err).Code != sqlerr.DataCorrupted {
		t.Errorf("another class: %v", err)
	}
	g.Release()
}

// Whatever the bytes behind a right checksum are, they become a row group or an error.
func FuzzData(f *testing.F) {
	f.Add(small(f, 0, 5).Data[5:], int64(5))
	f.Add(small(f, 3, 4).Data[5:], int64(1))
	f.Fuzz(func(t *testing.T, body []byte, rows int64) {
		data := append([]byte{chunk.StoredVersion, 0, 0, 0, 0}, body...)
		binary.LittleEndian.PutUint32(data[1:], crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
		g, err := New([]*state.ObjectRef{{Name: "o", Rows: rows, Data: data}, {Name: "p", Rows: rows, Data: data}})
		if err != nil {
			return
		}
		defer g.Release()
		for i := range g.parts[0].Cols {
			typ, col := types.OfPhys(g.parts[0].Cols[i].Class), 0
			rg, err := g.RowGroup([]int{col}, []types.Column{{ID: g.parts[0].ID(i), Type: typ}})
			if err != nil {
				if c := sqlerr.From(err).Code; c != sqlerr.DataCorrupted && c != sqlerr.ProgramLimitExceeded {
					t.Fatal(err)
				}
				continue
			}
			if vals, err := block.ReadColumn(rg, col, typ); err != nil || len(vals) != g.rows {
				t.Fatalf("%d values, %v", len(vals), err)
			}
			rg.Release()
		}
	})
}
