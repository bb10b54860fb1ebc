// Package rewrite simplifies a bound statement without looking at statistics:
// one rule a file, applied in the order of rules in rewrite.go.
//
//	algebra.Statement ──negation──► ──constants──► ──concat──► ──pullup──► the same, simpler
//
// What needs to know which expressions may fail, or what a join order gains
// (pushing conjuncts down, common conjuncts of ORs, LEFT joins that WHERE makes
// inner), is compiler/optimize's.
//
// Invariant: a rule never makes an expression run for a row for which it did not
// run before, so that no error appears that was not there.
//
// Start with rewrite.go.
package rewrite
