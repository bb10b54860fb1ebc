// Package leader is the leader node: it owns meaning. It answers SQL, keeps
// the catalog, plans queries, generates their code and has it run.
//
//	pgwire ─► session ─► statement.Row ─► query: bind ─ rewrite ─ optimize ─► code ─► schedule ─► rows, or Txn.Do
//	                         │            short, load, keep: small INSERTs, COPY, VACUUM
//	                         └─ names: what names mean; facts: what is known of stored rows
//
// Among several leaders one is active and does all that; the others stand by:
//
//	client ─► front ─┬─ active:  pgwire.Server ─► session …
//	                 └─ standby: relay ──link──► the active leader's front
//	raft (catalog/replica) ─► lead ─► a leadership, from begin to end
//	other leaders ─► join.go: who is a member, and where; leaders.go: status, transfer, removal
//
// The package itself is the process (Server) and what it has while it is the active leader (leadership); what either of
// them does is in the rooms.
//
// Invariants:
//   - What only the active leader has is in its leadership, begun and ended in one goroutine (lead): a process can
//     become active any number of times.
//   - A statement takes its catalog version first and then makes sure that this leader is
//     still the active one (leadership.confirm): what it reads is never from the past.
//
// Start reading at server.go, then leadership.go and engine.go. offline.go is the same without a server.
package leader
