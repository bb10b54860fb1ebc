package worker

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/program"
)

func sinkOf(kind program.SinkKind, typs ...types.Type) program.Sink {
	s := program.Sink{Kind: kind}
	for i, t := range typs {
		s.Cols = append(s.Cols, program.ChunkCol{Type: t, Nullable: i > 0})
	}
	return s
}

func insertInto(typs []types.Type) *wire.Insert {
	in := &wire.Insert{Table: 1, Term: 2, Txn: 77}
	for i, t := range typs {
		in.Columns = append(in.Columns, state.Column{Name: fmt.Sprint(i), Type: t})
	}
	return in
}

func positions(t *testing.T, d []wire.Deleted) map[int][]uint32 {
	t.Helper()
	out := map[int][]uint32{}
	for _, x := range d {
		b := roaring.New()
		if err := b.UnmarshalBinary(x.Rows); err != nil || b.Validate() != nil || out[x.Object] != nil {
			t.Fatal(err)
		}
		out[x.Object] = b.ToArray()
	}
	return out
}

// SinkDelete gives the addresses it got, each once, by object.
func TestSinkDelete(t *testing.T) {
	store, _ := rms.Open("mem://" + t.Name())
	n := newTestNode(t, store, "")
	refs := []state.ObjectRef{write(t, store, 0, 0, 5000, 0), write(t, store, 1, 5000, 6000, 0),
		write(t, store, 1, 6000, 6001, 1<<14)}
	kill(t, &refs[1], func(p int) bool { return p >= 3 })
	refs = append(refs, refs[0]) // the same rows twice: under another index here
	m := scanQuery(scanTypes, refs, sinkOf(program.SinkDelete, types.TInt8), 3, 4)
	m.Scans[0].Indexes = []int{0, 5, 1<<31 - 1, 0}
	_, done := n.run(t, m)
	if done.Error != nil {
		t.Fatal(done.Error)
	}
	got := positions(t, done.Deletes)
	if len(got) != 3 || len(got[0]) != 5000 || len(got[5]) != 3 || got[5][2] != 2 || len(got[1<<31-1]) != 1 {
		t.Errorf("%d objects", len(got))
	}
	if len(done.Objects) != 0 {
		t.Errorf("%v", done.Objects)
	}
	for name, s := range map[string]program.Sink{"columns": sinkOf(program.SinkDelete, types.TInt8, types.TInt8),
		"class": sinkOf(program.SinkDelete, types.TInt4)} {
		if _, done := n.run(t, scanQuery(scanTypes, refs, s, 3, 4)); done.Error == nil ||
			done.Error.Code != string(sqlerr.ProtocolViolation) {
			t.Errorf("%s: %v", name, done.Error)
		}
	}
	if _, done := n.run(t, scanQuery(scanTypes[:1], []state.ObjectRef{minus(t, store)},
		sinkOf(program.SinkDelete, types.TInt8), 0)); done.Error == nil {
		t.Error("a negative address is taken")
	}
}

// minus is an object of one row, -1.
func minus(t *testing.T, store rms.Store) state.ObjectRef {
	ref := write(t, store, 0, -1, 0, 0)
	return ref
}

// SinkInsert with row addresses inserts the rows and gives the addresses of those they replace.
func TestSinkInsertRowIDs(t *testing.T) {
	for _, inline := range []int64{0, 1 << 20} {
		store, _ := rms.Open(fmt.Sprintf("mem://%s%d", t.Name(), inline))
		n := newTestNode(t, store, "")
		refs := []state.ObjectRef{write(t, store, 0, 0, 5000, 0), write(t, store, 2, 5000, 6000, 0)}
		kill(t, &refs[0], func(p int) bool { return p%2 == 0 })
		m := scanQuery(scanTypes, refs, sinkOf(program.SinkInsert, append(scanTypes[:3:3], types.TInt8)...), 0, 1, 2, 3, 4)
		m.Insert = insertInto(scanTypes)
		m.Insert.Inline = inline
		_, done := n.run(t, m)
		if done.Error != nil {
			t.Fatal(done.Error)
		}
		if got := positions(t, done.Deletes); len(got) != 2 || len(got[10]) != 2500 || got[10][7] != 15 ||
			len(got[11]) != 1000 {
			t.Errorf("%d objects", len(got))
		}
		rows, again := n.run(t, scanQuery(scanTypes, done.Objects, hashSink, 0, 1, 2))
		if again.Error != nil || len(rows) != 3500 || rows[3499][0].Lo != 5999 || rows[1][1] != scanRow(3)[1] {
			t.Errorf("%d rows, %v", len(rows), again.Error)
		}
		for _, o := range done.Objects {
			if (o.Data != nil) != (inline > 0) {
				t.Errorf("object %s has %d bytes of data", o.Name, len(o.Data))
			}
		}
	}
}

// A merge leaves rows on their slice and says of each where it comes from.
func TestSinkInsertLocal(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		refs := []state.ObjectRef{write(t, n.store, 0, 0, 5000, 0), write(t, n.store, 2, 5000, 6000, 0),
			write(t, n.store, 2, 6000, 7000, 0)}
		kill(t, &refs[0], func(p int) bool { return p%2 == 0 })
		m := scanQuery(scanTypes, refs, sinkOf(program.SinkInsert, append(scanTypes[:3:3], types.TInt8)...), 0, 1, 2, 3, 4)
		m.Insert = insertInto(scanTypes)
		m.Insert.Local, m.Insert.SortStyle, m.Insert.SortKey = true, state.SortCompound, []int{1}
		_, done := n.run(t, m)
		if done.Error != nil || len(done.Deletes) != 0 {
			t.Fatal(done.Error)
		}
		total := 0
		for _, o := range done.Objects {
			data, err := n.store.Get(context.Background(), rms.RowsName(o.Name))
			if err != nil || len(data) != 8*int(o.Rows) {
				t.Fatalf("%d bytes for %d rows, %v", len(data), o.Rows, err)
			}
			q := scanQuery(scanTypes, []state.ObjectRef{o}, hashSink, 3, 0)
			q.Scans[0].Indexes = []int{0}
			rows, d := n.run(t, q)
			if d.Error != nil {
				t.Fatal(d.Error)
			}
			sorted := true
			for p, r := range rows {
				old := int64(binary.LittleEndian.Uint64(data[8*p:]))
				want, slice := old&(1<<32-1), state.SliceID(0)
				if old>>32 > 10 {
					want, slice = want+5000+(old>>32-11)*1000, 2
				}
				if r[0].Lo != int64(p) || r[1].Lo != want || o.Slice != slice {
					t.Fatalf("row %d comes from %x, has %v", p, old, r)
				}
				sorted = sorted && (p == 0 || rows[p-1][1].Lo < r[1].Lo)
			}
			if sorted {
				t.Error("the rows are not in the order of the sort key")
			}
			total += len(rows)
		}
		if total != 2500+2000 {
			t.Errorf("%d rows", total)
		}
	})
}
