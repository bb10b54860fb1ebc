// Package program is what is executed: a segment as a list of suboperators over
// vectors, with the layout of its state.
//
//	plan.Segment ──codegen/lower──► *Segment ──msgp, in signed artifacts──► nodes ──► runtime/exec
//	                                  │
//	                                  ├ Ins, Loops     what the driver of primitives walks, what fused code repeats
//	                                  ├ Source, Sink   where rows come from and go
//	                                  └ Slots, Consts, Params, Hosts, Guards
//
// Invariants: offsets count from the start of the instance's state and mean the
// same in both tiers; a program holds no address, so that it can be cached,
// signed and run by any number of instances. Only data: a leaf but for
// catalog/types and runtime/abi.
//
// Start with Segment in program.go.
package program
