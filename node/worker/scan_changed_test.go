package worker

import (
	"context"
	"fmt"
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// writeAs makes an object of rows of a table; see write.
func writeAs(t testing.TB, store rms.Store, txn uint64, table []types.Column, rows [][]types.Datum,
	inline int64) state.ObjectRef {
	t.Helper()
	target := load.Target{Prefix: rms.Prefix(1, 2, txn)}
	var cols []chunk.Col
	for i, c := range table {
		target.Columns = append(target.Columns, load.TargetColumn{ID: c.ID, Name: fmt.Sprint(i), Type: c.Type})
		cols = append(cols, chunk.Col{Type: c.Type, Nullable: true})
	}
	w := load.NewWriter(context.Background(), store, target, load.NewBudget(1<<30))
	w.SetInline(inline)
	acct := mem.NewAccount("test", 0)
	for at := 0; at < len(rows); at += 2000 {
		c, err := chunk.New(acct, chunk.LayoutOf(cols))
		if err != nil {
			t.Fatal(err)
		}
		n := min(len(rows)-at, 2000)
		for r := range n {
			for i := range table {
				c.SetDatum(i, r, rows[at+r][i])
			}
		}
		c.SetRows(n)
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
		c.Free()
	}
	refs, err := w.Finish()
	if err != nil || len(refs) != 1 || (refs[0].Data != nil) != (inline > 0) {
		t.Fatalf("%d objects, %v", len(refs), err)
	}
	return refs[0]
}

// A table of which a column was dropped and two were added after most of its objects were written: older rows have the
// initial value or NULL in them, with deleted rows, addresses, zone maps and row groups of small writes; and a merge
// writes what was read.
func TestScanChangedTable(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		seven := types.Int(7)
		table := []types.Column{{ID: 3, Type: types.TDecimal(30, 2)}, {ID: 1, Type: types.TInt8},
			{ID: 4, Type: types.TInt4, Initial: &seven}, {ID: 9, Type: types.TVarchar(100)}}
		typs := []types.Type{table[0].Type, table[1].Type, table[2].Type, table[3].Type}
		const old, made = 3000 + 10, 40 // rows of before, 10 of them in small objects, and of after, half of them in one
		want := map[int64][]types.Datum{}
		refs := []state.ObjectRef{write(t, n.store, 0, 0, 3000, 0), write(t, n.store, 0, 3000, 3006, 1<<20),
			write(t, n.store, 0, 3006, old, 1<<20)}
		var after [][]types.Datum
		for i := range old + made {
			row := []types.Datum{scanRow(i)[2], types.Int(int64(i)), seven, types.NullDatum}
			if i >= old {
				row[2], row[3] = types.Int(int64(i%9)), types.String(fmt.Sprint("young ", i))
				after = append(after, row)
			}
			want[int64(i)] = row
		}
		refs = append(refs, writeAs(t, n.store, 1, table, after[:made/2], 0),
			writeAs(t, n.store, 2, table, after[made/2:], 1<<20))
		kill(t, &refs[0], func(p int) bool { return p%3 == 0 })
		kill(t, &refs[1], func(p int) bool { return p == 2 })
		for i := 0; i < 3000; i += 3 {
			delete(want, int64(i))
		}
		delete(want, 3002)
		scan := func(cols ...int) *wire.StartQuery {
			m := scanQuery(typs, refs, hashSink, cols...)
			m.Scans[0].Columns = table
			return m
		}
		all := func(what string) [][]types.Datum {
			rows, done := n.run(t, scan(1, 0, 2, 3, 4, 5))
			if done.Error != nil || len(rows) != len(want) {
				t.Fatalf("%s: %d rows, want %d: %v", what, len(rows), len(want), done.Error)
			}
			for _, r := range rows {
				if w := want[r[0].Lo]; r[1] != w[0] || r[2] != w[2] || r[3] != w[3] {
					t.Fatalf("%s: row %v, want %v", what, r, w)
				}
			}
			return rows
		}
		rows := all("scan")
		for _, r := range rows {
			if o, p := r[4].Lo>>32-10, r[4].Lo&(1<<32-1); o == 0 && p != r[0].Lo || o == 2 && p+3006 != r[0].Lo {
				t.Fatalf("address %d of %d of row %v", p, o, r)
			}
		}
		zone := func(col int, op string, v types.Datum, count int) {
			t.Helper()
			m := scan(1, 0, 2, 3, 5)
			m.Params = []wire.Param{{Type: table[col].Type, Value: v}}
			at := map[int]int{1: 0, 0: 1, 2: 2, 3: 3}[col]
			m.Segments[0].Zone = []wire.ZonePred{{Col: at, Op: op, Param: 0}}
			rows, done := n.run(t, m)
			if done.Error != nil || len(rows) != count {
				t.Errorf("column %d %s %v: %d rows, want %d: %v", col, op, v, len(rows), count, done.Error)
			}
		}
		small := 9 + made/2 // live rows of the one row group of small objects
		zone(2, "=", seven, len(want))
		zone(2, "=", types.Int(8), made/2+small)
		zone(2, "<", types.Int(0), 0)
		zone(3, ">=", types.String("a"), made/2+small)
		zone(3, "=", types.String("other"), 0)

		var merged [][]types.Datum
		for _, r := range rows {
			merged = append(merged, []types.Datum{r[1], r[0], r[2], r[3]})
		}
		refs = []state.ObjectRef{writeAs(t, n.store, 3, table, merged, 0)}
		all("merged")
		// What a merge has written knows the values: another default of the definition changes nothing any more.
		eight := types.Int(8)
		table[2].Initial = &eight
		all("merged, with another initial value")
		// An id that was dropped is nobody's: a column that comes later does not find its blocks.
		refs = []state.ObjectRef{write(t, n.store, 0, 9000, 9100, 0)}
		table = []types.Column{{ID: 10, Type: types.TVarchar(100)}, {ID: 1, Type: types.TInt8}}
		typs = []types.Type{table[0].Type, table[1].Type}
		rows, done := n.run(t, scan(1, 0))
		if done.Error != nil || len(rows) != 100 {
			t.Fatalf("%d rows, %v", len(rows), done.Error)
		}
		for _, r := range rows {
			if !r[1].Null {
				t.Fatalf("a dropped column is back: %v", r)
			}
		}
	})
}
