// Package plan is the physical plan: what compiler/optimize makes and codegen,
// leader and EXPLAIN read.
//
//	Query ─ streams ─ segments ─ source, steps, sink ─ expressions over the row layout
//	  └ Root: the tree that EXPLAIN prints
//
// Invariants (Validate checks them): a column reference is an index into the
// layout in front of its step; a segment reads only tables filled in earlier streams, in an earlier turn of its loop,
// or by segments that it comes behind (Segment.After); every exchange has one receiver, with the columns of all its
// senders, in their stream or, of what a loop sends, running beside it.
//
// Where tells how many instances a segment has: OneSlice and Leader exactly one; EveryNode
// with a Receive source one a node, with a Scan source each node reads the whole (ALL) table.
//
// Start reading at plan.go; format.go and explain.go are its text forms.
package plan
