package worker

import (
	"fmt"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/program"
)

// eachStore runs a test over the three ways to get at blocks.
func eachStore(t *testing.T, f func(t *testing.T, n *testNode)) {
	for name, url := range map[string]string{"files": "file://" + t.TempDir(), "copies": "mem://" + t.Name() + "copies",
		"memory": "mem://" + t.Name()} {
		t.Run(name, func(t *testing.T) {
			store, err := rms.Open(url)
			if err != nil {
				t.Fatal(err)
			}
			dir := ""
			if name == "copies" {
				dir = t.TempDir()
			}
			f(t, newTestNode(t, store, dir))
		})
	}
}

// kill deletes rows of an object, by position.
func kill(t *testing.T, ref *state.ObjectRef, dead func(pos int) bool) {
	t.Helper()
	b := roaring.New()
	for p := range int(ref.Rows) {
		if dead(p) {
			b.Add(uint32(p))
		}
	}
	b.RunOptimize()
	var err error
	if ref.Deleted, err = b.ToBytes(); err != nil {
		t.Fatal(err)
	}
	ref.Dead = int64(b.GetCardinality())
}

var hashSink = program.Sink{Kind: program.SinkHash}

// Every row that lives comes once, with its values and its address; dead ones only to those who look at nothing else.
func TestScanDeleted(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		const big = block.MaxRowGroupRows + 3000
		refs := []state.ObjectRef{write(t, n.store, 0, 0, big, 0), write(t, n.store, 1, big, big+2000, 0),
			write(t, n.store, 2, big+2000, big+5000, 0)}
		starts := []int{0, big, big + 2000}
		kill(t, &refs[0], func(p int) bool { return p%3 == 0 || p > 5000 && p < 20000 })
		kill(t, &refs[2], func(p int) bool { return true })
		dead := map[int]bool{}
		for i := range refs {
			b, err := deletedRows(&refs[i])
			if err != nil {
				t.Fatal(err)
			}
			if b != nil {
				b.Iterate(func(p uint32) bool { dead[starts[i]+int(p)] = true; return true })
			}
		}
		rows, done := n.run(t, scanQuery(scanTypes, refs, hashSink, 0, 3, 1, 2, 4))
		if done.Error != nil {
			t.Fatal(done.Error)
		}
		at := 0
		for i := range big + 5000 {
			if dead[i] {
				continue
			}
			o := 2
			for starts[o] > i {
				o--
			}
			want := scanRow(i)
			if r := rows[at]; r[0] != want[0] || r[2] != want[1] || r[3] != want[2] ||
				r[1].Lo != int64(10+o)<<32|int64(i-starts[o]) || r[4].Lo != 1 {
				t.Fatalf("row %d: %v", i, r)
			}
			at++
		}
		if at != len(rows) {
			t.Errorf("%d rows, want %d", len(rows), at)
		}
		skipped := int64(0)
		for _, s := range done.Stats {
			for _, k := range s.Skips {
				skipped += k.Rows
			}
		}
		if skipped != 3000+14*1024 { // a whole object, the sections between 5000 and 20000
			t.Errorf("%d rows skipped", skipped)
		}
		if rows, done = n.run(t, scanQuery(scanTypes, refs[1:2], hashSink, 3)); done.Error != nil || len(rows) != 2000 ||
			rows[1999][0].Lo != 10<<32|1999 {
			t.Errorf("addresses alone: %v, %d rows", done.Error, len(rows))
		}
		// Zone maps are those of the stored columns, whoever is deleted.
		m := scanQuery(scanTypes, refs, hashSink, 0, 4)
		m.Params = []wire.Param{{Type: types.TInt8, Value: types.Int(big + 7)}}
		m.Segments[0].Zone = []wire.ZonePred{{Col: 0, Op: "=", Param: 0}, {Col: 1, Op: "=", Param: 0}}
		if rows, done = n.run(t, m); done.Error != nil || len(rows) != 1024 {
			t.Errorf("a zone predicate leaves %d rows, %v", len(rows), done.Error)
		}
		// A join's keys leave the section that has one of them.
		m = scanQuery(scanTypes, refs, hashSink, 0, 4)
		m.Segments[0].Keys = []wire.KeyZone{{Col: 0, Table: 0, Key: 0}}
		if rows, done = n.run(t, m); done.Error != nil || len(rows) != 1024 {
			t.Errorf("a join's keys leave %d rows, %v", len(rows), done.Error)
		}
		m.Segments[0].Keys[0].Col = 2
		if _, done = n.run(t, m); done.Error == nil || done.Error.Code != string(sqlerr.ProtocolViolation) {
			t.Errorf("a join's keys of no column: %v", done.Error)
		}
		// A program that does not look at what is deleted must not see it.
		if _, done = n.run(t, scanQuery(scanTypes, refs, hashSink, 0)); done.Error == nil ||
			done.Error.Code != string(sqlerr.InternalError) {
			t.Errorf("deleted rows are read: %v", done.Error)
		}
	})
}

