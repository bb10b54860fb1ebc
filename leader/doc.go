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
// Invariants:
//   - A statement sees the catalog as its transaction does (transactions.go, leader/txn): a version
//     pinned by the first statement that needed one, and what the transaction has done since.
//   - The leader evaluates no expression in Go: queries without user tables run
//     the same generated code, on the leader's own engine.
//   - Objects are in managed storage before the commit that names them is proposed.
//
// Start reading at server.go, then engine.go. offline.go is the same without a server.
package leader
