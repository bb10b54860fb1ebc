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

// Referenced gives where the columns of t are to which a foreign key refers, in the order of its own; nil: they are not
// t's, or t declares no longer that they are a key.
func (t *Table) Referenced(k Constraint) []int {
	if !t.isReferencedBy(k) {
		return nil
	}
	places := make([]int, len(k.RefColumns))
	for i, name := range k.RefColumns {
		places[i] = t.Column(name)
	}
	for _, own := range t.Constraints {
		key := t.Places(own.Columns)
		if own.Kind != "f" && len(key) == len(places) &&
			!slices.ContainsFunc(key, func(at int) bool { return !slices.Contains(places, at) }) {
			return places
		}
	}
	return nil
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
