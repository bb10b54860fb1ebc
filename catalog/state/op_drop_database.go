package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_drop_database.go -o op_drop_database_gen.go -io=false -tests=false

// DropDatabase drops a database and everything in it.
type DropDatabase struct {
	Name string `msg:"name"`
}

var _ = register("rmdb", facts[*DropDatabase]{
	changes: func(o *DropDatabase, c *Catalog) []*Table { return c.Tables(o.Name) },
	text:    func(o *DropDatabase) string { return o.Name },
})

func (o *DropDatabase) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	d := c.Database(o.Name)
	if d == nil {
		return OpResult{}, ErrNoDatabase(o.Name)
	}
	if d.System || d.Template {
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse, "cannot drop a template database")
	}
	for _, t := range c.Tables(o.Name) {
		c.removeTable(t)
	}
	for _, f := range c.Functions(o.Name) {
		c.removeFunction(f)
	}
	for _, s := range c.Schemas(o.Name) {
		c.schemas = c.schemas.delete(path(o.Name, s.Name))
	}
	c.databases = c.databases.delete(o.Name)
	return OpResult{}, nil
}
