package state

import (
	"slices"

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
	inside, functions := c.TablesIn(o.Database, o.Name), c.FunctionsIn(o.Database, o.Name)
	if len(inside)+len(functions) > 0 && !o.Cascade {
		return OpResult{}, errInUse("schema "+o.Name, slices.Concat(dependents("schema "+o.Name, inside),
			functionDependents("schema "+o.Name, functions)))
	}
	for _, t := range c.besides(o, inside) {
		c.removeTable(t)
	}
	for _, t := range inside {
		c.dropReferences(t)
		c.removeTable(t)
	}
	for _, f := range functions {
		c.removeFunction(f)
	}
	c.schemas = c.schemas.delete(path(o.Database, o.Name))
	return OpResult{}, nil
}

// besides are the views that go with the schema, but those that are inside.
func (c *Catalog) besides(o *DropSchema, inside []*Table) []*Table {
	out := c.Dependents(inside...)
	return append(out, c.Callers(c.FunctionsIn(o.Database, o.Name), slices.Concat(inside, out)...)...)
}

func (o *DropSchema) changes(c *Catalog) []*Table {
	inside := c.TablesIn(o.Database, o.Name)
	out := c.besides(o, inside)
	for _, t := range inside {
		out = append(append(out, t), c.References(t)...)
	}
	return out
}
