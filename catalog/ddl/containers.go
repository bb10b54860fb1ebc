package ddl

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
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

// CollateDatabase plans ALTER DATABASE … COLLATE, of a database that is empty: only then (Redshift guide, "ALTER
// DATABASE").
func CollateDatabase(s Scope, name, collation string, position int) (*Plan, error) {
	if s.Catalog.Database(name) == nil {
		return nil, state.ErrNoDatabase(name).At(position)
	}
	fold, _ := types.CollationOf(collation)
	p := &Plan{}
	p.add(&state.CollateDatabase{Name: name, CaseFold: fold})
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
		var ok bool
		if d.CaseFold, ok = types.CollationOf(strings.ToLower(v)); !ok {
			return sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" does not exist", v)
		}
		return nil
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
