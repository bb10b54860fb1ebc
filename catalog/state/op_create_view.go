package state

import (
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_create_view.go -o op_create_view_gen.go -io=false -tests=false
//msgp:ignore CreateView

// CreateView makes a view. An id of 0 is allocated.
type CreateView struct{ ViewBody }

// ViewBody is what the operations say that make views.
type ViewBody struct {
	View Table `msg:"view"` // whose View is set
}

var _ = register("mkview", facts[*CreateView]{
	creates: (*CreateView).creation,
	text:    func(o *CreateView) string { return fmt.Sprintf("%s %d", o.View.Name, o.View.ID) },
})

func (o *CreateView) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	t := o.View
	if err := c.room(&t); err != nil {
		return OpResult{}, err
	}
	if err := c.stands(&t); err != nil {
		return OpResult{}, err
	}
	return c.enter(&t, cmd)
}

// stands checks that what makes t a view is all there.
func (c *Catalog) stands(t *Table) *sqlerr.Error {
	if !t.IsView() {
		return sqlerr.New(sqlerr.InternalError, "view \"%s\" has no query", t.Name)
	}
	for i := range t.View.Uses {
		u := &t.View.Uses[i]
		used := c.TableByID(u.Table)
		if used == nil {
			return errNoTableID(u.Table)
		}
		if len(u.IDs) != len(u.Columns) || slices.Contains(used.Places(u.IDs), -1) {
			return errRedefined(used)
		}
	}
	return c.callsStand(t.View.Calls, nil)
}

func (o *CreateView) creation() Creation {
	t, certain := &o.View, *o
	return Creation{ID: uint32(t.ID), Table: t, Certain: &certain,
		Absent: Precondition{AbsentDatabase: t.Database, AbsentSchema: t.Schema, AbsentName: t.Name},
		With: func(id uint32) Op {
			own := *o
			own.View.ID = TableID(id)
			return &own
		}}
}
