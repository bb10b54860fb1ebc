package state

import (
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
)

// A merge changes objects, not content.
func TestReplace(t *testing.T) {
	c, id := loaded(t)
	c, _ = run(t, c, del(id, "o1", 1, 2))
	before := c.TableByID(id).Version
	merge := func(rows int64, dead int64) Op {
		n := ref(8, 0)
		n.Rows = rows
		return &Replace{Table: id, Def: 1, Old: []Replaced{{"o1", dead}, {"o3", 0}}, New: []ObjectRef{n}}
	}
	after, _ := run(t, c, merge(18, 2))
	v := after.TableByID(id).Version
	if v.Rows != before.Rows || v.Content != before.Content || v.LastTxn != before.LastTxn || v.Number != before.Number+
		1 || v.Objects.Len() != 2 {
		t.Errorf("%+v after %+v", v, before)
	}
	if got := garbageOf(after); !slices.Equal(got, []string{"o1"}) {
		t.Errorf("garbage %v", got)
	}
	// A delete came first: the merge has to be told.
	later, _ := run(t, c, del(id, "o1", 3))
	fails(t, later, sqlerr.SerializationFailure, merge(18, 2))
	// The merge came first: the delete has to be told.
	fails(t, after, sqlerr.SerializationFailure, del(id, "o1", 3))
	// Rebased merges bring deleted rows along.
	n := ref(8, 0)
	n.Rows, n.Deleted, n.Dead = 18, rowsOf(5), 1
	rebased, _ := run(t, later, &Replace{Table: id, Old: []Replaced{{"o1", 3}, {"o3", 0}}, New: []ObjectRef{n}})
	if rebased.TableByID(id).Version.Rows != later.TableByID(id).Version.Rows {
		t.Error("rows")
	}
	// No rows are lost, made up, or moved to another slice.
	fails(t, c, sqlerr.InternalError, merge(17, 2))
	fails(t, c, sqlerr.InternalError, merge(19, 2))
	moved := merge(18, 2)
	moved.(*Replace).New[0].Slice = 1
	fails(t, c, sqlerr.InternalError, moved)
	fails(t, c, sqlerr.InternalError, &Replace{Table: id, Old: []Replaced{{"o2", 0}}, New: nil})
	same := merge(18, 2)
	same.(*Replace).New[0].Name = "o1"
	fails(t, c, sqlerr.InternalError, same)
	twice := merge(18, 2)
	twice.(*Replace).Old = append(twice.(*Replace).Old, Replaced{"o3", 0})
	fails(t, c, sqlerr.SerializationFailure, twice)
	wrong := merge(18, 2)
	wrong.(*Replace).New[0].Dead = 1
	fails(t, c, sqlerr.InternalError, wrong)
}

// Nobody who reads sees garbage; readers of older versions still have it.
func TestGarbageVersions(t *testing.T) {
	c, id := loaded(t)
	old := c
	c, _ = run(t, c, &Replace{Table: id, Old: []Replaced{{"o2", 0}}, New: []ObjectRef{ref(8, 1)}})
	for name, at := range c.Garbage() {
		if old.Version() >= at || c.Version() < at || old.TableByID(id).Version.Objects.Find(name) == nil {
			t.Errorf("%s at %d, versions %d and %d", name, at, old.Version(), c.Version())
		}
	}
	c, _ = run(t, c, &Pin{Version: 1 << 40})
	if c.Pinned() >= c.Version() {
		t.Error("pinned ahead of what is")
	}
	p := c.Pinned()
	c, _ = run(t, c, &Pin{Version: 1})
	if c.Pinned() != p {
		t.Error("the pin moved back")
	}
}