// An ALL table that is read once is dealt out by row groups; no row is read twice or not at all, whatever is deleted.
func TestScanShares(t *testing.T) {
	store, _ := rms.Open("mem://" + t.Name())
	n := newTestNode(t, store, "")
	var refs []state.ObjectRef
	for i := range 9 {
		refs = append(refs, write(t, store, 0, i*100, i*100+100, int64(i%3)<<14))
		if i%2 == 0 {
			kill(t, &refs[i], func(p int) bool { return p < 50 || i == 4 })
		}
	}
	var got []int64
	for share := range 3 {
		m := scanQuery(scanTypes, refs, hashSink, 0, 4)
		m.Scans[0].Share, m.Scans[0].Shares = share, 3
		rows, done := n.run(t, m)
		if done.Error != nil {
			t.Fatal(done.Error)
		}
		for _, r := range rows {
			got = append(got, r[0].Lo)
		}
	}
	slices.Sort(got)
	var want []int64
	for i := range 900 {
		if o := i / 100; o%2 == 1 || o != 4 && i%100 >= 50 {
			want = append(want, int64(i))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

// Small objects are read as stored ones are: hundreds of them as one row group a slice, with addresses and
// deleted rows; zone maps hold for them, and they lie beside stored ones.
func TestScanSmall(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		refs := []state.ObjectRef{write(t, n.store, 1, 0, 3000, 0)}
		starts := []int{0}
		at := 3000
		for i := range 300 {
			k := 1 + i%3
			refs, starts = append(refs, write(t, n.store, state.SliceID(i%2), at, at+k, 1<<20)), append(starts, at)
			at += k
		}
		deadRow := func(o, pos int) bool { return o%4 == 2 && pos == 0 || o%6 == 4 }
		dead := 0
		for o := range refs {
			if o > 0 && (o%4 == 2 || o%6 == 4) {
				kill(t, &refs[o], func(pos int) bool { return deadRow(o, pos) })
				dead += int(refs[o].Dead)
			}
		}
		for round := range 2 {
			rows, done := n.run(t, scanQuery(scanTypes, refs, hashSink, 0, 3, 1, 2, 4))
			if done.Error != nil || len(rows) != at-dead {
				t.Fatalf("%d rows, want %d, %v", len(rows), at-dead, done.Error)
			}
			for _, r := range rows {
				i := int(r[0].Lo)
				o := int(r[1].Lo>>32) - 10
				if want := scanRow(i); r[2] != want[1] || r[3] != want[2] || int64(starts[o])+r[1].Lo&(1<<32-1) != r[0].Lo ||
					o > 0 && deadRow(o, i-starts[o]) {
					t.Fatalf("row %v of object %d", r, o)
				}
			}
			morsels := int64(0)
			for _, s := range done.Stats {
				if s.Slice >= 0 {
					morsels += s.Morsels
				}
			}
			if morsels > 5 { // three sections of the first object, two row groups of all others
				t.Errorf("round %d: %d morsels", round, morsels)
			}
		}
		m := scanQuery(scanTypes, refs[:50], hashSink, 0, 4)
		m.Params = []wire.Param{{Type: types.TInt8, Value: types.Int(int64(at))}}
		m.Segments[0].Zone = []wire.ZonePred{{Col: 0, Op: ">=", Param: 0}}
		if rows, done := n.run(t, m); done.Error != nil || len(rows) != 0 {
			t.Errorf("a zone predicate leaves %d rows, %v", len(rows), done.Error)
		}
		bad := refs[1]
		bad.Data = slices.Clone(bad.Data)
		bad.Data[len(bad.Data)-1] ^= 1
		bad.Name += "x"
		if _, done := n.run(t, scanQuery(scanTypes, append(refs[:1:1], bad), hashSink, 0)); done.Error == nil ||
			done.Error.Code != string(sqlerr.DataCorrupted) {
			t.Errorf("damaged rows: %v", done.Error)
		}
		long := refs[1]
		long.Rows, long.Name = 1<<40, long.Name+"y"
		if _, done := n.run(t, scanQuery(scanTypes, append(refs[:1:1], long), hashSink, 0, 3, 4)); done.Error == nil ||
			done.Error.Code != string(sqlerr.DataCorrupted) {
			t.Errorf("too many rows: %v", done.Error)
		}
	})
}

// Sets of deleted rows that cannot be are errors that name the object.
func TestHostileDeleted(t *testing.T) {
	store, _ := rms.Open("mem://" + t.Name())
	n := newTestNode(t, store, "")
	ref := write(t, store, 0, 0, 3000, 0)
	set := func(rows ...uint32) []byte {
		b, _ := roaring.BitmapOf(rows...).ToBytes()
		return b
	}
	everything := roaring.New()
	everything.AddRange(0, 1<<32)
	huge, _ := everything.ToBytes()
	for name, data := range map[string][]byte{
		"rubbish": []byte("rubbish"), "short": set(1, 2, 3)[:9], "beyond": set(5, 3000), "far": set(5, 1<<32-1), "all": huge,
		"long": append(set(5), 0), "containers": {0x3a, 0x30, 0, 0, 255, 255, 255, 255}, "runs": {0x3b, 0x30, 0xff, 0xff},
	} {
		bad := ref
		bad.Deleted, bad.Dead = data, 1
		_, done := n.run(t, scanQuery(scanTypes, []state.ObjectRef{bad}, hashSink, 0, 4))
		if done.Error == nil || done.Error.Code != string(sqlerr.DataCorrupted) {
			t.Errorf("%s: %v", name, done.Error)
		}
	}
	wrong := ref
	wrong.Deleted, wrong.Dead, wrong.Rows = set(5, 1<<31), 2, 1<<32-1
	if _, done := n.run(t, scanQuery(scanTypes, []state.ObjectRef{wrong}, hashSink, 0, 4)); done.Error == nil ||
		done.Error.Code != string(sqlerr.DataCorrupted) {
		t.Errorf("another object's rows: %v", done.Error)
	}
	empty := ref
	empty.Deleted = set()
	if rows, done := n.run(t, scanQuery(scanTypes, []state.ObjectRef{empty}, hashSink, 0)); done.Error != nil ||
		len(rows) != 3000 {
		t.Errorf("%d rows, %v", len(rows), done.Error)
	}
}

// Whatever the bytes of a set are, using it neither crashes nor yields rows outside the row group.
func FuzzDeletedRows(f *testing.F) {
	b, _ := roaring.BitmapOf(1, 2, 3, 70000).ToBytes()
	f.Add(b)
	r := roaring.New()
	r.AddRange(10, 90000)
	r.RunOptimize()
	b, _ = r.ToBytes()
	f.Add(b)
	r.Clear()
	r.AddRange(0, 9000)
	b, _ = r.ToBytes()
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := &state.ObjectRef{Rows: 100000, Deleted: data}
		set, err := deletedRows(o)
		if err != nil || set == nil {
			return
		}
		dense := set.ToDense()
		for _, from := range []int64{0, 65536, 65537, 99000} {
			rows := min(100000-from, 65536)
			d := deadIn(dense, from, rows)
			for r := range rows {
				if is := d != nil && d[r/64]>>(r%64)&1 != 0; is != set.Contains(uint32(from+r)) {
					t.Fatalf("row %d: %v", from+r, is)
				}
			}
			if d.all(0, int(rows)) != (set.CardinalityInRange(uint64(from), uint64(from+rows)) == uint64(rows)) {
				t.Fatal("not all")
			}
			l, err := block.LiveBlock(int(rows), d)
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
		}
	})
}

