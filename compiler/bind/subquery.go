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
	case parse.ArraySubquery:
		return b.arrayOfRows(x, r)
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
	}
	left, err := b.exprs(sc, x.Args)
	if err != nil {
		return value{}, err
	}
	right := make([]value, len(left))
	for i := range right {
		right[i] = b.column(&r.cols[i], x.Pos)
		if l := r.cols[i].lit; l != nil && l.lit != nil && l.lit.Null { // it has no type yet
			right[i] = value{lit: l.lit, pos: x.Pos}
		}
	}
	var cond *algebra.Expr
	if len(left) > 1 {
		if x.Op != "!=" && !comparisons[x.Op] {
			return value{}, b.unsupported(x.Pos, "operator %s on rows", x.Op)
		}
		cond, err = b.compareRows(x.Op, left, right, x.Pos)
	} else {
		var c value
		if c, err = b.operator(x.Op, []value{left[0], right[0]}, x.Pos); err == nil {
			cond, err = b.condition(c, "ANY/ALL")
		}
	}
	if err != nil {
		return value{}, err
	}
	if x.Kind == parse.RowSubquery { // the comparison is the query's one column
		p := &algebra.Project{In: r.node, Exprs: []*algebra.Expr{cond},
			Cols: []algebra.Column{{ID: b.newID(), Name: "compared", Type: types.TBool, Nullable: cond.Nullable}}}
		e := &algebra.Expr{Kind: expr.Scalar, Type: types.TBool, Nullable: true, Rel: algebra.NewSubquery(p, nil)}
		return boolean(e, x.Pos), nil
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
