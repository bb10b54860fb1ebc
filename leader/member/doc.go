// Package member is a leader among the others of its cluster: who is one, and where.
//
//	Stay ─┬─ this leader is known, and where: nothing
//	      └─ else: askAround ──wire.Join──► the others' Handler ─► raft's members, the catalog's addresses
//	Status, Transfer, Remove: stv_leaders and the functions of administrators
//
// A leader that is not the active one looks now and then whether the
// cluster knows it and its addresses; if not it asks around (wire.Join): the
// active leader writes them down, others say who is active, and the link alone tells each of
// them where it is. So leaders find each other although all of them came back elsewhere.
//
// Start with member.go, then join.go.
package member
