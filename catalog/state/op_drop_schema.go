package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_drop_schema.go -o op_drop_schema_gen.go -io=false -tests=false

// DropSchema drops a schema, which must be empty unless Cascade.
type DropSchema struct {
	Database string `msg:"db"`
	Name     string `msg:"name"`
	Cascade  bool   `msg:"cascade,omitempty"`
}

var _ = register("rmschema", facts[*DropSchema]{
	changes: (*DropSchema).changes,
	text:    func(o *DropSchema) string { return o.Name },
})

func (o *DropSchema) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Schema(o.Database, o.Name) == nil {
		return OpResult{}, ErrNoSchema(o.Name)
	}
	if IsSystemSchema(o.Name) {
		return OpResult{}, sqlerr.New(sqlerr.DependentObjects,
			"cannot drop schema %s because it is required by the database system", o.Name)
	}
	inside := c.TablesIn(o.Database, o.Name)
	if len(inside) > 0 && !o.Cascade {
		return OpResult{}, errDependents("schema "+o.Name, inside)
	}
	for _, t := range c.Dependents(inside...) {
		c.removeTable(t)
	}
	for _, t := range inside {
		c.dropReferences(t)
		c.removeTable(t)
	}
	c.schemas = c.schemas.delete(path(o.Database, o.Name))
	return OpResult{}, nil
}

func (o *DropSchema) changes(c *Catalog) []*Table {
	inside := c.TablesIn(o.Database, o.Name)
	out := c.Dependents(inside...)
	for _, t := range inside {
		out = append(append(out, t), c.References(t)...)
	}
	return out
}
