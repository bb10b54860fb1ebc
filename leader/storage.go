package leader

import (
	"context"
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// markerName is the object that says whose managed storage this is.
const markerName = "cluster"

// checkStorage refuses storage that is not this cluster's: of another cluster, whose objects the
// sweep would take for orphans, or empty (not mounted, moved away) although tables have objects in it:
// what is written there would be lost when the right one is back. Storage that cannot be
// asked now is no reason not to serve: queries will say what is wrong with it.
func (s *Server) checkStorage(ctx context.Context) error {
	cat := s.replica.Catalog()
	c := cat.Cluster()
	data, err := s.store.Get(ctx, markerName)
	switch {
	case err == nil && string(data) == c.ID:
		return nil
	case err == nil:
		return fmt.Errorf("managed storage %s belongs to cluster %q, this is cluster %q", c.StorageURL, data, c.ID)
	case sqlerr.From(err).Code != sqlerr.UndefinedFile:
		s.log.Warn("managed storage cannot be asked whose it is", "storage", c.StorageURL, "err", err)
		return nil
	}
	// New storage, or that of a version which wrote no marker.
	if t, o := someStored(cat); o != nil {
		if _, err := s.store.GetRange(ctx, o.Name, 0, 1); err != nil && sqlerr.From(err).Code == sqlerr.UndefinedFile {
			return fmt.Errorf("managed storage %s lacks object %q of table \"%s\" and the mark of this cluster: is it mounted?",
				c.StorageURL, o.Name, t.Name)
		}
	}
	if err := s.store.Put(ctx, markerName, []byte(c.ID)); err != nil {
		s.log.Warn("managed storage could not be marked", "storage", c.StorageURL, "err", err)
	}
	return nil
}

// someStored is an object in managed storage that a table refers to, nil if there is none.
func someStored(cat *state.Catalog) (*state.Table, *state.ObjectRef) {
	for _, t := range cat.AllTables() {
		for _, o := range t.Version.Objects.All() {
			if !o.Inline() {
				return t, o
			}
		}
	}
	return nil, nil
}
