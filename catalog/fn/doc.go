// Package fn is the table of functions: what SQL calls them, which types they take and give, and
// the emitters that are the one meaning of what they are made of.
//
//	name, argument types ──Table.Resolve──► Row, Bound{Op, Args, Extra, Ret}     (compiler/bind)
//	types, context       ──Table.Cast─────► Bound
//	Op, Shape            ──Op.Emit(Builder)──► code                               (codegen, both tiers)
//	Aggregate            ──Finish──► an expression over Accumulators              (compiler/optimize)
//	Accumulator          ──Step(GroupBuilder)──► code                             (codegen, both tiers)
//	Code                 ──Code.Err───────► the client's error
//
// An Op is physical: it knows classes, not types. What types mean (a decimal's
// scale, a length, a date part) reaches it as a constant operand, Bound.Extra,
// or by the choice of op; what the session's time zone is, as a parameter of the statement behind the arguments
// (Bound.Zoned). Op and Shape name a primitive: every shape of every op
// is built into the library, so a bound call always has one.
//
// A Row is a scalar function, a special form (the binder's to bind), an aggregate, a function of the session or one
// with an effect. What others ask about an operation (its sign, negation, mirror image, what it is as a cast…) is a
// field of Op; nobody tests its name. docs/FUNCTIONS.md is made of the rows (document.go).
//
// Start with fn.go (the contract), arith.go (ops), arith_rows.go (rows), then aggregate.go and agg_bits.go.
package fn
