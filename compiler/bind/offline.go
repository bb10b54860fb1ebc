package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
)

// Offline is a catalog made from DDL text alone: for compiling without a server
// and for tests. Tables live in one database; ids count from state.FirstUserOID
// in the order of creation.
type Offline struct {
	tables    map[string]*state.Table // by schema.name
	schemas   map[string]bool
	relations map[string]*Relation // by name, all in pg_catalog
	session   fn.Session
	nextID    state.TableID
}

// NewOffline returns a catalog with schema public and no tables.
func NewOffline(session fn.Session) *Offline {
	return &Offline{tables: map[string]*state.Table{}, schemas: map[string]bool{"public": true, "pg_catalog": true},
		relations: map[string]*Relation{}, session: session, nextID: state.FirstUserOID}
}

// Exec runs the CREATE TABLE and CREATE SCHEMA statements of ddl.
func (o *Offline) Exec(ddl string, fns *fn.Table) error {
	stmts, err := parse.Parse(ddl, parse.Options{})
	if err != nil {
		return err
	}
	for _, s := range stmts {
		switch x := s.Body.(type) {
		case *parse.CreateSchema:
			o.schemas[x.Name] = true
		case *parse.CreateTable:
			t, err := NewTable(s, x, o, fns)
			if err != nil {
				return err
			}
			if t.Schema == "" {
				t.Schema = "public"
			}
			key := t.Schema + "." + t.Name
			if o.tables[key] != nil {
				return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", t.Name)
			}
			t.ID = o.nextID
			o.nextID++
			t.Database = "dev"
			o.tables[key] = t
		default:
			return sqlerr.Unsupported("%s in a schema file", s.Body.Tag())
		}
	}
	return nil
}

// AddRelation adds a catalog relation.
func (o *Offline) AddRelation(r *Relation) { o.relations[r.Name] = r }

// Table finds a table; without a schema in public.
func (o *Offline) Table(_, schema, name string) (*state.Table, error) {
	if schema == "" {
		schema = "public"
	}
	if !o.schemas[schema] {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	return o.tables[schema+"."+name], nil
}

// Relation finds a catalog relation.
func (o *Offline) Relation(schema, name string) *Relation {
	if r := o.relations[name]; r != nil && (schema == "" || schema == r.Schema) {
		return r
	}
	return nil
}

// Session is the session given to NewOffline.
func (o *Offline) Session() fn.Session { return o.session }
