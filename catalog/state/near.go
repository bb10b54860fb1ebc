package state

import (
	"strings"

	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
)

// OfferTables offers s the tables that a name could have been meant to be: those of the schema that stands in front of
// it, or of the schemas of the search path; and tables of exactly that name in the database's other schemas. Temporary
// tables of other sessions are nobody's business.
func (c *Catalog) OfferTables(s *similar.Search, db string, path []string, schema, name string) {
	if schema != "" {
		path = []string{schema}
	}
	in := map[string]bool{}
	for _, p := range path {
		in[p] = true
	}
	for _, t := range c.Tables(db) {
		switch {
		case in[t.Schema] && schema == "":
			s.Offer(t.Name, t.Name)
		case in[t.Schema] || t.Name == name && !strings.HasPrefix(t.Schema, "pg_temp_"):
			s.Offer(t.Name, t.Schema+"."+t.Name)
		}
	}
}

// NearColumn is a hint at the columns of t that a name could have been meant to be, "" if there are none.
func (t *Table) NearColumn(name string) string {
	near := similar.For(name)
	for _, c := range t.Columns {
		near.Offer(c.Name, c.Name)
	}
	return near.Hint("column")
}

// NoSchema is ErrNoSchema with a hint, for users.
func (c *Catalog) NoSchema(db, name string) *sqlerr.Error {
	near := similar.For(name)
	for _, s := range c.Schemas(db) {
		if !strings.HasPrefix(s.Name, "pg_temp_") {
			near.Offer(s.Name, s.Name)
		}
	}
	return ErrNoSchema(name).WithHint("%s", near.Hint("schema"))
}