// Sources with made columns that no scan can have are refused.
func TestScanColumnsChecked(t *testing.T) {
	store, _ := rms.Open("mem://" + t.Name())
	n := newTestNode(t, store, "")
	ref := write(t, store, 0, 0, 10, 0)
	for name, spoil := range map[string]func(m *wire.StartQuery){
		"beyond":     func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[0].ColNo = 5 },
		"negative":   func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[0].ColNo = -1 },
		"class":      func(m *wire.StartQuery) { m.Segments[0].General.Segment.Source.Cols[1].Type = types.TInt4 },
		"no indexes": func(m *wire.StartQuery) { m.Scans[0].Indexes = nil },
		"index":      func(m *wire.StartQuery) { m.Scans[0].Indexes[0] = 1 << 31 },
	} {
		m := scanQuery(scanTypes, []state.ObjectRef{ref}, hashSink, 0, 3, 4)
		spoil(m)
		if _, done := n.run(t, m); done.Error == nil || done.Error.Code != string(sqlerr.ProtocolViolation) {
			t.Errorf("%s: %v", name, fmt.Sprint(done.Error))
		}
	}
}

// Where no instance can be made, the row groups that were claimed for it are given back: the cache says so when it
// closes.
func TestScanWithoutInstance(t *testing.T) {
	eachStore(t, func(t *testing.T, n *testNode) {
		n.engine.full = sqlerr.New(sqlerr.OutOfMemory, "no room")
		refs := []state.ObjectRef{write(t, n.store, 0, 0, 30_000, 0)}
		if _, done := n.run(t, scanQuery(scanTypes, refs, hashSink, 0)); done.Error == nil ||
			done.Error.Code != string(sqlerr.OutOfMemory) {
			t.Errorf("%+v", done.Error)
		}
	})
}
