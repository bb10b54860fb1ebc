package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// subquery binds a query in an expression: its names may mean columns of the row that the expression is evaluated for.
func (b *binder) subquery(sc *scope, x *parse.SubqueryExpr) (value, error) {
	b.want = nil
	var r *result
	err := b.withoutRecursion(sc.env, "a subquery", func() (err error) {
		r, err = b.query(x.Query, around{sc.env.ctes, sc})
		return err
	})
	if err != nil {
		return value{}, err
	}
	switch x.Kind {
	case parse.ExistsSubquery:
		e := &algebra.Expr{Kind: expr.Any, Type: types.TBool, Rel: algebra.NewSubquery(r.node, nil)}
		return boolean(e, x.Pos), nil
	case parse.ScalarSubquery:
		if len(r.cols) != 1 {
			return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "subquery must return only one column")
		}
		t := r.cols[0].typ
		e := &algebra.Expr{Kind: expr.Scalar, Type: t, Nullable: true, Rel: algebra.NewSubquery(r.node, nil)}
		return value{expr: e, typ: t, pos: x.Pos}, nil
	}
	return b.quantified(sc, x, r)
}

// quantified binds args op ANY (query) and args op ALL (query), which is NOT (args negated-op ANY (query)).
func (b *binder) quantified(sc *scope, x *parse.SubqueryExpr, r *result) (value, error) {
	switch n := len(x.Args); {
	case len(r.cols) > n:
		return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "subquery has too many columns")
	case len(r.cols) < n:
		return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "subquery has too few columns")
	case n > 1 && x.Op != "=" && x.Op != "<>":
		return value{}, b.unsupported(x.Pos, "the comparison of rows by %s with a subquery", x.Op)
	}
	var parts []*algebra.Expr
	for i, a := range x.Args {
		v, err := b.expr(sc, a)
		if err != nil {
			return value{}, err
		}
		right := b.column(&r.cols[i], x.Pos)
		if r.cols[i].lit != nil && r.cols[i].lit.lit != nil && r.cols[i].lit.lit.Null {
			right.typ = types.TUnknown
			right = value{lit: r.cols[i].lit.lit, pos: x.Pos}
		}
		c, err := b.operator(x.Op, []value{v, right}, x.Pos)
		if err != nil {
			return value{}, err
		}
		e, err := b.condition(c, "ANY/ALL")
		if err != nil {
			return value{}, err
		}
		parts = append(parts, e)
	}
	cond := expr.AllOf(parts)
	if x.Op == "<>" {
		cond = expr.AnyOf(parts)
	}
	if x.Kind == parse.AllSubquery {
		cond = expr.Negate(cond)
	}
	e := &algebra.Expr{Kind: expr.Any, Type: types.TBool, Nullable: cond.Nullable, Rel: algebra.NewSubquery(r.node, cond)}
	if x.Kind == parse.AllSubquery {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}
