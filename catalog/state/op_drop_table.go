package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_drop_table.go -o op_drop_table_gen.go -io=false -tests=false

// DropTable drops a table or view. Foreign keys of other tables, and views over it, go with it if Cascade.
type DropTable struct {
	ID      TableID `msg:"id"`
	Cascade bool    `msg:"cascade,omitempty"`
}

var _ = register("rmtable", facts[*DropTable]{
	table:   func(o *DropTable) TableID { return o.ID },
	use:     Defines,
	changes: (*DropTable).changes,
	text:    func(o *DropTable) string { return fmt.Sprint(o.ID) },
})

func (o *DropTable) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.ID)
	if t == nil {
		return OpResult{}, errNoTableID(o.ID)
	}
	refs, views := c.References(t), c.dependencies(t)
	if len(refs)+len(views) > 0 && !o.Cascade {
		return OpResult{}, errReferenced(t, refs, views)
	}
	c.dropReferences(t)
	for _, d := range views {
		c.removeTable(d.view)
	}
	c.removeTable(t)
	return OpResult{}, nil
}

// changes: foreign keys of other tables and views go with it.
func (o *DropTable) changes(c *Catalog) []*Table {
	t := c.TableByID(o.ID)
	if t == nil {
		return nil
	}
	return append(append([]*Table{t}, c.References(t)...), c.Dependents(t)...)
}

// removeTable takes t out; its objects in managed storage are garbage then.
func (c *Catalog) removeTable(t *Table) {
	c.discardObjects(&t.Version)
	c.discard(t.Version.Stats)
	c.tables = c.tables.delete(t.ID)
	c.names = c.names.delete(tablePath(t.Database, t.Schema, t.Name))
	for i := range t.Columns {
		if t.Columns[i].Identity != nil {
			c.identity = c.identity.delete(identityOf(t.ID, t.Columns[i].ID))
		}
	}
}
