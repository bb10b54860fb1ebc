package state

// An overlay is a Catalog that only one session sees: a version with the session's
// own operations applied (Apply), its temporary tables and its pg_temp schema.

// WithTable is c and t, which it keeps: frozen from here on. A table of t's id is
// replaced. The version stays.
func (c *Catalog) WithTable(t *Table) *Catalog {
	next := c.WithoutTable(t.ID).copy()
	next.tables = next.tables.set(t.ID, t)
	next.names = next.names.set(tablePath(t.Database, t.Schema, t.Name), t.ID)
	return next
}

// WithoutTable is c but for the table of that id. Nothing becomes garbage.
func (c *Catalog) WithoutTable(id TableID) *Catalog {
	t := c.TableByID(id)
	if t == nil {
		return c
	}
	next := c.copy()
	next.tables = next.tables.delete(id)
	key := tablePath(t.Database, t.Schema, t.Name)
	if at, ok := next.names.get(key); ok && at == id {
		next.names = next.names.delete(key)
	}
	return next
}

// WithSchema is c and s, which it keeps: frozen from here on.
func (c *Catalog) WithSchema(s *Schema) *Catalog {
	next := c.copy()
	next.schemas = next.schemas.set(path(s.Database, s.Name), s)
	return next
}
