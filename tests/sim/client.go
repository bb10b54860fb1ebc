package sim

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/txn"
	"slipher/node/rms"
)

// client runs transactions, one after another, on whichever leader takes itself for the
// active one, until it has run enough of them.
func (s *Sim) client(no, count int) {
	var temp *temporary
	for i := range count {
		s.park(s.served, 0)
		n := s.active()
		if !temp.good(n) {
			temp.close()
			temp = &temporary{n, n.life, n.opened, n.txns.NewTemp("dev", int32(no)), content{}}
		}
		r := &record{sim: s, name: fmt.Sprintf("c%d.%d", no, i), outcome: running, serializable: s.rng.IntN(3) == 0,
			read: map[state.TableID]bool{}, wrote: map[string]bool{}, temp: temp}
		s.all = append(s.all, r)
		n.open[r] = true
		a := s.spawn(r.name, n, func() { r.run(n) })
		s.recs[a] = r
		s.park(func() bool { return a.done }, 0)
		if s.rng.IntN(4) == 0 {
			s.park(nil, time.Duration(s.rng.IntN(20)+1)*time.Millisecond)
		}
	}
	temp.close()
}

// temporary is a session's temporary tables. They end with the leader's process or term.
type temporary struct {
	n      *node
	life   int
	term   uint64
	tables *txn.Temp
	holds  content
}

func (p *temporary) good(n *node) bool {
	return p != nil && p.n == n && p.life == n.life && p.term == n.opened
}

// close ends a session. What its tables were made of is left to the collector.
func (p *temporary) close() {
	if p != nil && p.life == p.n.life {
		p.tables.Close()
	}
}

// served reports whether some leader takes clients.
func (s *Sim) served() bool {
	for _, n := range s.nodes {
		if n.alive && n.opened != 0 {
			return true
		}
	}
	return false
}

