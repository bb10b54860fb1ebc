// Package leader is the leader node: it owns meaning. It answers SQL, keeps
// the catalog, plans queries, generates their code and has it run.
//
//	pgwire ─► session ─► Server.Execute ─┬─ query.go   bind ─ rewrite ─ optimize ─► planned
//	                                     │             ─► run.go, compile.go ─► schedule ─► rows
//	                                     ├─ load.go, copy.go  INSERT, UPDATE, DELETE, COPY: the same; commit.go ─► Txn.Do
//	                                     ├─ ddl.go     catalog/ddl ─► Txn.Do
//	                                     ├─ analyze.go ANALYZE
//	                                     └─ explain.go EXPLAIN, EXPLAIN (COMPILE …)
//
// Among several leaders one is active and does all that; the others stand by:
//
//	client ─► front.go ─┬─ active:  pgwire.Server ─► session …
//	                    └─ standby: relay ──link──► the active leader's front
//	raft (catalog/replica) ─► activate.go: lead ─► activate … deactivate
//	other leaders ─► join.go: who is a member, and where; leaders.go: status, transfer, removal
//
// Invariants:
//   - What only the active leader has is started by activate and ended by deactivate, in one
//     goroutine (lead): a process can become active any number of times.
//   - A statement takes its catalog version first and then makes sure that this leader is
//     still the active one (Server.confirm): what it reads is never from the past.
//   - A statement sees the catalog as its transaction does (transactions.go, leader/txn): a version
//     pinned by the first statement that needed one, and what the transaction has done since.
//   - The leader evaluates no expression in Go: queries without user tables run
//     the same generated code, on the leader's own engine.
//   - Objects are in managed storage before the commit that names them is proposed.
//
// Start reading at server.go, then activate.go and engine.go. offline.go is the same without a server.
package leader
