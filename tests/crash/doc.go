// Package crash proves that what was acknowledged is there: processes are killed, stopped, parted and made to fail
// under load, round after round, and every answer that clients got is checked.
//
//	seed ──makePlan──► plan{steps} ──carryOut──► rig (processes, each in a network of its own)
//	                                                ▲
//	clients, by workload ──statements──────────────┘
//	    └─ answers and times ──► round{txns, registers} ──check──► history.Check, porcupine, ledgers, tables
//
// A rig is three leaders and three nodes, or `slipher start`; processes keep their directories and addresses when they
// are started again. Each lives in a network namespace without a name: partitions are wrong neighbour entries, so
// packets vanish without a word, in one direction or both, and nothing is left behind when a test is killed. Where
// namespaces are not permitted, the tests say so and do everything else on the loopback.
//
// A round: rows for the workloads; clients begin; the plan's steps (kill, clean stop, SIGSTOP, cut, fault
// points by name, statements of an administrator) each begin and are undone at their times; everything is
// healed; when every leader has answered again the clients stop and everything is read. Recovery is the time from the
// last fault to the end of the first write and read that began after it, through whichever leader; from healing, if the
// plan left no majority of leaders or no node.
//
// Workloads: set (values inserted by all ways of inserting, all different), list (strings that are appended to, in
// transactions of both isolation levels), register (single rows; porcupine), bank (a constant sum and a ledger that
// agrees), table (DDL). An answer that did not come makes an operation unknown: it may count, whole, once, or not.
//
// Invariants: a seed, a shape and the program's fault points determine the plan, not the times at which processes
// do what they do. Every process started is ended, by its id, also if the test is killed.
//
// Start reading at round.play; a failed round says how to run its plan again.
package crash
