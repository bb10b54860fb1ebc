package txn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

func code(err error) sqlerr.Code {
	if err == nil {
		return ""
	}
	return sqlerr.From(err).Code
}

// A transaction sees its snapshot and itself, the others see nothing until it
// commits, and then all of it: ids are the same before and after.
func TestView(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	a := begin(t, m, Spec{})
	id := do(t, a, create("t"))[0].ID
	own := a.View().Table("dev", "public", "t")
	do(t, a, add(own, "o1", 5))
	given(t, l, "u")
	if a.View().Table("dev", "public", "u") != nil {
		t.Error("a later table is seen")
	}
	if l.Catalog().Table("dev", "public", "t") != nil {
		t.Error("an uncommitted table is seen")
	}
	commit(t, a)
	got := l.Catalog().Table("dev", "public", "t")
	if got == nil || int64(got.ID) != id || got.Version.Rows != 5 || own.ID != got.ID {
		t.Fatalf("%+v", got)
	}
	if l.proposals != 1 {
		t.Errorf("%d proposals", l.proposals)
	}
}

// What changes nothing proposes nothing.
func TestNothing(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{Serializable: true})
	a.View()
	a.NoteRead(tab.ID)
	commit(t, a)
	b := begin(t, m, Spec{})
	do(t, b, add(tab, "o", 1))
	b.Rollback()
	c := begin(t, m, Spec{})
	if _, err := c.WriteID(context.Background()); err != nil {
		t.Fatal(err)
	}
	do(t, c, &state.CreateSchema{Schema: state.Schema{Database: "dev", Name: "public"}, IfNotExists: true})
	commit(t, c)
	if l.proposals != 0 || len(l.open) != 0 || len(m.open) != 0 || len(m.running) != 0 {
		t.Errorf("%d proposals, ids %v, %d open, running %v", l.proposals, l.open, len(m.open), m.running)
	}
}

// Savepoints nest, may share a name, survive being rolled back to, and undo
// definitions and rows alike.
func TestSavepoints(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{})
	a.Savepoint("s") // before the snapshot
	do(t, a, add(tab, "o1", 1))
	a.Savepoint("x")
	do(t, a, create("u"), add(tab, "o2", 2))
	a.Savepoint("x")
	do(t, a, add(tab, "o3", 4))
	rows := func(want int64) {
		t.Helper()
		if got := a.View().TableByID(tab.ID).Version.Rows; got != want {
			t.Fatalf("%d rows, want %d", got, want)
		}
	}
	rows(7)
	for range 2 {
		if err := a.RollbackTo("x"); err != nil {
			t.Fatal(err)
		}
		rows(3)
	}
	if err := a.Release("x"); err != nil {
		t.Fatal(err)
	}
	if err := a.RollbackTo("x"); err != nil { // the outer one
		t.Fatal(err)
	}
	rows(1)
	if a.View().Table("dev", "public", "u") != nil {
		t.Error("u is still there")
	}
	do(t, a, add(tab, "o4", 8))
	rows(9)
	if err := a.RollbackTo("none"); code(err) != "3B001" {
		t.Error(err)
	}
	if err := a.Release("s"); err != nil {
		t.Fatal(err)
	}
	if err := a.RollbackTo("x"); code(err) != "3B001" {
		t.Error("a savepoint outlives the release of one before it:", err)
	}
	commit(t, a)
	if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != 9 {
		t.Errorf("%d rows", got)
	}
}

// A statement that fails leaves nothing, also if some of its operations went well.
func TestStatementAtomic(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{})
	do(t, a, add(tab, "o1", 1))
	if _, err := a.Do(context.Background(), add(tab, "o2", 1), &state.DropTable{ID: 1}); err == nil {
		t.Fatal("no error")
	}
	mark := a.Mark()
	do(t, a, add(tab, "o3", 1))
	a.Undo(mark)
	commit(t, a)
	if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != 1 {
		t.Errorf("%d rows", got)
	}
}

