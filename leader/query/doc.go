// Package query plans what reads and writes rows, and has it run.
//
//	*parse.Statement ──Plan──► *Planned ──Start──► *schedule.Rows          a query
//	                              └──────Write──► delta ─► txn.Txn.Do      a change of a table
//	bind ─ rewrite ─ optimize (plan.go)    leader/code, leader/schedule (run.go)
//	or a plan kept for its shape (plans.go, watch.go)
//
// A Runner lives as long as a leadership. It knows no kind of statement: those are rows of leader/statement.
//
// Invariants:
//   - The leader evaluates no expression in Go: queries without user tables run the same generated code, on the
//     leader's own engine (fold.go, evaluate.go).
//   - Objects are in managed storage before the operation that names them is part of a transaction.
//
// Start with runner.go, then plan.go and run.go.
package query
