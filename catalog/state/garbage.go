package state

import (
	"iter"
)

// An object that leaves the catalog is garbage: nobody who reads the catalog from
// that version on finds it, but readers of older versions still may. Whoever
// collects garbage deletes objects whose version is not above every reader's
// (Manager.Oldest of the active leader, made known by Pin), and says so by Collect.

// Garbage yields the objects in managed storage that no table has any more, and
// the catalog version from which on they cannot be found.
func (c *Catalog) Garbage() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) { c.garbage.from("", yield) }
}

// Garbaged reports whether an object waits to be collected.
func (c *Catalog) Garbaged(name string) bool {
	_, ok := c.garbage.get(name)
	return ok
}

// discard puts an object that has left its table on the garbage list. c is the
// private copy that becomes the next version.
func (c *Catalog) discard(name string) {
	if name != "" {
		c.garbage = c.garbage.set(name, c.version+1)
	}
}

// discardObjects is discard for all of a table version's objects.
func (c *Catalog) discardObjects(v *Version) {
	for _, r := range v.Objects.All() {
		if !r.Inline() {
			c.discard(r.Name)
		}
	}
}
