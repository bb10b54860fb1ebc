package names

import (
	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Session is whose names they are.
type Session interface {
	fn.Session
	// TempSchema is the schema of the session's temporary tables: looked into first. "": none.
	TempSchema() string
}

// View is what the binder sees: one session over one catalog version.
type View struct {
	Cat *state.Catalog
	Ses Session
}

// Session answers leader-only functions.
func (v View) Session() fn.Session { return v.Ses }

// Table finds a stored table or view that a query reads, if the user may read it: bind.Catalog.
func (v View) Table(database, schema, name string) (*state.Table, error) {
	t, err := v.Find(database, schema, name)
	if err != nil || t == nil {
		return nil, err
	}
	return t, v.May(Request{Select, Relation(t)})
}

// Find finds a stored table or view by the rules of names, nil if there is none. What a statement asks for on tables
// that it changes its row says (statement.Row.Asks), and is asked before it runs.
func (v View) Find(database, schema, name string) (*state.Table, error) {
	db := database
	if db == "" {
		db = v.Ses.CurrentDatabase()
	}
	if d := v.Cat.Database(db); d == nil {
		return nil, state.ErrNoDatabase(db)
	} else if d.Name != v.Ses.CurrentDatabase() && schema == "" {
		schema = "public"
	}
	if temp := v.Ses.TempSchema(); schema == "pg_temp" && temp != "" {
		schema = temp
	}
	if schema != "" {
		if v.Cat.Schema(db, schema) == nil {
			return nil, v.Cat.NoSchema(db, schema)
		}
		return v.Cat.Table(db, schema, name), nil
	}
	for _, s := range v.path() {
		if t := v.Cat.Table(db, s, name); t != nil {
			return t, nil
		}
	}
	return nil, nil
}

// Lookup is the answers of a function that has them from the catalog: bind.Lookups.
func (v View) Lookup(fns *fn.Table, name string) []relations.Answer {
	return v.lookup(fns, name, v.path())
}

func (v View) lookup(fns *fn.Table, name string, path []string) []relations.Answer {
	env := v.env(path)
	env.Functions = fns
	return relations.Answers(env, name)
}

func (v View) env(path []string) *relations.Env {
	return &relations.Env{Catalog: v.Cat, Database: v.Ses.CurrentDatabase(), User: v.Ses.CurrentUser(), SearchPath: path}
}

// RegOID reads an oid that is written as a name: bind.Lookups.
func (v View) RegOID(typ, text string) (uint32, error) {
	return relations.RegOID(v.env(v.path()), typ, text)
}

// RegNames are the names that are written for oids: bind.Lookups.
func (v View) RegNames(typ string) []relations.Answer {
	return relations.RegNames(v.env(v.path()), typ)
}

// path is the schemas in which names are looked for.
func (v View) path() []string { return Path(v.Ses) }

// Path is a session's search path, with the schema of its temporary tables in front.
func Path(s Session) []string {
	temp, path := s.TempSchema(), s.SearchPath()
	if temp == "" {
		return path
	}
	return append([]string{temp}, path...)
}

// Within is what the names in a view's query mean: bind.Catalog.
func (v View) Within(view *state.Table) bind.Catalog { return within{v, view} }

// Relation finds a relation whose rows the leader makes.
func (v View) Relation(schema, name string) *bind.Relation { return relationOf(schema, name) }

// Target finds the table that a statement changes, or says that there is none.
func (v View) Target(q parse.QName) (*state.Table, error) {
	t, err := v.Find(q.Database, q.Schema, q.Name)
	if err != nil {
		return nil, err
	}
	if t == nil {
		if relationOf(q.Schema, q.Name) != nil {
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: %q is a system catalog", q.Name)
		}
		return nil, state.ErrNoTable(q.Name).WithHint("%s", v.NearTable(q.Database, q.Schema, q.Name))
	}
	if t.IsView() {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", t.Name)
	}
	return t, nil
}

// Stored finds a stored table, nil if the name means none, a view, or a relation of the catalog.
func (v View) Stored(q parse.QName) *state.Table {
	if q.Database == "" && relationOf(q.Schema, q.Name) != nil {
		return nil
	}
	t, err := v.Find(q.Database, q.Schema, q.Name)
	if err != nil || t != nil && t.IsView() {
		return nil
	}
	return t
}

// NearTable hints at tables that a name could have been meant to be: bind.Nearby.
func (v View) NearTable(database, schema, name string) string {
	if database == "" {
		database = v.Ses.CurrentDatabase()
	}
	return relations.NearTable(v.Cat, database, v.path(), schema, name)
}

// relationOf finds a catalog relation for the binder.
func relationOf(schema, name string) *bind.Relation {
	r := relations.Find(schema, name)
	if r == nil {
		return nil
	}
	out := &bind.Relation{Schema: r.Schema, Name: r.Name}
	for _, c := range r.Columns {
		out.Columns = append(out.Columns, plan.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable})
	}
	return out
}

// Mutable refuses what changes a table in a READ ONLY transaction, unless the table is temporary. "": no table,
// or not only one.
func Mutable(s Session, readOnly bool, tag, schema string) error {
	if readOnly && (schema == "" || schema != s.TempSchema()) {
		return sqlerr.New("25006", "cannot execute %s in a read-only transaction", tag)
	}
	return nil
}
