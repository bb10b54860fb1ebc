// Package subop holds each suboperator's one emitter and what both tiers are made of.
//
//	                 ┌ Primitives ──► *Op by itself ──────► one function a signature ┐
//	Kind (emitter) ──┤                                                                ├──► IR text
//	                 └ FusedIR ─────► Loops of a program ──► one function a segment  ┘
//
// A Kind has up to three parts: Before a vector, per Row, After it. They ask for operands
// through Ctx, which is where the tiers differ: a primitive loads operand
// offsets from its instruction and values from vectors in the state; fused code knows the
// offsets and keeps values that only its own loop needs in registers.
//
// Invariants: equal input gives equal bytes of IR, without addresses, times or map
// order; every loop in an emitter terminates and no emitter reads behind the
// operands it names; a data error is collected under Ctx's mask and leaves at the
// loop's end, so that a failing row needs no exit of its own.
//
// Adding a suboperator: a file with its Kind and constructor, a row in kinds()
// (primitives.go), then `go run ./codegen/primgen`. Start reading at op.go and
// loop.go; filter.go is the smallest example, fused.go the frame of fused code.
package subop
