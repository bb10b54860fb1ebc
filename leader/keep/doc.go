// Package keep is the active leader's housekeeping: it makes row groups of small
// writes and small objects, and deletes from managed storage what nobody needs.
//
//	state.Table ──choose──► objects ──Run (a query: scan ─► insert)──► new objects + .rows
//	                                                                      │ rebase
//	                                                     state.Replace ◄──┘
//	deletes on merged objects ──Rebase──► deletes on what they became     (leader/txn, at commit)
//	Catalog.Garbage ──older than every reader──► state.Pin ─► Store.Delete ─► state.Collect
//	Store.List ──in no table, of no open write──► Store.Delete
//
// A merge reads some objects of one version of a table and writes their live rows
// anew, sorted, with the old address of each in an object beside each new one
// (rms.RowsName). Deletes that come meanwhile are found by comparing the old objects'
// deleted rows then and now, and are put on the new objects before the Replace is
// proposed, as often as it takes. Transactions that have read the old objects and
// delete rows of them later are translated when they commit, for as long as a
// transaction is open that may have read them.
//
// Invariants:
//   - A merge changes no content: the state machine checks that each slice has as
//     many live rows as before.
//   - Nothing is deleted that a catalog version in use names: garbage goes when
//     every open snapshot is newer, and the version is in the log (Pin) before.
//   - An orphan is an object that no table, no temporary table, no garbage list and
//     no move names, of a write that has ended. Whether it has ended is asked before
//     the catalog is, so that a commit in between is seen. Writes of earlier terms
//     have ended when this term is open; those of later ones are not ours.
//   - A Keeper belongs to one term. Whatever it does after its leader was deposed is
//     refused by the log's fence or harmless: deletions name only what no later
//     commit can name.
//   - Points of catalog/fault named "keep.…" are at every step.
//
// Start reading at keeper.go, then merge.go and moves.go; policy.go says what is merged when.
package keep
