package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_create_database.go -o op_create_database_gen.go -io=false -tests=false

// CreateDatabase makes a database with its schema public. An id of 0 is allocated.
type CreateDatabase struct {
	Database Database `msg:"db"`
}

var _ = register("mkdb", facts[*CreateDatabase]{
	creates: (*CreateDatabase).creation,
	text:    func(o *CreateDatabase) string { return o.Database.Name },
})

func (o *CreateDatabase) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	d := o.Database
	if err := checkName(d.Name); err != nil {
		return OpResult{}, err
	}
	if c.Database(d.Name) != nil {
		return OpResult{}, errDatabaseExists(d.Name)
	}
	oid, err := c.takeOID(uint32(d.ID))
	if err != nil {
		return OpResult{}, err
	}
	d.ID = DatabaseID(oid)
	d.CreatedMicros = cmd.Micros
	c.addDatabase(&d)
	return OpResult{ID: int64(d.ID)}, nil
}

func (o *CreateDatabase) creation() Creation {
	return Creation{ID: uint32(o.Database.ID), Certain: o, Absent: Precondition{AbsentDatabase: o.Database.Name},
		With: func(id uint32) Op {
			own := *o
			own.Database.ID = DatabaseID(id)
			return &own
		}}
}

func (c *Catalog) addDatabase(d *Database) {
	c.databases = c.databases.set(d.Name, d)
	c.schemas = c.schemas.set(path(d.Name, "public"),
		&Schema{ID: PublicSchemaID, Database: d.Name, Name: "public", Owner: SystemUser})
}
