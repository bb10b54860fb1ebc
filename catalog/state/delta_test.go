package state

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
)

func rowsOf(rows ...uint32) []byte {
	data, _ := canonical(roaring.BitmapOf(rows...))
	return data
}

func del(id TableID, object string, rows ...uint32) Op {
	return &Delta{Table: id, Deletes: []RowSet{{object, rowsOf(rows...)}}}
}

// loaded is a catalog with a table of two objects of ten rows in storage and one inline.
func loaded(t *testing.T) (*Catalog, TableID) {
	t.Helper()
	c, res := run(t, started(t), movies("public"))
	id := TableID(res.Ops[0].ID)
	inline := ref(3, 0)
	inline.Data = []byte{1}
	c, _ = run(t, c, &Delta{Table: id, Adds: []ObjectRef{ref(1, 0), ref(2, 1), inline}})
	return c, id
}

func garbageOf(c *Catalog) (out []string) {
	for name := range c.Garbage() {
		out = append(out, name)
	}
	return out
}

// Two transactions conflict only on rows that both delete.
func TestDeletes(t *testing.T) {
	c, id := loaded(t)
	c, _ = run(t, c, del(id, "o1", 1, 2, 3), del(id, "o3", 9))
	v := c.TableByID(id).Version
	if o := v.Objects.Find("o1"); v.Rows != 26 || o.Dead != 3 || !bytes.Equal(o.Deleted, rowsOf(1, 2, 3)) ||
		o.Live() != 7 {
		t.Fatalf("%+v, object %+v", v, o)
	}
	fails(t, c, sqlerr.SerializationFailure, del(id, "o1", 3))
	fails(t, c, sqlerr.SerializationFailure, del(id, "o1", 4, 3, 5))
	fails(t, c, sqlerr.SerializationFailure, del(id, "o9", 1))
	fails(t, c, sqlerr.InternalError, del(id, "o1", 10))
	fails(t, c, sqlerr.InternalError, &Delta{Table: id, Deletes: []RowSet{{"o1", []byte("no bitmap")}}})
	other, _ := run(t, c, del(id, "o1", 0, 4))
	if other.TableByID(id).Version.Objects.Find("o1").Dead != 5 || v.Objects.Find("o1").Dead != 3 {
		t.Error("rows that nobody else deleted")
	}
	// The same row twice in one command is a conflict too; an object's name in two sets is not.
	fails(t, c, sqlerr.SerializationFailure, &Delta{Table: id,
		Deletes: []RowSet{{"o2", rowsOf(1)}, {"o2", rowsOf(1)}}})
	run(t, c, &Delta{Table: id, Deletes: []RowSet{{"o2", rowsOf(1)}, {"o2", rowsOf(2)}}})
}

// A conflict names table and transaction.
func TestConflictText(t *testing.T) {
	c, id := loaded(t)
	c, _ = c.Apply(&Command{Txn: 11, Ops: []Op{del(id, "o1", 1)}})
	_, res := c.Apply(&Command{Txn: 12, Ops: []Op{del(id, "o1", 1)}})
	if res.Err == nil || res.Err.Message != "could not serialize access due to concurrent update" ||
		!strings.Contains(res.Err.Detail, "movies") || !strings.Contains(res.Err.Detail, "transaction 11") ||
		res.Err.Hint == "" {
		t.Errorf("%+v", res.Err)
	}
}

// An object without live rows leaves the table; one in storage is garbage from the
// version on that dropped it, an inline one leaves nothing.
func TestDeleteAll(t *testing.T) {
	c, id := loaded(t)
	all := []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	c, _ = run(t, c, del(id, "o1", all[:5]...))
	if len(garbageOf(c)) != 0 {
		t.Fatal("garbage too early")
	}
	c, _ = run(t, c, del(id, "o1", all[5:]...), del(id, "o3", all...))
	if v := c.TableByID(id).Version; v.Rows != 10 || v.Objects.Len() != 1 {
		t.Errorf("%+v", v)
	}
	for name, at := range c.Garbage() {
		if name != "o1" || at != c.Version() {
			t.Errorf("garbage %s of version %d", name, at)
		}
	}
	if len(garbageOf(c)) != 1 {
		t.Error(garbageOf(c))
	}
	// A name does not come back while its old bearer may still be there.
	fails(t, c, sqlerr.InternalError, &Delta{Table: id, Adds: []ObjectRef{ref(1, 0)}})
	c, _ = run(t, c, &Collect{Names: []string{"o1", "unknown"}})
	if len(garbageOf(c)) != 0 {
		t.Error("not collected")
	}
}

// Rows may be added and deleted again in one command, in one delta or two.
func TestDeleteOwnRows(t *testing.T) {
	c, id := loaded(t)
	c, _ = run(t, c, &Delta{Table: id, Adds: []ObjectRef{ref(5, 2)}, Deletes: []RowSet{{"o5", rowsOf(0)}}},
		del(id, "o5", 1, 2))
	if o := c.TableByID(id).Version.Objects.Find("o5"); o.Dead != 3 || c.TableByID(id).Version.Rows != 37 {
		t.Errorf("%+v", o)
	}
	fails(t, c, sqlerr.InternalError, &Delta{Table: id, Adds: []ObjectRef{ref(5, 2)}})
}

