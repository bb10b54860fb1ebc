// Package history finds isolation anomalies in what clients saw of a database.
//
//	[]Txn (what each transaction wrote and read, when, and how it ended) ──Check──► []Violation
//
// Transactions work on lists (Append, ReadList: every version of a key is a prefix of every later one) and on growing
// sets (Add, ReadSet: additions commute). All values written to a key differ. So a read tells which transactions it
// saw, and, for lists, in which order they wrote: the inference of Elle (Kingsbury & Alvaro, VLDB 2020).
//
// The order is checked over events. A transaction has a start (its snapshot) and a commit; what snapshot isolation
// promises orders them (Cerone & Gotsman, PODC 2016, in other words):
//
//	start(T)  → commit(T)
//	commit(T) → start(U)   wr: U saw a write of T; ww: U overwrote T (first committer wins); rt: T was acknowledged before U began
//	start(T)  → commit(U)  rw: T did not see a write of U
//	commit(T) → commit(U)  rw, if T is SERIALIZABLE and wrote: what it read was current when it committed
//
// The history is legal if this graph has no cycle. A cycle is named by its edges: G0 (ww), G1c (ww, wr), G-single
// (one rw; a lost update if it is two transactions on one key), G-nonadjacent, G2 (write skew: only SERIALIZABLE
// forbids it), with "-realtime" if it needs time. Found without the graph: values never written or doubled, aborted
// reads (G1a), intermediate reads (G1b), reads that contradict their own transaction, lists that are no prefixes of
// each other.
//
// Invariants: an unknown outcome counts as a commit if and only if one of its writes was seen. Times come from one
// clock. Reads of transactions that failed count: snapshots are promised to them too.
//
// Start reading at Check.
package history
