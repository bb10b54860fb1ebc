// Package txn runs transactions of many sessions at once, in both shapes of the
// cluster, and adds up what they leave.
//
//	sessions ──BEGIN … COMMIT, 40001: again──► server ──► sums that must hold, at every moment and in the end
//
// What one session sees of another, step by step, is in the scripts of tests/sql (isolation, transactions).
package txn
