package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_create_schema.go -o op_create_schema_gen.go -io=false -tests=false

// CreateSchema makes a schema. An id of 0 is allocated.
type CreateSchema struct {
	Schema      Schema `msg:"schema"`
	IfNotExists bool   `msg:"ine,omitempty"`
}

var _ = register("mkschema", facts[*CreateSchema]{
	creates: (*CreateSchema).creation,
	text:    func(o *CreateSchema) string { return o.Schema.Name },
})

func (o *CreateSchema) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	s := o.Schema
	if err := checkName(s.Name); err != nil {
		return OpResult{}, err
	}
	if c.Database(s.Database) == nil {
		return OpResult{}, ErrNoDatabase(s.Database)
	}
	if c.Schema(s.Database, s.Name) != nil {
		if o.IfNotExists {
			return OpResult{Skipped: true}, nil
		}
		return OpResult{}, errSchemaExists(s.Name)
	}
	oid, err := c.takeOID(uint32(s.ID))
	if err != nil {
		return OpResult{}, err
	}
	s.ID = SchemaID(oid)
	c.schemas = c.schemas.set(path(s.Database, s.Name), &s)
	return OpResult{ID: int64(s.ID)}, nil
}

func (o *CreateSchema) creation() Creation {
	s, certain := &o.Schema, *o
	certain.IfNotExists = false
	return Creation{ID: uint32(s.ID), Certain: &certain,
		Absent: Precondition{AbsentDatabase: s.Database, AbsentSchema: s.Name},
		With: func(id uint32) Op {
			own := *o
			own.Schema.ID = SchemaID(id)
			return &own
		}}
}