// The snapshot is taken by the first statement that needs one.
func TestLazySnapshot(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	a := begin(t, m, Spec{})
	a.View()
	a.LetGo() // a statement on catalog relations
	given(t, l, "t")
	if a.View().Table("dev", "public", "t") == nil {
		t.Error("the snapshot is too old")
	}
	a.Keep()
	a.LetGo()
	given(t, l, "u")
	if a.View().Table("dev", "public", "u") != nil {
		t.Error("the snapshot has moved")
	}
}

// Adds commute; what both delete conflicts; reads count under SERIALIZABLE only.
func TestConflicts(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab, other := given(t, l, "t"), given(t, l, "u")
	l.apply(t, add(tab, "base", 10))
	del := func() state.Op {
		return &state.Delta{Table: tab.ID, Deletes: []state.RowSet{{Object: "base", Rows: rowSet(3)}}}
	}
	a, b := begin(t, m, Spec{}), begin(t, m, Spec{})
	do(t, a, add(tab, "a", 1))
	do(t, b, add(tab, "b", 1))
	commit(t, a)
	commit(t, b)
	a, b = begin(t, m, Spec{}), begin(t, m, Spec{})
	do(t, a, del())
	do(t, b, del())
	commit(t, a)
	if err := b.Commit(context.Background()); code(err) != sqlerr.SerializationFailure {
		t.Errorf("both delete a row: %v", err)
	}
	for _, c := range []struct {
		spec Spec
		want sqlerr.Code
	}{{Spec{}, ""}, {Spec{Serializable: true}, sqlerr.SerializationFailure}} {
		a, b = begin(t, m, c.spec), begin(t, m, c.spec)
		for _, x := range []*Txn{a, b} {
			x.NoteRead(tab.ID)
		}
		do(t, a, add(tab, "r"+string(c.want), 1))
		do(t, b, add(other, "r"+string(c.want), 1))
		commit(t, a)
		if err := b.Commit(context.Background()); code(err) != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// DDL that others' DDL has overtaken is refused: by name, or as a conflict that names the table.
func TestDefinitions(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	a, b := begin(t, m, Spec{}), begin(t, m, Spec{})
	do(t, a, create("t"))
	do(t, b, create("t"))
	commit(t, a)
	if err := b.Commit(context.Background()); code(err) != sqlerr.DuplicateTable {
		t.Error(err)
	}
	tab := l.Catalog().Table("dev", "public", "t")
	// Dropped and made again in one transaction: no precondition says that it is absent.
	a = begin(t, m, Spec{})
	do(t, a, &state.DropTable{ID: tab.ID}, create("t"))
	a.Require(state.Precondition{Table: tab.ID})
	b = begin(t, m, Spec{})
	do(t, b, add(tab, "o", 1))
	commit(t, a)
	err := b.Commit(context.Background())
	if code(err) != sqlerr.SerializationFailure || !strings.Contains(err.Error(), `"t"`) {
		t.Error(err)
	}
}

// READ ONLY refuses all but temporary tables.
func TestReadOnly(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	p := m.NewTemp("dev", 7)
	a := begin(t, m, Spec{ReadOnly: true, Temp: p})
	if _, err := a.Do(context.Background(), add(tab, "o", 1)); code(err) != "25006" {
		t.Error(err)
	}
	do(t, a, &state.CreateTable{Table: *table(p.Schema(), "x")})
	commit(t, a)
}

// An id that its transaction holds for long is given back, and the commit takes another.
func TestLongTransaction(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{})
	do(t, a, add(tab, "o", 1))
	old, err := a.XID(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	l.next += 2 * keepIDs
	b := begin(t, m, Spec{})
	do(t, b, add(tab, "p", 1))
	commit(t, b)
	if len(l.open) != 0 {
		t.Fatalf("ids %v are held", l.open)
	}
	if again, _ := a.XID(context.Background()); again != old {
		t.Errorf("the transaction is called %d, was %d", again, old)
	}
	commit(t, a)
	if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != 2 || len(l.open) != 0 {
		t.Errorf("%d rows, ids %v", got, l.open)
	}
}

// A commit that no log entry may hold is refused before it is proposed.
func TestTooLarge(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{})
	op := add(tab, "o", 1)
	op.(*state.Delta).Adds[0].Data = make([]byte, maxCommand)
	do(t, a, op)
	if a.Inline() != maxCommand {
		t.Errorf("%d bytes", a.Inline())
	}
	if err := a.Commit(context.Background()); code(err) != sqlerr.ProgramLimitExceeded || l.proposals != 0 {
		t.Error(err, l.proposals)
	}
}

// Open transactions and readers pin the versions they read, nothing else does.
func TestOldest(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	given(t, l, "t")
	a := begin(t, m, Spec{})
	first := a.View().Version()
	a.Keep()
	given(t, l, "u")
	_, release := m.Pin()
	second := l.Catalog().Version()
	given(t, l, "v")
	if m.Oldest() != first {
		t.Errorf("oldest %d, want %d", m.Oldest(), first)
	}
	commit(t, a)
	if m.Oldest() != second {
		t.Errorf("oldest %d, want %d", m.Oldest(), second)
	}
	release()
	if got := m.Oldest(); got != l.Catalog().Version() {
		t.Errorf("oldest %d", got)
	}
}

// Rebased deletes are committed without the client hearing of the merge; a real conflict is not tried for ever.
func TestRebase(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	l.apply(t, add(tab, "old", 10))
	m.SetRebase(func(_ context.Context, cat *state.Catalog, ops []state.Op) ([]state.Op, error) {
		if cat.TableByID(tab.ID).Version.Objects.Find("old") != nil {
			return ops, nil
		}
		return []state.Op{&state.Delta{Table: tab.ID, Deletes: []state.RowSet{{Object: "new", Rows: rowSet(2)}}}}, nil
	})
	del := &state.Delta{Table: tab.ID, Deletes: []state.RowSet{{Object: "old", Rows: rowSet(3)}}}
	a, b := begin(t, m, Spec{}), begin(t, m, Spec{})
	do(t, a, del)
	do(t, b, del)
	replace := &state.Replace{Table: tab.ID, Old: []state.Replaced{{Name: "old"}},
		New: []state.ObjectRef{{Name: "new", Rows: 10, Bytes: 1}}}
	// The merge slips in between the rebase and the proposal.
	slip := true
	inner := m.rebase
	m.SetRebase(func(ctx context.Context, cat *state.Catalog, ops []state.Op) ([]state.Op, error) {
		out, err := inner(ctx, cat, ops)
		if slip {
			slip = false
			l.apply(t, replace)
		}
		return out, err
	})
	commit(t, a)
	if l.proposals != 2 {
		t.Errorf("%d proposals", l.proposals)
	}
	if err := b.Commit(context.Background()); code(err) != sqlerr.SerializationFailure {
		t.Error(err)
	}
	if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != 9 || len(l.open) != 0 {
		t.Errorf("%d rows, ids %v", got, l.open)
	}
}

// Replies get lost and leaders fall: Commit tells the truth or says that it does not know.
func TestLostReplies(t *testing.T) {
	for _, c := range []struct {
		name, lose string
		depose     bool // another leader opens its term after the first proposal
		rows       int64
		want       error
	}{
		{"lost, counts", "k", false, 1, nil},
		{"lost three times, counts once", "kkk", false, 1, nil},
		{"lost before it counted", "lll", false, 1, nil},
		{"deposed before", "d", false, 0, errDeposed},
		{"deposed, counted", "k", true, 1, nil},
		{"deposed, did not count", "l", true, 0, errDeposed},
		{"alone, nobody knows", "ld", false, 0, ErrUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLog(t)
			m := manager(l)
			tab := given(t, l, "t")
			a := begin(t, m, Spec{})
			id, err := a.WriteID(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			do(t, a, add(tab, "o", 1))
			l.lose = c.lose
			if c.depose {
				l.after = func() {
					l.after = nil
					l.depose(t)
				}
			}
			if err := a.Commit(context.Background()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != c.rows || len(l.open) != 0 {
				t.Errorf("%d rows, ids %v", got, l.open)
			}
			if m.Running(id) != (c.want == ErrUnknown) { // it may count: its objects are no orphans
				t.Errorf("its objects are held: %v", m.Running(id))
			}
		})
	}
}

// A commit whose outcome nobody knows keeps neither a server that ends, which gives its sessions
// five seconds to say so, nor lets a client's cancel hide what became of it.
func TestLostReplyAtTheEnd(t *testing.T) {
	for _, c := range []struct {
		why   error
		least time.Duration
		most  time.Duration
	}{
		{sqlerr.New(sqlerr.AdminShutdown, "stopping"), time.Second, 4 * time.Second},
		{sqlerr.New(sqlerr.QueryCanceled, "cancelled"), commitPatience, 2 * commitPatience},
	} {
		l := newLog(t)
		m := manager(l)
		tab := given(t, l, "t")
		a := begin(t, m, Spec{})
		do(t, a, add(tab, "o", 1))
		l.lose = "ld"
		began := m.o.Now()
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(c.why)
		if err := a.Commit(ctx); !errors.Is(err, ErrUnknown) {
			t.Errorf("%v: %v", c.why, err)
		}
		if d := m.o.Now().Sub(began); d < c.least || d > c.most {
			t.Errorf("%v: %v", c.why, d)
		}
	}
}

// A transaction begun before its leader fell cannot commit after the same leader has come back.
func TestFence(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{})
	do(t, a, add(tab, "o", 1))
	l.depose(t)
	if _, err := m.Begin(context.Background(), Spec{}); code(err) != sqlerr.CannotConnectNow {
		t.Error(err)
	}
	l.apply(t, &state.OpenTerm{Term: 3})
	l.term = 3
	if err := a.Commit(context.Background()); code(err) != sqlerr.SerializationFailure {
		t.Error(err)
	}
	if got := l.Catalog().TableByID(tab.ID).Version.Rows; got != 0 {
		t.Errorf("%d rows", got)
	}
}

// A savepoint made on a snapshot that is then let go does not bring that snapshot back: it is pinned no more,
// and the commit's conditions are those of the one taken since.
func TestSavepointOfLostSnapshot(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	a := begin(t, m, Spec{Serializable: true})
	a.View() // as EXECUTE does whose arguments fail
	a.Savepoint("s")
	a.LetGo()
	l.apply(t, add(tab, "o1", 1))
	a.NoteRead(tab.ID)
	if err := a.RollbackTo("s"); err != nil {
		t.Fatal(err)
	}
	if got := a.View().TableByID(tab.ID).Version.Rows; got != 1 || a.View().Version() != m.Oldest() {
		t.Errorf("%d rows of version %d, pinned is %d", got, a.View().Version(), m.Oldest())
	}
	a.Rollback()
}

// What shall follow the commit follows it, in order, and only if it was not undone.
func TestThen(t *testing.T) {
	l := newLog(t)
	m := manager(l)
	tab := given(t, l, "t")
	var did []string
	say := func(s string) func() { return func() { did = append(did, s) } }
	a := begin(t, m, Spec{})
	do(t, a, add(tab, "o", 1))
	a.Then(say("a"))
	a.Savepoint("s")
	a.Then(say("b"))
	if err := a.RollbackTo("s"); err != nil {
		t.Fatal(err)
	}
	a.Then(say("c"))
	mark := a.Mark()
	a.Then(say("d"))
	a.Undo(mark)
	if len(did) > 0 {
		t.Errorf("%q before the commit", did)
	}
	commit(t, a)
	b := begin(t, m, Spec{})
	b.Then(say("rolled back"))
	b.Rollback()
	c := begin(t, m, Spec{})
	do(t, c, add(tab, "p", 1))
	c.Then(say("lost"))
	l.lose = "d"
	if err := c.Commit(context.Background()); err == nil {
		t.Error("a deposed leader has committed")
	}
	if got := fmt.Sprint(did); got != "[a c]" {
		t.Errorf("did %s", got)
	}
}
