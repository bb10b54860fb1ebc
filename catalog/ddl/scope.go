package ddl

import (
	"unicode/utf8"

	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Scope is where a statement stands.
type Scope struct {
	Catalog  *state.Catalog
	Database string // the session's
	User     string
	// SearchPath are schema names in order, "$user" already replaced.
	SearchPath []string
	// TempSchema is the schema of the session's temporary tables, which is looked into first. It
	// need not be there yet. "": there can be none.
	TempSchema string
	// Connections counts the sessions in a database, this one among them; nil: none known.
	Connections func(database string) int
}

// Name is a possibly qualified name.
type Name struct {
	Database, Schema, Name string
	Position               int
}

// String is the name as messages show it.
func (n Name) String() string {
	s := n.Name
	if n.Schema != "" {
		s = n.Schema + "." + s
	}
	if n.Database != "" {
		s = n.Database + "." + s
	}
	return s
}

// Plan is a statement ready to be proposed. A Command without operations needs
// not be: everything was skipped.
type Plan struct {
	Command state.Command
	// Notices are for the client, severity NOTICE.
	Notices []*sqlerr.Error
}

func (p *Plan) add(op state.Op) { p.Command.Ops = append(p.Command.Ops, op) }

func (p *Plan) notice(code sqlerr.Code, format string, args ...any) {
	p.Notices = append(p.Notices, sqlerr.New(code, format, args...))
}

// cut shortens an identifier to what the catalog holds, with a notice.
func (p *Plan) cut(name string) string {
	if len(name) <= state.MaxNameBytes {
		return name
	}
	short := cutBytes(name, state.MaxNameBytes)
	p.notice(sqlerr.NameTooLong, "identifier \"%s\" will be truncated to \"%s\"", name, short)
	return short
}

// cutBytes shortens s to at most n bytes, at a character's end.
func cutBytes(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// local refuses names in other databases.
func (s Scope) local(n Name) error {
	if n.Database != "" && n.Database != s.Database {
		return sqlerr.Unsupported("cross-database reference to relation \"%s\"", n).At(n.Position)
	}
	return nil
}

// target is the schema in which n is created.
func (s Scope) target(n Name) (string, error) {
	if err := s.local(n); err != nil {
		return "", err
	}
	if n.Schema != "" {
		if s.Catalog.Schema(s.Database, n.Schema) == nil {
			return "", s.Catalog.NoSchema(s.Database, n.Schema).At(n.Position)
		}
		return n.Schema, nil
	}
	for _, schema := range s.SearchPath {
		if !state.IsSystemSchema(schema) && s.Catalog.Schema(s.Database, schema) != nil {
			return schema, nil
		}
	}
	return "", sqlerr.New(sqlerr.InvalidSchemaName, "no schema has been selected to create in")
}

// temporary is the schema in which a temporary table n is created.
func (s Scope) temporary(n Name) (string, error) {
	switch {
	case s.TempSchema == "":
		return "", sqlerr.Unsupported("temporary tables without a session")
	case n.Schema != "" && n.Schema != "pg_temp" && n.Schema != s.TempSchema:
		return "", sqlerr.New(sqlerr.InvalidTableDefinition,
			"cannot create temporary relation in non-temporary schema").At(n.Position)
	}
	return s.TempSchema, s.local(n)
}

// near hints at tables that n could have been meant to be.
func (s Scope) near(n Name) string {
	search := similar.For(n.Name)
	path := s.SearchPath
	if s.TempSchema != "" {
		path = append([]string{s.TempSchema}, path...)
	}
	s.Catalog.OfferTables(search, s.Database, path, n.Schema, n.Name)
	return search.Hint("table")
}

// Existing finds a table that a statement needs.
func (s Scope) Existing(n Name) (*state.Table, error) {
	if err := s.local(n); err != nil {
		return nil, err
	}
	if n.Schema != "" && n.Schema != "pg_temp" && s.Catalog.Schema(s.Database, n.Schema) == nil {
		return nil, s.Catalog.NoSchema(s.Database, n.Schema).At(n.Position)
	}
	t := s.find(n)
	if t == nil {
		return nil, state.ErrNoTable(n.String()).At(n.Position).WithHint("%s", s.near(n))
	}
	return t, nil
}

// find looks a table up, nil if there is none.
func (s Scope) find(n Name) *state.Table {
	if n.Schema == "pg_temp" && s.TempSchema != "" {
		n.Schema = s.TempSchema
	}
	if n.Schema != "" {
		return s.Catalog.Table(s.Database, n.Schema, n.Name)
	}
	if t := s.Catalog.Table(s.Database, s.TempSchema, n.Name); t != nil {
		return t
	}
	for _, schema := range s.SearchPath {
		if t := s.Catalog.Table(s.Database, schema, n.Name); t != nil {
			return t
		}
	}
	return nil
}
