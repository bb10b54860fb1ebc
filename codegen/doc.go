// Package codegen turns the segments of a plan into programs and LLVM modules.
//
//	plan.Query ──Compile──► Code{Special, General *Variant}
//	                          │ Program: program.Segment, run by primitives at once
//	                          └ IR(target): text for codegen/llvm, the fused tier
//
// lower makes programs of suboperators, subop holds their emitters and both
// ways of putting them into loops. Pure Go: codegen/llvm alone knows libLLVM.
//
// Invariant: the same segment, facts and parameter classes yield the same
// bytes. Cache keys and golden files rest on this.
package codegen
