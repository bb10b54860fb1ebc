package ddl

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Database is CREATE DATABASE. Options are words as written, keyed by "owner",
// "encoding", "collate", "template", "isolation", "connection".
type Database struct {
	Name     string
	Position int
	Options  map[string]string
}

// maxDatabases is Redshift's limit for one cluster.
const maxDatabases = 60

// CreateDatabase plans CREATE DATABASE.
func CreateDatabase(s Scope, in Database) (*Plan, error) {
	p := &Plan{}
	d := state.Database{Name: p.cut(in.Name), Owner: s.User, ConnLimit: -1, Isolation: "snapshot"}
	for key, check := range databaseOptions {
		if value, ok := in.Options[key]; ok {
			if err := check(s, &d, value); err != nil {
				return nil, err
			}
		}
	}
	if s.Catalog.Database(d.Name) != nil {
		return nil, sqlerr.New(sqlerr.DuplicateDatabase, "database \"%s\" already exists", d.Name).At(in.Position)
	}
	if len(s.Catalog.Databases()) >= maxDatabases {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "a cluster has at most %d databases", maxDatabases)
	}
	p.add(&state.CreateDatabase{Database: d})
	return p, nil
}

// databaseOptions checks and applies each option of CREATE DATABASE; each sets
// its own field, so their order does not matter.
var databaseOptions = map[string]func(s Scope, d *state.Database, value string) error{
	"owner": func(s Scope, d *state.Database, v string) error {
		d.Owner = v
		return s.userExists(v)
	},
	"encoding": func(_ Scope, _ *state.Database, v string) error {
		switch strings.ToLower(v) {
		case "utf8", "utf-8", "unicode", "default", "6":
			return nil
		}
		return sqlerr.Unsupported("database encoding \"%s\"", v)
	},
	"template": func(s Scope, _ *state.Database, v string) error {
		switch strings.ToLower(v) {
		case "template0", "template1", "default":
			return nil
		}
		return sqlerr.Unsupported("template database \"%s\"", v)
	},
	"collate": func(_ Scope, d *state.Database, v string) error {
		switch strings.ToLower(v) {
		case "case_sensitive", "cs":
			return nil
		}
		return sqlerr.Unsupported("COLLATE %s", strings.ToUpper(v))
	},
	"isolation": func(_ Scope, d *state.Database, v string) error {
		v = strings.ToLower(v)
		if v != "snapshot" && v != "serializable" {
			return sqlerr.New(sqlerr.SyntaxError, "invalid isolation level \"%s\": use SERIALIZABLE or SNAPSHOT", v)
		}
		d.Isolation = v
		return nil
	},
	"connection": func(_ Scope, d *state.Database, v string) error {
		if strings.EqualFold(v, "unlimited") {
			return nil
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < -1 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid connection limit: %s", v)
		}
		d.ConnLimit = n
		return nil
	},
}

func (s Scope) userExists(name string) error {
	if s.Catalog.User(name) == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "user \"%s\" does not exist", name)
	}
	return nil
}

// DropDatabase plans DROP DATABASE.
func DropDatabase(s Scope, name string, position int) (*Plan, error) {
	d := s.Catalog.Database(name)
	switch {
	case d == nil:
		return nil, state.ErrNoDatabase(name).At(position)
	case name == s.Database:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "cannot drop the currently open database")
	case d.System || d.Template:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "cannot drop a template database")
	case s.Connections != nil && s.Connections(name) > 0:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "database \"%s\" is being accessed by other users", name)
	}
	p := &Plan{}
	p.add(&state.DropDatabase{Name: name})
	return p, nil
}

// Schema is CREATE SCHEMA.
type Schema struct {
	Name        string
	Position    int
	IfNotExists bool
	Owner       string // AUTHORIZATION, "" for the user
	QuotaMB     int64
}

// CreateSchema plans CREATE SCHEMA.
func CreateSchema(s Scope, in Schema) (*Plan, error) {
	p := &Plan{}
	c := state.Schema{Database: s.Database, Name: p.cut(in.Name), Owner: s.User, QuotaMB: in.QuotaMB}
	if in.Owner != "" {
		c.Owner = in.Owner
		if err := s.userExists(in.Owner); err != nil {
			return nil, err
		}
	}
	exists := s.Catalog.Schema(s.Database, c.Name) != nil
	switch {
	case exists && in.IfNotExists:
		p.notice(sqlerr.DuplicateSchema, "schema \"%s\" already exists, skipping", c.Name)
		return p, nil
	case exists:
		return nil, sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", c.Name).At(in.Position)
	case strings.HasPrefix(c.Name, "pg_"):
		return nil, sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", c.Name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.").At(in.Position)
	}
	p.add(&state.CreateSchema{Schema: c, IfNotExists: in.IfNotExists})
	return p, nil
}

// Drop is DROP SCHEMA or DROP TABLE.
type Drop struct {
	Names    []Name
	IfExists bool
	Cascade  bool
}

// DropSchema plans DROP SCHEMA; the schema's name is each Name's Name.
func DropSchema(s Scope, in Drop) (*Plan, error) {
	p := &Plan{}
	seen := map[string]bool{}
	for _, n := range in.Names {
		switch {
		case seen[n.Name]:
			continue
		case s.TempSchema != "" && n.Name == s.TempSchema:
			return nil, sqlerr.New(sqlerr.DependentObjects, "cannot drop schema %s because it is required by the database system", n.Name).At(n.Position)
		case s.Catalog.Schema(s.Database, n.Name) != nil:
			p.add(&state.DropSchema{Database: s.Database, Name: n.Name, Cascade: in.Cascade})
		case in.IfExists:
			p.notice(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist, skipping", n.Name)
		default:
			return nil, s.Catalog.NoSchema(s.Database, n.Name).At(n.Position)
		}
		seen[n.Name] = true
	}
	return p, nil
}

// DropTable plans DROP TABLE of one or more tables, all or none.
func DropTable(s Scope, in Drop) (*Plan, error) {
	p := &Plan{}
	var tables []*state.Table
	dropped := map[state.TableID]bool{}
	for _, n := range in.Names {
		if err := s.local(n); err != nil {
			return nil, err
		}
		t := s.find(n)
		switch {
		case t != nil:
			if !dropped[t.ID] {
				dropped[t.ID] = true
				tables = append(tables, t)
			}
		case state.IsSystemSchema(n.Schema) && !in.IfExists:
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", n.Name).At(n.Position)
		case in.IfExists:
			p.notice(sqlerr.UndefinedTable, "table \"%s\" does not exist, skipping", n.Name)
		default:
			return nil, sqlerr.New(sqlerr.UndefinedTable, "table \"%s\" does not exist", n).At(n.Position).WithHint("%s", s.near(n))
		}
	}
	for _, t := range tables {
		// Foreign keys between tables that go together hold nothing back.
		// Where there are none, those that others make meanwhile do.
		refs := s.Catalog.References(t)
		together := len(refs) > 0
		for _, other := range refs {
			together = together && dropped[other.ID]
		}
		p.add(&state.DropTable{ID: t.ID, Cascade: in.Cascade || together})
		p.Command.Pre = append(p.Command.Pre, state.Precondition{Table: t.ID})
	}
	return p, nil
}
