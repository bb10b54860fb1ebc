// Package lower turns one plan segment into a program of suboperators.
//
//	plan.Segment ──Segment──► Program{ops in loops, state layout} ──► program.Segment (primitive tier)
//	                                                             └──► subop.Fused     (fused tier)
//
// Meaning that lives here: three-valued logic, CASE and its masks, NULL flags,
// which integer width is enough (narrow.go), trailing blanks, the layout of
// entries. What one operation does with one value is its emitter's.
//
// Invariant: equal segments, facts and parameter classes give equal programs, byte for byte.
// Start reading at lower.go; steps.go and sinks.go hold one function a step.
package lower