// Truncate takes what is there when it is applied; statistics stay until the table goes.
func TestTruncate(t *testing.T) {
	c, id := loaded(t)
	c, _ = run(t, c, &SetStats{Table: id, Object: "s1"})
	c, _ = run(t, c, &SetStats{Table: id, Object: "s2"})
	before := c.TableByID(id).Version
	c, _ = run(t, c, &Truncate{Table: id, Def: 1})
	v := c.TableByID(id).Version
	if v.Rows != 0 || v.Objects.Len() != 0 || v.Content != before.Content+1 || v.Stats != "s2" {
		t.Errorf("%+v", v)
	}
	if got := garbageOf(c); !slices.Equal(got, []string{"o1", "o2", "s1"}) {
		t.Errorf("garbage %v", got)
	}
	fails(t, c, sqlerr.SerializationFailure, del(id, "o1", 1))
	fails(t, c, sqlerr.SerializationFailure, &Truncate{Table: id, Def: 7})
	c, _ = run(t, c, &DropTable{ID: id})
	if got := garbageOf(c); !slices.Equal(got, []string{"o1", "o2", "s1", "s2"}) {
		t.Errorf("garbage %v", got)
	}
}

// Every way a table can go leaves its objects on the list.
func TestDropsAreGarbage(t *testing.T) {
	for _, op := range []func(id TableID) Op{
		func(id TableID) Op { return &DropTable{ID: id} },
		func(TableID) Op { return &DropDatabase{Name: "dev"} },
	} {
		c, id := loaded(t)
		c, _ = run(t, c, op(id))
		if got := garbageOf(c); !slices.Equal(got, []string{"o1", "o2"}) {
			t.Errorf("garbage %v", got)
		}
	}
	c, _ := run(t, started(t), &CreateSchema{Schema: Schema{Database: "dev", Name: "s"}})
	c, res := run(t, c, movies("s"))
	c, _ = run(t, c, &Delta{Table: TableID(res.Ops[0].ID), Adds: []ObjectRef{ref(1, 0)}})
	c, _ = run(t, c, &DropSchema{Database: "dev", Name: "s", Cascade: true})
	if got := garbageOf(c); !slices.Equal(got, []string{"o1"}) {
		t.Errorf("garbage %v", got)
	}
}

// A SERIALIZABLE transaction counts only if what it has read is as it was.
func TestReads(t *testing.T) {
	c, id := loaded(t)
	c, res := run(t, c, &CreateTable{Table: Table{Database: "dev", Schema: "public", Name: "actors"}})
	other := TableID(res.Ops[0].ID)
	read := Read{Table: id, Content: c.TableByID(id).Version.Content}
	c, _ = c.Apply(&Command{Txn: 20, Ops: []Op{&Delta{Table: id, Adds: []ObjectRef{ref(7, 0)}}}})
	cmd := &Command{Txn: 21, Reads: []Read{read}, Ops: []Op{&Delta{Table: other, Adds: []ObjectRef{ref(8, 0)}}}}
	_, r := c.Apply(cmd)
	if r.Err == nil || r.Err.Code != sqlerr.SerializationFailure || r.Err.Message != "1023" {
		t.Fatalf("%+v", r.Err)
	}
	for _, part := range []string{"Serializable isolation violation on table - 10", "cycle are: 20, 21 (pid:0)",
		"\"movies\"", "\"actors\""} {
		if !strings.Contains(r.Err.Detail, part) {
			t.Errorf("%q lacks %q", r.Err.Detail, part)
		}
	}
	// A merge changes nothing that can be read.
	read.Content = c.TableByID(id).Version.Content
	c, _ = run(t, c, &Replace{Table: id, Old: []Replaced{{Name: "o1"}}, New: []ObjectRef{ref(9, 0)}})
	cmd = &Command{Txn: 22, Reads: []Read{read}, Ops: cmd.Ops}
	if _, r = c.Apply(cmd); r.Err != nil {
		t.Error(r.Err)
	}
	gone, _ := run(t, c, &DropTable{ID: id})
	if _, r = gone.Apply(cmd); r.Err == nil || r.Err.Code != sqlerr.SerializationFailure {
		t.Error(r.Err)
	}
}

// BenchmarkSmallInsert is what a small write costs to apply to a table that has some thousands of them.
func BenchmarkSmallInsert(b *testing.B) {
	c, _ := New().Apply(&Command{Ops: []Op{&Bootstrap{Cluster: Cluster{Slices: 4}}, movies("public")}})
	id := c.AllTables()[0].ID
	data := make([]byte, 200)
	for i := 0; b.Loop(); i++ {
		r := ref(i%5000, SliceID(i%4))
		r.Data = data
		txn := TxnID(i + 1)
		var res *Result
		if i >= 5000 {
			c, _ = c.Apply(&Command{Ops: []Op{&Delta{Table: id, Deletes: []RowSet{{r.Name, allRows}}}}})
		}
		c, res = c.Apply(&Command{Txn: txn, Settled: txn - min(txn, 8), Ops: []Op{&Delta{Table: id, Adds: []ObjectRef{r}}}})
		if res.Err != nil {
			b.Fatal(res.Err)
		}
	}
}

var allRows = rowsOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
