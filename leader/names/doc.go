// Package names is what the names in a statement mean to its session.
//
//	parse.QName ──View──► *state.Table, or a relation whose rows the leader makes (catalog/relations)
//
// It is where a name is looked up, for the binder and for statements that take no query, and so where another kind of
// named thing (a view) belongs. It is also where one learns whether a user may (privilege.go).
package names
