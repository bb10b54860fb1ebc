package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_create_table.go -o op_create_table_gen.go -io=false -tests=false

// CreateTable makes an empty table. An id of 0 is allocated. Keys name columns by the ids that they get: the first
// ones.
type CreateTable struct {
	Table       Table `msg:"table"`
	IfNotExists bool  `msg:"ine,omitempty"`
}

var _ = register("mktable", facts[*CreateTable]{
	creates: (*CreateTable).creation,
	text:    func(o *CreateTable) string { return fmt.Sprintf("%s %d", o.Table.Name, o.Table.ID) },
})

func (o *CreateTable) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	t := o.Table
	t.View = nil
	if err := c.room(&t); err != nil {
		if o.IfNotExists && err.Code == sqlerr.DuplicateTable {
			return OpResult{Skipped: true}, nil
		}
		return OpResult{}, err
	}
	return c.enter(&t, cmd)
}

// room says why there can be no new table or view of t's name, nil if there can.
func (c *Catalog) room(t *Table) *sqlerr.Error {
	if err := checkName(t.Name); err != nil {
		return err
	}
	if c.Schema(t.Database, t.Schema) == nil {
		return ErrNoSchema(t.Schema)
	}
	if IsSystemSchema(t.Schema) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", t.Schema)
	}
	if c.Table(t.Database, t.Schema, t.Name) != nil {
		return errTableExists(t.Name)
	}
	return nil
}

// enter makes t, which it keeps, a new table or view: without rows, of a first definition.
func (c *Catalog) enter(t *Table, cmd *Command) (OpResult, *sqlerr.Error) {
	if t.ID != 0 && c.TableByID(t.ID) != nil {
		return OpResult{}, sqlerr.New(sqlerr.InternalError, "object id %d is taken", t.ID)
	}
	oid, err := c.takeOID(uint32(t.ID))
	if err != nil {
		return OpResult{}, err
	}
	t.ID = TableID(oid)
	t.Version = Version{Number: 1}
	t.Def = 1
	t.number()
	if !t.keysStand() {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTableDefinition,
			"a key of table \"%s\" names a column that it does not have", t.Name)
	}
	t.CreatedMicros = cmd.Micros
	c.tables = c.tables.set(t.ID, t)
	c.names = c.names.set(tablePath(t.Database, t.Schema, t.Name), t.ID)
	return OpResult{ID: int64(t.ID)}, nil
}

func (o *CreateTable) creation() Creation {
	t, certain := &o.Table, *o
	certain.IfNotExists = false
	return Creation{ID: uint32(t.ID), Table: t, Certain: &certain,
		Absent: Precondition{AbsentDatabase: t.Database, AbsentSchema: t.Schema, AbsentName: t.Name},
		With: func(id uint32) Op {
			own := *o
			own.Table.ID = TableID(id)
			return &own
		}}
}
