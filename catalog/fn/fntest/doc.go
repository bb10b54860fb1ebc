// Package fntest evaluates ops on single values: a fn.Builder that computes
// instead of generating code. It is the third implementation of the builder's
// meaning, next to the primitives and the fused code, and the one without LLVM.
//
//	Op, Shape, operands ──Eval (Builder)──► value, Code        (Host ops: EvalHost)
//	Cases() ──► calls, Answers() ──► what PostgreSQL says to them
//
// Start with builder.go; oracle.go reads the recorded answers.
package fntest
