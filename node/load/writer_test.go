package load

import (
	"context"
	"fmt"
	"sort"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

func testTarget(sortStyle state.SortStyle, key ...int) Target {
	return Target{Table: 7, Slice: 2, Prefix: rms.Prefix(7, 1, 99), SortStyle: sortStyle, SortKey: key,
		Columns: []TargetColumn{
			{Name: "id", Type: types.TInt8, NotNull: true}, {Name: "day", Type: types.TDate},
			{Name: "name", Type: types.TVarchar(60)},
			{Name: "price", Type: types.TDecimal(30, 2)}, {Name: "x", Type: types.TFloat8, Encoding: "zstd"},
		}}
}

// testRow is row i of the test table.
func testRow(i int) []types.Datum {
	row := []types.Datum{types.Int(int64(i)), types.Int(int64(i * 7919 % 2500)),
		types.String(fmt.Sprintf("a name with number %d", i*31%977)),
		types.Int128(int64(i%3), int64(i)), types.Float(float64(i) / 8)}
	if i%5 == 0 {
		row[1] = types.NullDatum
	}
	if i%7 == 0 {
		row[2] = types.NullDatum
	}
	return row
}

func fill(t testing.TB, w *Writer, rows int) {
	acct := mem.NewAccount("test", 0)
	var cols []chunk.Col
	for i, c := range w.target.Columns {
		cols = append(cols, chunk.Col{Type: c.Type, Nullable: i > 0})
	}
	l := chunk.LayoutOf(cols)
	for at := 0; at < rows; {
		c, err := chunk.New(acct, l)
		if err != nil {
			t.Fatal(err)
		}
		n := min(rows-at, 1500)
		for r := 0; r < n; r++ {
			for i, d := range testRow(at + r) {
				c.SetDatum(i, r, d)
			}
		}
		c.SetRows(n)
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
		c.Free()
		at += n
	}
}

// read returns all rows of the objects, in stored order.
func read(t testing.TB, cache *rms.Cache, refs []state.ObjectRef, target Target) [][]types.Datum {
	var rows [][]types.Datum
	cols, typs := []int{}, []types.Type{}
	for i, c := range target.Columns {
		cols, typs = append(cols, i), append(typs, c.Type)
	}
	for _, ref := range refs {
		foot, err := cache.Footer(context.Background(), ref)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for g := range foot.RowGroups {
			rg, err := cache.RowGroup(context.Background(), ref, g, cols, types.Columns(typs...))
			if err != nil {
				t.Fatal(err)
			}
			start := len(rows)
			for r := 0; r < rg.Rows(); r++ {
				rows = append(rows, make([]types.Datum, len(cols)))
			}
			for i, c := range target.Columns {
				vals, err := block.ReadColumn(rg, i, c.Type)
				if err != nil {
					t.Fatal(err)
				}
				for r, v := range vals {
					rows[start+r][i] = v
				}
			}
			got += rg.Rows()
			rg.Release()
		}
		if int64(got) != ref.Rows {
			t.Fatalf("object %s: %d rows, reference says %d", ref.Name, got, ref.Rows)
		}
	}
	return rows
}

// Rows written are read back from each kind of store, in the order of the sort key within an object.
func TestWriteRead(t *testing.T) {
	for _, c := range []struct {
		url   string
		cache string
		style state.SortStyle
		key   []int
		rows  int
		share int64
	}{
		{"file://" + t.TempDir(), "", state.SortNone, nil, 0, 1 << 30},
		{"file://" + t.TempDir(), "", state.SortNone, nil, 5, 1 << 30},
		{"file://" + t.TempDir(), "", state.SortCompound, []int{1, 0}, 150000, 1 << 30},
		{"file://" + t.TempDir(), "", state.SortCompound, []int{2, 3}, 300000, 1},
		{"mem://a", "", state.SortCompound, []int{3}, 20000, 1 << 30},
		{"mem://b", t.TempDir(), state.SortInterleaved, []int{1, 2, 0}, 20000, 1 << 30},
	} {
		store, err := rms.Open(c.url)
		if err != nil {
			t.Fatal(err)
		}
		target := testTarget(c.style, c.key...)
		w := NewWriter(context.Background(), store, target, NewBudget(c.share))
		fill(t, w, c.rows)
		refs, err := w.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if c.share == 1 && len(refs) < 2 {
			t.Errorf("a small budget made %d objects", len(refs))
		}
		cache := rms.NewCache(store, c.cache, 1<<20)
		rows := read(t, cache, refs, target)
		if len(rows) != c.rows {
			t.Fatalf("%d rows, want %d", len(rows), c.rows)
		}
		if c.style == state.SortCompound && len(refs) == 1 {
			if !sort.SliceIsSorted(rows, func(i, j int) bool { return lessRow(target, c.key, rows[i], rows[j]) }) {
				t.Errorf("%s: rows are not in the order of %v", c.url, c.key)
			}
		}
		seen := map[int64]bool{}
		for _, row := range rows {
			for i, want := range testRow(int(row[0].Lo)) {
				if row[i] != want {
					t.Fatalf("row %d column %d: %+v, want %+v", row[0].Lo, i, row[i], want)
				}
			}
			seen[row[0].Lo] = true
		}
		if len(seen) != c.rows {
			t.Errorf("%d distinct rows of %d", len(seen), c.rows)
		}
		if err := cache.Close(); err != nil {
			t.Error(err)
		}
	}
}

func lessRow(target Target, key []int, a, b []types.Datum) bool {
	for _, k := range key {
		x, y := a[k], b[k]
		switch {
		case x.Null != y.Null:
			return y.Null
		case x.Null || x == y:
			continue
		case target.Columns[k].Type.Phys() == types.Str:
			return x.S < y.S
		case x.Hi != y.Hi:
			return x.Hi < y.Hi
		}
		return uint64(x.Lo) < uint64(y.Lo)
	}
	return false
}

// An aborted load leaves nothing.
func TestAbort(t *testing.T) {
	store, _ := rms.Open("file://" + t.TempDir())
	w := NewWriter(context.Background(), store, testTarget(state.SortNone), NewBudget(1))
	fill(t, w, 200000)
	if len(w.refs) == 0 {
		t.Fatal("nothing was flushed")
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if names, _ := store.List(context.Background(), ""); len(names) != 0 {
		t.Errorf("left: %v", names)
	}
}

// NULL in a NOT NULL column is refused by name.
func TestNotNull(t *testing.T) {
	store, _ := rms.Open("mem://notnull")
	target := testTarget(state.SortNone)
	target.Columns[1].NotNull = true
	w := NewWriter(context.Background(), store, target, NewBudget(1<<30))
	defer w.Abort()
	acct := mem.NewAccount("test", 0)
	c, _ := chunk.New(acct, chunk.LayoutOf([]chunk.Col{
		{Type: types.TInt8, Nullable: true}, {Type: types.TDate, Nullable: true}, {Type: types.TText, Nullable: true},
		{Type: types.TDecimal(30, 2), Nullable: true}, {Type: types.TFloat8, Nullable: true}}))
	defer c.Free()
	c.SetNull(1, 0)
	c.SetRows(1)
	if err := w.Add(c); err == nil {
		t.Error("no error")
	}
}

// A load that nobody wants any more stops sorting, encoding and storing.
func TestWriterCanceled(t *testing.T) {
	for _, style := range []state.SortStyle{state.SortCompound, state.SortInterleaved} {
		for _, rows := range []int{100, 100_000} {
			store, _ := rms.Open("mem://" + t.Name())
			ctx, cancel := context.WithCancel(context.Background())
			w := NewWriter(ctx, store, testTarget(style, 2, 0), NewBudget(1<<30))
			fill(t, w, rows)
			cancel()
			if _, err := w.order(); sqlerr.From(err).Code != sqlerr.QueryCanceled {
				t.Errorf("order: %v", err)
			}
			if _, err := w.writeObject(nil, make([]uint32, rows)); sqlerr.From(err).Code != sqlerr.QueryCanceled {
				t.Errorf("encode: %v", err)
			}
			if err := w.enc.Wanted(); sqlerr.From(err).Code != sqlerr.QueryCanceled {
				t.Errorf("compress: %v", err)
			}
			if _, err := w.Finish(); sqlerr.From(err).Code != sqlerr.QueryCanceled {
				t.Errorf("finish: %v", err)
			}
		}
	}
}
