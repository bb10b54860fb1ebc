package state

import "slices"

// References lists the other tables with foreign keys to t, by name.
func (c *Catalog) References(t *Table) []*Table {
	var out []*Table
	for _, other := range c.Tables(t.Database) {
		if other.ID != t.ID && slices.ContainsFunc(other.Constraints, t.isReferencedBy) {
			out = append(out, other)
		}
	}
	return out
}

func (t *Table) isReferencedBy(k Constraint) bool {
	return k.Kind == "f" && k.RefSchema == t.Schema && k.RefTable == t.Name
}

// dropReferences takes the foreign keys to t off all other tables.
func (c *Catalog) dropReferences(t *Table) {
	for _, other := range c.References(t) {
		changed := *other
		changed.Constraints = slices.DeleteFunc(slices.Clone(other.Constraints), t.isReferencedBy)
		changed.Def++
		c.tables = c.tables.set(other.ID, &changed)
	}
}
