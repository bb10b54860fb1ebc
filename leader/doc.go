// Package leader is the leader node: it owns meaning. It answers SQL, keeps
// the catalog, plans queries, generates their code and has it run.
//
//	pgwire ─► session ─► Server.Execute ─┬─ query.go   bind ─ rewrite ─ optimize ─► planned
//	                                     │             ─► run.go, compile.go ─► schedule ─► rows
//	                                     ├─ load.go, copy.go  INSERT, COPY: the same, then commit.go
//	                                     ├─ ddl.go     catalog/ddl ─► replica.Propose
//	                                     ├─ analyze.go ANALYZE
//	                                     └─ explain.go EXPLAIN, EXPLAIN (COMPILE …)
//
// Invariants:
//   - A statement sees one catalog version, taken when it starts.
//   - The leader evaluates no expression in Go: queries without user tables run
//     the same generated code, on the leader's own engine.
//   - Objects are in managed storage before the commit that names them is proposed.
//
// Start reading at server.go, then engine.go. offline.go is the same without a server.
package leader
