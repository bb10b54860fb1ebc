// Package fn is the table of scalar operations: what SQL calls them, which types
// they take and give, and the emitter that is their one meaning.
//
//	name, argument types ──Table.Resolve──► Row, Bound{Op, Args, Extra, Ret}     (compiler/bind)
//	types, context       ──Table.Cast─────► Bound
//	Op, Shape            ──Op.Emit(Builder)──► code                               (codegen, both tiers)
//	Code                 ──Code.Err───────► the client's error
//
// An Op is physical: it knows classes, not types. What types mean (a decimal's
// scale, a length, a date part) reaches it as a constant operand, Bound.Extra,
// or by the choice of op. Op and Shape name a primitive: every shape of every op
// is built into the library, so a bound call always has one.
//
// Start with fn.go (the contract), arith.go (ops), arith_rows.go (rows).
package fn
