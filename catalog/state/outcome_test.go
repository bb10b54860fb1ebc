package state

import (
	"testing"

	"slipher/catalog/sqlerr"
)

// A leader that fell finds what became of its transactions, whatever later leaders settle.
func TestOutcomesOverTerms(t *testing.T) {
	c, _ := run(t, started(t), &OpenTerm{Term: 1})
	c, res := run(t, c, &Allocate{What: AllocateTxn, Count: 10})
	first := TxnID(res.Ops[0].ID)
	pin := []Op{&Pin{Version: 1}}
	c, _ = c.Apply(&Command{Txn: first, Term: 1, Ops: pin})
	c, _ = c.Apply(&Command{Txn: first + 1, Term: 1, Settled: first + 1, Ops: pin})
	if c.Outcome(first) != nil || c.Outcome(first+1) == nil {
		t.Fatal("settled wrongly")
	}
	if _, final := c.Resolve(first+2, 1); final {
		t.Error("nobody knows yet")
	}
	for term := uint64(2); term < 20; term++ {
		c, _ = run(t, c, &OpenTerm{Term: term})
		c, res = run(t, c, &Allocate{What: AllocateTxn, Count: 10})
		own := TxnID(res.Ops[0].ID)
		c, _ = c.Apply(&Command{Txn: own, Term: term, Settled: own, Ops: pin})
		c, _ = c.Apply(&Command{Txn: own + 1, Term: term, Settled: own + 1, Ops: pin})
		if c.Outcome(own) != nil || c.Outcome(own+1) == nil {
			t.Error("settled wrongly")
		}
		if r, final := c.Resolve(first+1, 1); r == nil || !final {
			t.Fatalf("term %d: the outcome is lost", term)
		}
		if r, final := c.Resolve(first+2, 1); r != nil || !final {
			t.Fatalf("term %d: what did not count never will", term)
		}
		late := &Command{Txn: first + 2, Term: 1, Ops: pin}
		next, r := c.Apply(late)
		if next != c || r.Err == nil || r.Err.Code != sqlerr.SerializationFailure {
			t.Fatalf("a command of a fallen leader: %v", r.Err)
		}
	}
	data := encode(t, c)
	again, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if r, final := again.Resolve(first+1, 1); r == nil || !final {
		t.Error("lost by a snapshot")
	}
	for term := uint64(20); term < 20+keepTerms; term++ {
		c, _ = run(t, c, &Allocate{What: AllocateTxn, Count: 1}, &OpenTerm{Term: term})
	}
	if r, final := c.Resolve(first+1, 1); r != nil || final || !c.Forgotten(first+1) {
		t.Error("kept for ever, or forgotten without a word")
	}
	if len(c.terms) > keepTerms {
		t.Error("terms pile up")
	}
}

// Ids asked for never collide with ids given.
func TestExplicitOIDs(t *testing.T) {
	c, res := run(t, started(t), &Allocate{What: AllocateOID, Count: 5})
	pool := TableID(res.Ops[0].ID)
	with := func(name string, id TableID) Op {
		return &CreateTable{Table: Table{ID: id, Database: "dev", Schema: "public", Name: name}}
	}
	c, res = run(t, c, with("a", pool+3), with("b", 0), with("c", pool))
	if TableID(res.Ops[0].ID) != pool+3 || TableID(res.Ops[1].ID) != pool+5 || TableID(res.Ops[2].ID) != pool {
		t.Errorf("%+v", res.Ops)
	}
	fails(t, c, sqlerr.InternalError, with("d", pool))
	fails(t, c, sqlerr.InternalError, with("d", 7))
	fails(t, c, sqlerr.ProgramLimitExceeded, with("d", 1<<31))
	c, _ = run(t, c, with("far", pool+100))
	_, res = run(t, c, with("next", 0))
	if TableID(res.Ops[0].ID) != pool+101 {
		t.Errorf("%+v", res.Ops)
	}
}

// Nodes drain, leaders register.
func TestDrainAndLeaders(t *testing.T) {
	c := started(t)
	reg := &RegisterNode{Node: Node{ID: "n1", Workers: 1}}
	c, _ = run(t, c, reg)
	fails(t, c, sqlerr.UndefinedObject, &DrainNode{ID: "n2", Drain: true})
	c, _ = run(t, c, &DrainNode{ID: "n1", Drain: true})
	c, _ = run(t, c, reg)
	if !c.Node("n1").Draining {
		t.Error("a node that registers again drains no more")
	}
	c, _ = run(t, c, &DrainNode{ID: "n1"})
	if c.Node("n1").Draining {
		t.Error("drains")
	}
	l := &RegisterLeader{Leader: Leader{ID: "l1", SQL: "a:1"}}
	c, _ = run(t, c, l)
	next, res := run(t, c, l)
	if !res.Ops[0].Skipped || next.Version() != c.Version() || c.Leader("l1").SQL != "a:1" || len(c.Leaders()) != 1 {
		t.Error("leader")
	}
	c, _ = run(t, c, &RemoveLeader{ID: "l1"})
	fails(t, c, sqlerr.UndefinedObject, &RemoveLeader{ID: "l1"})
}

// Temporary tables are in a session's overlay and nowhere else.
func TestOverlay(t *testing.T) {
	c, id := loaded(t)
	tab := *c.TableByID(id)
	tab.ID, tab.Schema = 999999, "pg_temp_7"
	o := c.WithSchema(&Schema{Database: "dev", Name: "pg_temp_7"}).WithTable(&tab)
	if o.Table("dev", "pg_temp_7", "movies") != &tab || c.TableByID(999999) != nil || o.Version() != c.Version() {
		t.Error("with")
	}
	o2, _ := run(t, o, &Delta{Table: 999999, Adds: []ObjectRef{ref(77, 0)}})
	if o2.TableByID(999999).Version.Rows != 40 || o2.WithoutTable(999999).Table("dev", "pg_temp_7", "movies") != nil {
		t.Error("without")
	}
	if len(garbageOf(o2.WithoutTable(999999))) != 0 {
		t.Error("garbage")
	}
}