// active is a leader that takes itself for the active one, the right one more often than not.
func (s *Sim) active() *node {
	var all []*node
	for _, n := range s.nodes {
		if n.alive && n.opened != 0 {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if s.elected != nil && s.elected.alive && s.elected.opened != 0 && s.rng.IntN(8) > 0 {
		return s.elected
	}
	return all[s.rng.IntN(len(all))]
}

var ctx = context.Background()

// attempt is a transaction under way.
type attempt struct {
	*record
	n *node
	x *txn.Txn
	// points are savepoints, by their place in the transaction.
	points []savepoint
}

// savepoint is how much of a transaction there was.
type savepoint struct{ effects, locks int }

// errGiveUp ends a transaction by ROLLBACK.
var errGiveUp = errors.New("rolled back")

// run is a transaction from begin to end.
func (r *record) run(n *node) {
	s := r.sim
	defer delete(n.open, r)
	x, err := n.txns.Begin(ctx, txn.Spec{Serializable: r.serializable, PID: 1, Database: "dev", User: "dev",
		Temp: r.temp.tables})
	if err != nil {
		r.answered(refused, err)
		return
	}
	defer x.Rollback()
	a := &attempt{r, n, x, nil}
	r.term = x.Term()
	s.trace("%s begins at %s term %d serializable %v", r.name, n.id, r.term, r.serializable)
	s.pause()
	if s.rng.IntN(10) == 0 { // a statement that is run anew with a newer snapshot
		a.view()
		s.pause()
		x.LetGo()
		r.base = nil
	}
	for range 1 + s.rng.IntN(5) {
		if err = a.statement(); err != nil {
			break
		}
		s.pause()
	}
	if err == nil && s.rng.IntN(8) == 0 {
		err = errGiveUp
	}
	if err != nil {
		x.Rollback()
		s.expected(r, err)
		r.answered(refused, err)
		return
	}
	r.committing = true
	if r.base == nil {
		a.view()
	}
	err = x.Commit(ctx)
	switch {
	case err == nil:
		r.answered(acked, nil)
		if r.temp.holds, err = r.temp.holds.with(r.of(true)); err != nil {
			s.fail("%s: %v", r.name, err)
		}
	case sqlerr.From(err).Code == sqlerr.TransactionResolutionUnknown:
		r.answered(unsure, err)
	default:
		s.expected(r, err)
		a.kept(err)
		r.answered(refused, err)
	}
}

// kept fails the run if a commit was refused because of a table that was locked: what locks are for.
func (a *attempt) kept(err error) {
	e := sqlerr.From(err)
	n := a.n
	if e.Code != sqlerr.SerializationFailure || e.Message != "1023" || n != a.sim.elected || n.stale() ||
		n.opened != a.sim.term || a.term != a.sim.term {
		return
	}
	for id := range a.read {
		if a.serializable && !slices.Contains(a.locked, id) {
			return
		}
	}
	a.sim.fail("%s: %v, but every table it depends on was locked", a.name, err)
}

// expected fails the run if an error is not one that a client should ever see.
func (s *Sim) expected(r *record, err error) {
	if errors.Is(err, errGiveUp) || errors.Is(err, errStorage) || errors.Is(err, errLostObject) {
		return
	}
	switch code := sqlerr.From(err).Code; code {
	case sqlerr.SerializationFailure, sqlerr.CannotConnectNow, sqlerr.UndefinedTable, sqlerr.DuplicateTable,
		sqlerr.DeadlockDetected:
		return
	}
	if s.o.Mutation == None {
		s.fail("%s: unexpected error %v", r.name, err)
	}
}

// view is the transaction's catalog; the first call takes the snapshot.
func (a *attempt) view() *state.Catalog {
	v := a.x.View()
	if a.base == nil {
		a.base = v
		if _, ok := a.sim.versions[v.Version()]; !ok {
			a.sim.fail("%s reads version %d, which never was", a.name, v.Version())
		}
		if n := a.n; v.Version() < a.sim.told && n == a.sim.elected && !n.stale() && n.opened == a.sim.term {
			a.sim.fail("%s reads version %d, but %d was acknowledged before", a.name, v.Version(), a.sim.told)
		}
	}
	return v
}

// content is what the transaction must see: its snapshot and its own effects.
func (a *attempt) content() content {
	c, err := a.sim.versions[a.base.Version()].and(a.temp.holds).with(a.effects)
	if err != nil {
		a.sim.fail("%s: %v", a.name, err)
		return content{}
	}
	return c
}

// statement runs one statement.
func (a *attempt) statement() error {
	s := a.sim
	view := a.view()
	tables := view.AllTables()
	if len(tables) == 0 {
		return a.create()
	}
	t := tables[s.rng.IntN(len(tables))]
	k := s.rng.IntN(100)
	if (k < 60 || k >= 98) && s.rng.IntN(2) == 0 { // else Do holds it
		var err error
		if t, err = a.hold(t); t == nil || err != nil {
			return err
		}
	}
	mark, effects := a.x.Mark(), len(a.effects)
	var err error
	switch {
	case k < 30:
		err = a.insert(t)
	case k < 45:
		err = a.change(t, false)
	case k < 60:
		err = a.change(t, true)
	case k < 65:
		return a.lock(t)
	case k < 80:
		return a.scan(t, s.rng.IntN(4) > 0)
	case k < 83:
		err = a.do(effect{kind: 't', table: t.ID}, &state.Truncate{Table: t.ID, Def: t.Def})
	case k < 86:
		err = a.create()
	case k < 88:
		err = a.do(effect{kind: 'd', table: t.ID}, &state.DropTable{ID: t.ID})
	case k < 92:
		a.x.Savepoint(fmt.Sprint("s", len(a.points)))
		a.points = append(a.points, savepoint{len(a.effects), len(a.locked)})
	case k < 95 && len(a.points) > 0:
		i := s.rng.IntN(len(a.points))
		if err := a.x.RollbackTo(fmt.Sprint("s", i)); err != nil {
			return err
		}
		a.effects, a.locked, a.points = a.effects[:a.points[i].effects], a.locked[:a.points[i].locks], a.points[:i+1]
	case k < 97 && len(a.points) > 0:
		i := s.rng.IntN(len(a.points))
		if err := a.x.Release(fmt.Sprint("s", i)); err != nil {
			return err
		}
		a.points = a.points[:i]
	case k < 97:
		return a.lock(t)
	case k < 98:
		err = a.analyze(t)
	default:
		// A statement that has written and fails then: nothing of it stays.
		if err = a.insert(t); err == nil {
			a.x.Undo(mark)
			a.effects = a.effects[:effects]
		}
	}
	if err == nil && s.rng.IntN(3) == 0 {
		return a.scan(t, false)
	}
	return err
}

// hold is what a statement does first to the table that it changes: nil if that has gone meanwhile.
func (a *attempt) hold(t *state.Table) (*state.Table, error) {
	moved, err := a.x.Hold(ctx, t.ID)
	if moved {
		a.base = nil
	}
	return a.view().TableByID(t.ID), err
}

// lock is LOCK: nobody else changes the table until the end.
func (a *attempt) lock(t *state.Table) error {
	if t.Schema != "public" {
		return nil
	}
	var moved bool
	var err error
	if a.sim.o.Mutation == NoLocks {
		a.x.NoteRead(t.ID)
	} else {
		moved, err = a.x.Lock(ctx, t.ID)
	}
	if moved {
		a.base = nil
	}
	if a.view().TableByID(t.ID) != nil && err == nil {
		a.read[t.ID], a.locked = true, append(a.locked, t.ID)
	}
	return err
}

// do has an operation done and remembers what it means.
func (a *attempt) do(e effect, ops ...state.Op) error {
	out, err := a.x.Do(ctx, ops...)
	if err != nil {
		return err
	}
	if e.kind == 'c' {
		e.table = state.TableID(out[0].ID)
		if a.sim.tables[e.table] {
			a.sim.fail("table id %d is given twice", e.table)
		}
		a.sim.tables[e.table] = true
	}
	a.note(e)
	return nil
}

// note remembers an effect.
func (a *attempt) note(e effect) {
	if t := a.view().TableByID(e.table); t != nil && t.Schema != "public" {
		e.temp = true
	} else if _, ok := a.temp.holds[e.table]; ok {
		e.temp = true // dropped
	} else {
		for _, o := range a.effects {
			e.temp = e.temp || o.table == e.table && o.temp
		}
	}
	a.effects = append(a.effects, e)
}

func (a *attempt) create() error {
	s := a.sim
	t := tableNamed(fmt.Sprint("t", s.rng.IntN(4)))
	if s.rng.IntN(4) == 0 {
		t.Schema = a.temp.tables.Schema()
	}
	if a.view().Table("dev", t.Schema, t.Name) != nil {
		return nil
	}
	return a.do(effect{kind: 'c', temp: t.Schema != "public"},
		&state.CreateTable{Table: t, IfNotExists: s.rng.IntN(2) == 0})
}

func tableNamed(name string) state.Table {
	return state.Table{Database: "dev", Schema: "public", Name: name, Owner: "dev",
		Columns:   []state.Column{{Name: "a", Type: types.TInt8, NotNull: true, Identity: &state.Identity{Step: 1}}},
		SortStyle: state.SortCompound, SortKey: state.FirstKey(0)}
}

// object writes rows: into the command, or to storage.
func (a *attempt) object(t *state.Table, count int) (state.ObjectRef, []int64, error) {
	s := a.sim
	id, err := a.x.WriteID(ctx)
	if err != nil {
		return state.ObjectRef{}, nil, err
	}
	ref := state.ObjectRef{Slice: state.SliceID(s.rng.IntN(simSlices)), Rows: int64(count), Bytes: int64(8 * count)}
	ref.Name = rms.Name(rms.Prefix(t.ID, a.term, uint64(id)), ref.Slice, 0)
	if _, ok := s.rows[ref.Name]; ok {
		s.fail("the name %s is given twice", ref.Name)
	}
	var values []int64
	for range count {
		s.value++
		values = append(values, s.value)
	}
	s.rows[ref.Name] = values
	if s.rng.IntN(2) == 0 {
		ref.Data = make([]byte, 8*count)
		return ref, values, nil
	}
	a.wrote[ref.Name] = true
	return ref, values, s.store.Put(ctx, ref.Name, nil)
}

// analyze writes statistics, an object that is no rows.
func (a *attempt) analyze(t *state.Table) error {
	id, err := a.x.WriteID(ctx)
	if err != nil {
		return err
	}
	name := rms.Prefix(t.ID, a.term, uint64(id)) + ".stats"
	a.wrote[name] = true
	if err := a.sim.store.Put(ctx, name, nil); err != nil {
		return err
	}
	return a.do(effect{kind: 'a', table: t.ID}, &state.SetStats{Table: t.ID, Object: name})
}

func (a *attempt) insert(t *state.Table) error {
	count := 1 + a.sim.rng.IntN(4)
	first, err := a.n.txns.Reserve(ctx, t.ID, t.Columns[0].ID, int64(count))
	if err != nil {
		return err
	}
	ref, values, err := a.object(t, count)
	if err != nil {
		return err
	}
	return a.do(effect{kind: '+', table: t.ID, values: values, first: first},
		&state.Delta{Table: t.ID, Def: t.Def, Adds: []state.ObjectRef{ref}})
}

// change deletes some of the rows that the transaction sees; an update inserts as many.
func (a *attempt) change(t *state.Table, update bool) error {
	s := a.sim
	a.x.NoteRead(t.ID)
	a.read[t.ID] = true
	op := &state.Delta{Table: t.ID, Def: t.Def}
	var gone []int64
	share := []int{1, 2, 6}[s.rng.IntN(3)]
	for _, o := range t.Version.Objects.All() {
		if err := a.reachable(o); err != nil {
			return err
		}
		set := roaring.New()
		s.live(o, func(at uint32, v int64) {
			if s.rng.IntN(share) == 0 {
				set.Add(at)
				gone = append(gone, v)
			}
		})
		if !set.IsEmpty() {
			data, err := set.ToBytes()
			if err != nil {
				return err
			}
			op.Deletes = append(op.Deletes, state.RowSet{Object: o.Name, Rows: data})
		}
	}
	if len(gone) == 0 {
		return nil
	}
	s.pause()
	if update {
		ref, values, err := a.object(t, len(gone))
		if err != nil {
			return err
		}
		op.Adds = []state.ObjectRef{ref}
		defer func() { s.pause() }()
		if err := a.do(effect{kind: '-', table: t.ID, values: gone}, op); err != nil {
			return err
		}
		a.note(effect{kind: '+', table: t.ID, values: values, first: -1})
		return nil
	}
	return a.do(effect{kind: '-', table: t.ID, values: gone}, op)
}

// scan reads a table: it must hold what it should. noted says that the transaction depends on it.
func (a *attempt) scan(t *state.Table, noted bool) error {
	s := a.sim
	if noted {
		a.x.NoteRead(t.ID)
		a.read[t.ID] = true
	}
	t = a.view().TableByID(t.ID)
	want, ok := a.content()[idOf(t)]
	if (t != nil) != ok && t != nil {
		s.fail("%s sees table %s", a.name, t.Name)
	}
	if t == nil {
		return nil
	}
	for _, o := range t.Version.Objects.All() {
		if err := a.reachable(o); err != nil {
			return err
		}
	}
	s.same(a.name, t, want)
	return nil
}

func idOf(t *state.Table) state.TableID {
	if t == nil {
		return 0
	}
	return t.ID
}

// errLostObject: a leader that is not the active one any more reads what is collected.
var errLostObject = errors.New("an object has gone")

// reachable reads an object from storage.
func (a *attempt) reachable(o *state.ObjectRef) error {
	if o.Inline() {
		return nil
	}
	_, err := a.sim.store.Get(ctx, o.Name)
	if errors.Is(err, fs.ErrNotExist) {
		if n := a.n; n == a.sim.elected && !n.stale() && n.opened == a.sim.term && a.term == a.sim.term {
			a.sim.fail("%s reads %s, which is gone", a.name, o.Name)
		}
		return errLostObject
	}
	return err
}
