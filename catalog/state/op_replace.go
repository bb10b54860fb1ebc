package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_replace.go -o op_replace_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Replace puts new objects in the place of old ones that hold the same live
// rows: a merge, or a flush of small writes. It does not change the content. It is
// refused (40001) if an old object is gone or has other deleted rows than were
// read: then the proposer rebases the deletes and tries again.
type Replace struct {
	Table TableID       `msg:"table"`
	Def   uint64        `msg:"def,omitempty"`
	Old   replacedList  `msg:"old"`
	New   objectRefList `msg:"new"`
}

// Replaced is an object as a merge has read it.
type Replaced struct {
	Name string `msg:"name"`
	Dead int64  `msg:"dead,omitempty"`
}

var _ = register("replace", facts[*Replace]{
	table: func(o *Replace) TableID { return o.Table },
	text:  (*Replace).text,
})

func (o *Replace) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t, err := c.written(o.Table, o.Def)
	if err != nil {
		return OpResult{}, err
	}
	changed := *t
	v := &changed.Version
	v.Number++
	had := t.Version.Rows
	// Rows never leave their slice: what it lost it gets back.
	balance := map[SliceID]int64{}
	for _, old := range o.Old {
		r := v.Objects.Find(old.Name)
		if r == nil || r.Dead != old.Dead {
			return OpResult{}, errMoved(t, old.Name)
		}
		c.drop(v, r)
		v.Rows -= r.Live()
		balance[r.Slice] -= r.Live()
	}
	for i := range o.New {
		r := &o.New[i]
		if t.Version.Objects.Find(r.Name) != nil {
			return OpResult{}, sqlerr.New(sqlerr.InternalError,
				"object \"%s\" cannot replace objects of table \"%s\": the name is taken", r.Name, t.Name)
		}
		if err := c.add(&changed, r); err != nil {
			return OpResult{}, err
		}
		balance[r.Slice] += r.Live()
	}
	for i := range o.New {
		// Not one by one as in the loop above: a row may be anywhere in the new objects.
		if balance[o.New[i].Slice] != 0 {
			return OpResult{}, errUnbalanced(t, o.New[i].Slice)
		}
	}
	if v.Rows != had {
		return OpResult{}, errUnbalanced(t, 0)
	}
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{ID: int64(v.Number)}, nil
}

func (o *Replace) text() string {
	out := fmt.Sprint(o.Table)
	for _, d := range o.Old {
		out += " -" + d.Name
	}
	for _, a := range o.New {
		out += " +" + a.Name
	}
	return out
}

// errUnbalanced refuses a merge that would lose rows or make some up.
func errUnbalanced(t *Table, slice SliceID) *sqlerr.Error {
	return sqlerr.New(sqlerr.InternalError,
		"merged objects of table \"%s\" have not the rows of the ones they replace (slice %d)", t.Name, slice)
}

// errMoved refuses a merge of objects that have changed since they were read.
func errMoved(t *Table, object string) *sqlerr.Error {
	return sqlerr.New(sqlerr.SerializationFailure,
		"object \"%s\" of table \"%s\" has changed since it was read for a merge", object, t.Name)
}
