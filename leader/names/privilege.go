package names

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Privilege is what a user may be allowed to do with an object.
type Privilege uint8

const (
	Select     Privilege = iota + 1
	Insert               // rows
	Update               // rows
	Delete               // rows
	References           // in foreign keys
	Create               // objects in a schema, schemas in a database
	Temporary            // temporary tables in a database
	Ownership            // what its owner alone may: to drop, to truncate, to vacuum
	CreateDB             // databases: an attribute of users
	Superuser            // what superusers alone may
)

// Object is what a privilege is about.
type Object struct {
	Kind, Name string // as messages call it: relation, schema, database, function
	Owner      string // "": nobody's
}

// Relation is a table as an object.
func Relation(t *state.Table) Object { return Object{"relation", t.Name, t.Owner} }

// Schema is a schema as an object.
func Schema(s *state.Schema) Object { return Object{"schema", s.Name, s.Owner} }

// Database is a database as an object.
func Database(d *state.Database) Object { return Object{"database", d.Name, d.Owner} }

// Function is a function as an object.
func Function(f *state.Function) Object { return Object{"function", f.Name, f.Owner} }

// Request is a privilege that a statement asks for.
type Request struct {
	Privilege Privilege
	On        Object
}

// May says whether the session's user has what is asked for: nil or an error (42501).
func (v View) May(asked ...Request) error { return may(v.Cat.User(v.Ses.CurrentUser()), asked) }

// may is the only place that knows who has which privilege: superusers all, owners all on what is theirs, everybody
// what PUBLIC has from the start. nil is a user who is no more.
func may(u *state.User, asked []Request) error {
	for _, r := range asked {
		switch {
		case u == nil:
			return r.denied()
		case u.Superuser, r.Privilege == CreateDB && u.CreateDB, r.On.Owner == u.Name, r.public():
		default:
			return r.denied()
		}
	}
	return nil
}

// public: PUBLIC has it, as Redshift's databases begin.
func (r Request) public() bool {
	return r.Privilege == Temporary || r.Privilege == Create && r.On.Kind == "schema" && r.On.Name == "public"
}

func (r Request) denied() error {
	switch r.Privilege {
	case Ownership:
		return sqlerr.New(sqlerr.InsufficientPrivilege, "must be owner of %s %s", r.On.Kind, r.On.Name)
	case CreateDB:
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied to create database")
	}
	return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for %s %s", r.On.Kind, r.On.Name)
}
