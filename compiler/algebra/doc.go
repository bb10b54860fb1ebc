// Package algebra is the bound, typed tree of logical operators.
//
//	compiler/bind ──► *Statement{Root Node} ──compiler/rewrite──► the same, simpler ──► compiler/optimize
//
// Expressions are Expr whose columns are ColumnIDs, not positions.
//
// Invariants (Check verifies them in tests): every column id has one producer;
// an expression names only columns of its node's inputs, in their physical class
// and no less nullable than they are.
//
// Start with algebra.go; format.go is its text form.
package algebra
