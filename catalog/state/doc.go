// Package state is the catalog: a deterministic state machine whose every
// version is a frozen value.
//
//	Command ──Catalog.Apply──► *Catalog (next version) + *Result
//	                               │
//	             leader reads ◄────┘  Database, Schema, Table, Nodes, Slices…
//	             snapshots    ◄──────  Encode / Decode (msgp, same state = same bytes)
//
// A Catalog is a persistent structure: Apply copies the paths it changes and
// shares the rest, so a reader that holds a *Catalog holds a version of
// everything, for as long as it likes, without locks.
//
// Invariants:
//
//   - Apply knows no clock, no randomness, no map order and does no I/O: times
//     and random bytes come in the command. Two leaders that apply one log have
//     equal snapshots, byte for byte.
//
//   - A command is all or nothing, however many operations it carries.
//
//   - A command with a TxnID counts once: applied again, it changes nothing and
//     gives the result of the first time. Results are kept until the leader says,
//     by Command.Settled, that nobody will ask again; what a leader that
//     falls leaves open is kept for a while (outcome.go).
//
//   - Version.Rows is the number of live rows. Sets of rows are kept in one form
//     (rowset.go), so that equal sets are equal bytes.
//
//   - An object in managed storage is in a table version or on the garbage list
//     until it is collected, and never comes back once it has left its table.
//
//   - Nothing reachable from a Catalog is ever modified. Callers copy before
//     they change anything they got from here.
//
//   - An operation's kind is a name that is never given to another; facts about kinds
//     are in their rows (op.go), one file op_NAME.go each, and in no switch elsewhere.
//
// Start with command.go and op.go (what can be asked), then apply.go, then catalog.go
// (what can be read). hashicorp/raft around it is in catalog/replica.
package state
