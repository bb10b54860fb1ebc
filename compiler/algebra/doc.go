// Package algebra is the bound, typed tree of logical operators: one file a kind of node.
//
//	compiler/bind ──► *Statement{Root Node} ──compiler/rewrite──► the same, simpler ──► compiler/optimize
//
// Whoever walks or changes a tree does it by the methods of Node, which every kind has; only who gives a kind
// its meaning (rewrite's rules, optimize) asks which it is.
//
// Invariants (Check verifies them in tests): nodes are not changed once made; every column id has one producer (a
// projection may pass it on); an expression names only columns of its node's inputs (in a Subquery also of the row
// around it), in their physical class and no less nullable than they are.
//
// Start with node.go; format.go is the text form.
package algebra
