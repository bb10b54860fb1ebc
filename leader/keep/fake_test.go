package keep

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand"
	"slices"
	"sync"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/txn"
	"slipher/node/rms"
)

// fakeLog is a log of one replica.
type fakeLog struct {
	mu      sync.Mutex
	cat     *state.Catalog
	changed chan struct{}
	term    uint64
	next    state.TxnID
	open    map[state.TxnID]bool
	// lose: the reply to the next Replace is lost; with deposed another leader has taken over before
	// ("before") or after ("after") it counted.
	lose string
}

func (l *fakeLog) Catalog() *state.Catalog { l.mu.Lock(); defer l.mu.Unlock(); return l.cat }
func (l *fakeLog) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}
func (l *fakeLog) Term() uint64 { l.mu.Lock(); defer l.mu.Unlock(); return l.term }
func (l *fakeLog) End(id state.TxnID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open[id] {
		panic("BUG: an id is given back twice")
	}
	delete(l.open, id)
}

func (l *fakeLog) Begin(context.Context) (state.TxnID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.term == 0 {
		return 0, replica.ErrNotActive
	}
	l.next++
	l.put(&state.Command{Ops: []state.Op{&state.Allocate{What: state.AllocateTxn, Count: 1}}})
	l.open[l.next] = true
	return l.next, nil
}

func (l *fakeLog) put(cmd *state.Command) *state.Result {
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		panic(err)
	}
	if cmd, err = state.DecodeCommand(data); err != nil {
		panic(err)
	}
	next, res := l.cat.Apply(cmd)
	l.cat = next
	close(l.changed)
	l.changed = make(chan struct{})
	return res
}

func (l *fakeLog) Propose(_ context.Context, cmd *state.Command) (*state.Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.term == 0 {
		return nil, replica.ErrNotActive
	}
	lose := ""
	if l.lose != "" && len(cmd.Ops) > 0 {
		if _, ok := cmd.Ops[0].(*state.Replace); ok {
			lose, l.lose = l.lose, ""
		}
	}
	if lose == "before" {
		l.term = 0
		l.put(&state.Command{Ops: []state.Op{&state.OpenTerm{Term: l.cat.Term() + 1}}})
	}
	res := l.put(cmd)
	if lose == "after" {
		l.term = 0
		l.put(&state.Command{Ops: []state.Op{&state.OpenTerm{Term: l.cat.Term() + 1}}})
	}
	if lose != "" {
		return nil, replica.ErrOutcomeUnknown
	}
	if res.Err != nil {
		e := *res.Err
		return res, &e
	}
	return res, nil
}

// world is a cluster without nodes: objects are lists of numbers.
type world struct {
	t     *testing.T
	r     *rand.Rand
	log   *fakeLog
	txns  *txn.Manager
	store rms.Store
	k     *Keeper
	table state.TableID

	rows   map[string][]int64 // of objects, by name; never forgotten
	value  int64              // last one inserted
	want   map[int64]bool
	during func()       // called while a merge runs
	split  int          // rows an object of a merge has at most
	onRun  func() error // fails a merge after it has written
	merges []([]state.ObjectRef)
}

const slicesInWorld = 4

func newWorld(t *testing.T, seed int64) *world {
	store, err := rms.Open(fmt.Sprintf("mem://%p", &seed))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, r: rand.New(rand.NewSource(seed)), store: store, rows: map[string][]int64{}, want: map[int64]bool{},
		split: 1 << 30,
		log:   &fakeLog{cat: state.New(), changed: make(chan struct{}), term: 1, open: map[state.TxnID]bool{}}}
	w.log.put(&state.Command{Ops: []state.Op{&state.Bootstrap{Cluster: state.Cluster{ID: "c", Slices: slicesInWorld}},
		&state.OpenTerm{Term: 1}}})
	res := w.log.put(&state.Command{Ops: []state.Op{&state.CreateTable{Table: state.Table{Database: "dev",
		Schema: "public", Name: "t",
		Columns: []state.Column{{Name: "a", Type: types.TInt8, NotNull: true}}, SortStyle: state.SortCompound,
		SortKey: state.FirstKey(0)}}}})
	w.table = state.TableID(res.Ops[0].ID)
	w.begin()
	return w
}

