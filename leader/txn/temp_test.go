package txn

import (
	"context"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/state"
)

func rowSet(rows ...uint32) []byte {
	b, err := roaring.BitmapOf(rows...).ToBytes()
	if err != nil {
		panic(err)
	}
	return b
}

// Temporary tables are their session's, go through transactions like others, and
// end with the session; no log hears of them.
func TestTemp(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	given(t, l, "x")
	p, other := m.NewTemp("dev", 7), m.NewTemp("dev", 8)
	find := func(x *Txn) *state.Table { return x.View().Table("dev", "pg_temp_7", "x") }
	a := begin(t, m, Spec{Temp: p})
	do(t, a, &state.CreateTable{Table: *table(p.Schema(), "x")})
	do(t, a, add(find(a), "o1", 3))
	if got := m.TempObjects(); len(got) != 0 {
		t.Errorf("before the commit: %v", got)
	}
	commit(t, a)
	if l.proposals != 0 {
		t.Errorf("%d proposals", l.proposals)
	}
	b := begin(t, m, Spec{Temp: p})
	if x := find(b); x == nil || x.Version.Rows != 3 {
		t.Fatalf("%+v", x)
	}
	if s := b.View().Schema("dev", "pg_temp_7"); s == nil || s.ID == 0 {
		t.Errorf("schema %+v", s)
	}
	if find(begin(t, m, Spec{Temp: other})) != nil || find(begin(t, m, Spec{})) != nil {
		t.Error("another session sees the table")
	}
	b.Savepoint("s")
	do(t, b, &state.Truncate{Table: find(b).ID}, add(find(b), "o2", 1))
	if got := find(b).Version.Rows; got != 1 {
		t.Errorf("%d rows", got)
	}
	if err := b.RollbackTo("s"); err != nil {
		t.Fatal(err)
	}
	do(t, b, add(find(b), "o3", 2), &state.SetStats{Table: find(b).ID, Object: "st"})
	commit(t, b)
	if got := m.TempObjects(); len(got) != 3 || !got["o1"] || !got["o3"] || !got["st"] {
		t.Error(got)
	}
	c := begin(t, m, Spec{Temp: p})
	do(t, c, &state.DropTable{ID: find(c).ID})
	c.Rollback()
	gone := p.Close()
	slices.Sort(gone)
	if !slices.Equal(gone, []string{"o1", "o3", "st"}) || len(m.TempObjects()) != 0 {
		t.Error(gone, m.TempObjects())
	}
}

// Ordinals of identity columns: the log's for tables that it has, otherwise the transaction's or the session's own.
func TestReserve(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	p := m.NewTemp("dev", 7)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{Temp: p})
	fresh := state.TableID(do(t, a, create("u"))[0].ID)
	temp := state.TableID(do(t, a, &state.CreateTable{Table: *table(p.Schema(), "x")})[0].ID)
	for _, id := range []state.TableID{tab.ID, fresh, temp} {
		for _, want := range []int64{0, 10} {
			if got, err := m.Reserve(context.Background(), id, 2, 10); err != nil || got != want {
				t.Errorf("table %d: %d, %v; want %d", id, got, err, want)
			}
		}
	}
	commit(t, a)
	for _, id := range []state.TableID{tab.ID, fresh} {
		if got, err := m.Reserve(context.Background(), id, 2, 1); err != nil || got != 20 {
			t.Errorf("table %d: %d, %v", id, got, err)
		}
	}
	b := begin(t, m, Spec{Temp: p})
	b.View()
	if got, err := m.Reserve(context.Background(), temp, 2, 1); err != nil || got != 20 {
		t.Errorf("temporary: %d, %v", got, err)
	}
}
