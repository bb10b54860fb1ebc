package rewrite

import "slipher/compiler/plan"

// opposite is what NOT makes of a comparison; in three-valued logic too, for both
// are NULL together.
var opposite = map[string]string{"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}

// pushNot moves NOT towards comparisons, where zone maps, join conditions and
// folding can use what is left:
//
//	NOT (a < b)  →  a >= b          NOT NOT x      →  x
//	NOT (x AND y) →  NOT x OR NOT y  NOT x IS NULL  →  x IS NOT NULL
//
// AND and OR evaluate as many arguments as before: NOT x is false where x is true.
func pushNot(e *plan.Expr) *plan.Expr {
	if e.Kind != plan.ExprNot {
		return mapArgs(e, pushNot)
	}
	x := e.Args[0]
	switch x.Kind {
	case plan.ExprNot:
		return pushNot(x.Args[0])
	case plan.ExprAnd, plan.ExprOr:
		c := *x
		c.Kind = plan.ExprAnd + plan.ExprOr - x.Kind
		c.Args = nil
		for _, a := range x.Args {
			c.Args = append(c.Args, pushNot(not(a)))
		}
		return &c
	case plan.ExprIsNull, plan.ExprIsNotNull:
		c := *x
		c.Kind = plan.ExprIsNull + plan.ExprIsNotNull - x.Kind
		return mapArgs(&c, pushNot)
	case plan.ExprCall:
		if op, ok := opposite[x.Op]; ok && len(x.Args) == 2 {
			c := *x
			c.Op = op
			return mapArgs(&c, pushNot)
		}
	}
	return mapArgs(e, pushNot)
}

func not(e *plan.Expr) *plan.Expr {
	return &plan.Expr{Kind: plan.ExprNot, Type: e.Type, Nullable: e.Nullable, Args: []*plan.Expr{e}}
}
