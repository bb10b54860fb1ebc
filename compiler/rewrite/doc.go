// Package rewrite makes a bound statement simpler without looking at statistics:
// named rules, one a file, applied in the order of rules in rewrite.go.
//
//	algebra.Statement ──negation──► ──constants──► … ──pushdown──► … ──► the same, simpler
//
// Four rules are of the whole statement: with (definitions of WITH, put in their places or kept), unnest (no subquery
// stays; unnest.go begins), implied (semi joins that others imply are gone) and definitions (those that are kept have
// only rows that some reference wants). What a rule does stands before and after an arrow in its comment. Share
// (shared.go) is no rule: it makes another statement, and costs choose between the two. What a join order gains, and
// what statistics know, is compiler/optimize's.
//
// Invariants: a rule never makes an expression run for a row for which it did not
// run before if it may fail, so that no error appears that was not there; rules copy what they change;
// all of them applied twice give what they give once.
//
// Start with rewrite.go.
package rewrite
