// Package short makes rows of INSERT … VALUES on the leader, by the code that nodes would run.
//
//	plan.Query of INSERT … VALUES ($1, …) ──NewTemplate──► Template
//	arguments, a list for each time that VALUES is made ──Run──► primitives ──► a chunk a slice
//	a chunk a slice ──load.Writer──► objects with rows
//
// The first segment of such a plan computes the values (casts, defaults, NOT NULL) and sends each row to
// its slice by the distribution hash; the second one only stores. A Template runs the first one's program on
// an executor of its own and catches what it sends: the same code, the same placement, no node, no
// goroutine. What it needs between runs (state, chunks) is kept for the next statement.
//
// Invariant: a Template holds nothing that depends on the session or the time; who makes one sees to that.
//
// Start reading at template.go.
package short