// begin starts a keeper and a transaction manager for the log's term.
func (w *world) begin() {
	quiet := slog.New(slog.DiscardHandler)
	w.txns = txn.New(w.log, txn.Options{Log: quiet})
	w.k = New(Options{Log: w.log, Readers: w.txns, Store: w.store, Run: w.run, Slog: quiet,
		Policy: Policy{FlushCount: 4, Fan: 3, MaxRows: 400}})
	w.txns.SetRebase(w.k.Rebase)
	w.t.Cleanup(func() { must(w.t, w.k.Stop(context.Background())) })
}

// takeOver makes this leader active again, in a new term, with nothing remembered.
func (w *world) takeOver() {
	w.log.mu.Lock()
	w.log.term = w.log.cat.Term() + 1
	w.log.put(&state.Command{Ops: []state.Op{&state.OpenTerm{Term: w.log.term}}})
	clear(w.log.open)
	w.log.mu.Unlock()
	w.begin()
}

func (w *world) cur() *state.Table { return w.log.Catalog().TableByID(w.table) }

// run is a merge as nodes do it.
func (w *world) run(ctx context.Context, m *Merge) ([]state.ObjectRef, error) {
	if err := plan.Validate(m.Query); err != nil {
		w.t.Error(err)
	}
	type row struct{ value, from int64 }
	bySlice := map[state.SliceID][]row{}
	for i, o := range m.Table.Version.Objects.List() {
		if !o.Inline() {
			if _, err := w.store.Get(ctx, o.Name); err != nil {
				w.t.Errorf("a merge reads %s, which is gone", o.Name)
			}
		}
		dead := roaring.New()
		if len(o.Deleted) > 0 {
			dead.FromBuffer(o.Deleted)
		}
		for at, v := range w.rows[o.Name] {
			if !dead.Contains(uint32(at)) {
				bySlice[o.Slice] = append(bySlice[o.Slice], row{v, int64(i)<<32 | int64(at)})
			}
		}
	}
	var out []state.ObjectRef
	for s := range state.SliceID(slicesInWorld) {
		rows := bySlice[s]
		slices.SortFunc(rows, func(a, b row) int { return int(a.value - b.value) })
		for n := uint64(0); len(rows) > 0; n++ {
			part := rows[:min(len(rows), w.split)]
			rows = rows[len(part):]
			name := rms.Name(rms.Prefix(m.Table.ID, m.Term, m.Txn), s, n)
			var from []byte
			for _, r := range part {
				w.rows[name] = append(w.rows[name], r.value)
				from = binary.LittleEndian.AppendUint64(from, uint64(r.from))
			}
			w.put(name, nil)
			w.put(rms.RowsName(name), from)
			out = append(out, state.ObjectRef{Name: name, Slice: s, Rows: int64(len(part)), Bytes: 8 * int64(len(part))})
		}
	}
	if w.during != nil {
		w.during()
	}
	w.merges = append(w.merges, out)
	if w.onRun != nil {
		if err := w.onRun(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *world) put(name string, data []byte) {
	if err := w.store.Put(context.Background(), name, data); err != nil {
		w.t.Fatal(err)
	}
}

// insert commits an object of n rows.
func (w *world) insert(n int, inline bool) {
	x, err := w.txns.Begin(context.Background(), txn.Spec{})
	if err != nil {
		w.t.Fatal(err)
	}
	x.View()
	id, err := x.WriteID(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	ref := state.ObjectRef{Slice: state.SliceID(w.r.Intn(slicesInWorld)), Rows: int64(n), Bytes: int64(n)}
	ref.Name = rms.Name(rms.Prefix(w.table, w.log.Term(), uint64(id)), ref.Slice, 0)
	if inline {
		ref.Data = make([]byte, n)
	} else {
		w.put(ref.Name, nil)
	}
	for range n {
		w.value++
		w.rows[ref.Name] = append(w.rows[ref.Name], w.value)
	}
	if _, err := x.Do(context.Background(), &state.Delta{Table: w.table, Adds: []state.ObjectRef{ref}}); err != nil {
		w.t.Fatal(err)
	}
	if err := x.Commit(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	for _, v := range w.rows[ref.Name] {
		w.want[v] = true
	}
}

// deletion is a transaction that has deleted rows and is open.
type deletion struct {
	x      *txn.Txn
	values []int64
	base   *state.Table
}

// delete begins a transaction that deletes some of the rows it sees.
func (w *world) delete(share float64) *deletion {
	x, err := w.txns.Begin(context.Background(), txn.Spec{})
	if err != nil {
		w.t.Fatal(err)
	}
	d := &deletion{x: x, base: x.View().TableByID(w.table)}
	op := &state.Delta{Table: w.table}
	for _, o := range d.base.Version.Objects.List() {
		dead, rows := roaring.New(), roaring.New()
		if len(o.Deleted) > 0 {
			dead.FromBuffer(o.Deleted)
		}
		for at, v := range w.rows[o.Name] {
			if !dead.Contains(uint32(at)) && w.r.Float64() < share {
				rows.Add(uint32(at))
				d.values = append(d.values, v)
			}
		}
		if !rows.IsEmpty() {
			data, _ := rows.ToBytes()
			op.Deletes = append(op.Deletes, state.RowSet{Object: o.Name, Rows: data})
		}
	}
	if _, err := x.Do(context.Background(), op); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// commit commits a deletion: it must succeed unless somebody else has deleted one of the rows.
func (w *world) commit(d *deletion) {
	w.t.Helper()
	conflict := false
	for _, v := range d.values {
		conflict = conflict || !w.want[v]
	}
	err := d.x.Commit(context.Background())
	if (err != nil) != conflict {
		w.t.Fatalf("deletion of %v: %v, conflict %v", d.values, err, conflict)
	}
	if err == nil {
		for _, v := range d.values {
			delete(w.want, v)
		}
	}
}

// values are the live rows of a table version, each of which must be there once.
func (w *world) values(t *state.Table) map[int64]bool {
	w.t.Helper()
	out := map[int64]bool{}
	for _, o := range t.Version.Objects.All() {
		dead := roaring.New()
		if len(o.Deleted) > 0 {
			dead.FromBuffer(o.Deleted)
		}
		if int64(len(w.rows[o.Name])) != o.Rows {
			w.t.Fatalf("object %s has %d rows, not %d", o.Name, len(w.rows[o.Name]), o.Rows)
		}
		for at, v := range w.rows[o.Name] {
			if dead.Contains(uint32(at)) {
				continue
			}
			if out[v] {
				w.t.Fatalf("row %d is there twice", v)
			}
			out[v] = true
		}
	}
	return out
}

// check compares the table with what it should hold.
func (w *world) check() {
	w.t.Helper()
	got := w.values(w.cur())
	if int64(len(got)) != w.cur().Version.Rows || len(got) != len(w.want) {
		w.t.Fatalf("%d rows, table says %d, want %d", len(got), w.cur().Version.Rows, len(w.want))
	}
	for v := range w.want {
		if !got[v] {
			w.t.Fatalf("row %d is lost", v)
		}
	}
}

// stored is the store's content.
func (w *world) stored() map[string]bool {
	names, err := w.store.List(context.Background(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// present checks that all objects of a version are in storage.
func (w *world) present(t *state.Table, what string) {
	w.t.Helper()
	have := w.stored()
	for _, o := range t.Version.Objects.All() {
		if !o.Inline() && !have[o.Name] {
			w.t.Fatalf("%s: object %s is gone", what, o.Name)
		}
	}
}

var errBroken = errors.New("the node broke")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) String() string {
	out := ""
	for _, o := range w.cur().Version.Objects.All() {
		out += fmt.Sprintf("%s s%d %d/%d inline %v\n", o.Name, o.Slice, o.Live(), o.Rows, o.Inline())
	}
	return out
}
