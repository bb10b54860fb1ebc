package leader

import (
	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/leader/session"
)

// view is what the binder sees: one session over one catalog version.
type view struct {
	cat       *state.Catalog
	ses       *session.Session
	relations func(schema, name string) *bind.Relation
	temp      string // schema of the session's temporary tables: looked into first
}

// Session answers leader-only functions.
func (v view) Session() fn.Session { return v.ses }

// Table finds a stored table by the rules of names.
func (v view) Table(database, schema, name string) (*state.Table, error) {
	db := database
	if db == "" {
		db = v.ses.CurrentDatabase()
	}
	if d := v.cat.Database(db); d == nil {
		return nil, state.ErrNoDatabase(db)
	} else if d.Name != v.ses.CurrentDatabase() && schema == "" {
		schema = "public"
	}
	if schema == "pg_temp" && v.temp != "" {
		schema = v.temp
	}
	if schema != "" {
		if v.cat.Schema(db, schema) == nil {
			return nil, v.cat.NoSchema(db, schema)
		}
		return v.cat.Table(db, schema, name), nil
	}
	for _, s := range v.path() {
		if t := v.cat.Table(db, s, name); t != nil {
			return t, nil
		}
	}
	return nil, nil
}

// Lookup finds a function that answers from the catalog: bind.Lookups.
func (v view) Lookup(name string) (*relations.Lookup, []relations.Answer) {
	l := relations.FindLookup(name)
	if l == nil {
		return nil, nil
	}
	return l, l.Answers(&relations.Env{Catalog: v.cat, Database: v.ses.CurrentDatabase(), User: v.ses.CurrentUser(),
		SearchPath: v.path()})
}

// path is the schemas in which names are looked for.
func (v view) path() []string { return withTemp(v.temp, v.ses.SearchPath()) }

// withTemp puts the schema of temporary tables in front of a search path.
func withTemp(temp string, path []string) []string {
	if temp == "" {
		return path
	}
	return append([]string{temp}, path...)
}

// Relation finds a relation whose rows the leader makes.
func (v view) Relation(schema, name string) *bind.Relation { return v.relations(schema, name) }

// target finds the table that a statement changes.
func (v view) target(database, schema, name string) (*state.Table, error) {
	t, err := v.Table(database, schema, name)
	if err != nil {
		return nil, err
	}
	if t == nil {
		if v.relations(schema, name) != nil {
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: %q is a system catalog", name)
		}
		return nil, state.ErrNoTable(name).WithHint("%s", v.NearTable(database, schema, name))
	}
	return t, nil
}

// NearTable hints at tables that a name could have been meant to be: bind.Nearby.
func (v view) NearTable(database, schema, name string) string {
	if database == "" {
		database = v.ses.CurrentDatabase()
	}
	return relations.NearTable(v.cat, database, v.path(), schema, name)
}
