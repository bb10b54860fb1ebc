package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// pushNot moves NOT towards comparisons, where zone maps, join conditions and
// folding can use what is left:
//
//	NOT (a < b)  →  a >= b          NOT NOT x      →  x
//	NOT (x AND y) →  NOT x OR NOT y  NOT x IS NULL  →  x IS NOT NULL
//
// AND and OR evaluate as many arguments as before: NOT x is false where x is true.
func pushNot(e *algebra.Expr) *algebra.Expr {
	if e.Kind != expr.Not {
		return e.MapArgs(pushNot)
	}
	x := e.Args[0]
	switch x.Kind {
	case expr.Not:
		return pushNot(x.Args[0])
	case expr.And, expr.Or:
		c := *x
		c.Kind = expr.And + expr.Or - x.Kind
		c.Args = nil
		for _, a := range x.Args {
			c.Args = append(c.Args, pushNot(expr.Negate(a)))
		}
		return &c
	case expr.IsNull, expr.IsNotNull:
		c := *x
		c.Kind = expr.IsNull + expr.IsNotNull - x.Kind
		return c.MapArgs(pushNot)
	case expr.Call:
		// In three-valued logic, too: a comparison and its negation are NULL together.
		if op := x.Op.Negated(); op != nil {
			c := *x
			c.Op = op
			return c.MapArgs(pushNot)
		}
	}
	return e.MapArgs(pushNot)
}
