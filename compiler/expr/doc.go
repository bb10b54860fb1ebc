// Package expr is the expression tree of the compiler: typed, bound, over columns that R names.
//
//	algebra.Expr = Expr[algebra.ColumnID]   bind ──► rewrite ──► optimize      columns by id
//	plan.Expr    = Expr[plan.Position]      optimize emits ──► codegen/lower   columns by place in a layout
//
// What every part of the compiler asks of an expression is here, once: walking and mapping (walk.go),
// conjunctions (logic.go), constants (constant.go), what evaluating it may do (facts.go), which expressions
// mean the same (number.go), its text (print.go).
//
// Invariants: an expression is not changed once something else refers to it, so that parts may be shared; Map and its
// kin copy what they change. An operation's facts are its fn.Op's. The meaning of the kinds is in codegen/lower.
//
// Start with expr.go.
package expr
