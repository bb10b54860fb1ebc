package relations

import (
	"slipher/catalog/similar"
	"slipher/catalog/state"
)

// NearTable is a hint at the tables and catalog relations that a name which means nothing could have been meant to be.
func NearTable(cat *state.Catalog, database string, path []string, schema, name string) string {
	s := similar.For(name)
	cat.OfferTables(s, database, path, schema, name)
	for _, r := range registry.all {
		switch {
		case schema == "" && r.Schema == catalogSchema:
			s.Offer(r.Name, r.Name)
		case schema == r.Schema || r.Name == name:
			s.Offer(r.Name, r.Schema+"."+r.Name)
		}
	}
	return s.Hint("table")
}
