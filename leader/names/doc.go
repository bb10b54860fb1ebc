// Package names is what the names in a statement mean to its session.
//
//	parse.QName ──View──► *state.Table (a table or a view), or a relation whose rows the leader makes (catalog/relations)
//
// It is where a name is looked up, for the binder and for statements that take no query. In a view's query names mean
// what they meant when it was made, and are read by its owner's rights (within.go); what they mean is noted then
// (recorder.go). It is also where one learns whether a user may (privilege.go).
package names
