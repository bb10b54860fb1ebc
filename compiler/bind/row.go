package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// Rows are compared value by value, and what is said of one is said of its values: no value is ever a row.

// asRow is e as a row, nil if it is none.
func asRow(e parse.Expr) *parse.RowExpr {
	r, _ := e.(*parse.RowExpr)
	return r
}

// rows binds rows whose values are compared with each other; as many in each.
func (b *binder) rows(sc *scope, at parse.Pos, es ...parse.Expr) ([][]value, error) {
	out := make([][]value, len(es))
	for i, e := range es {
		r := asRow(e)
		if r == nil {
			return nil, b.unsupported(e.At(), "a comparison of a row with something else")
		}
		var err error
		if out[i], err = b.exprs(sc, r.Items); err != nil {
			return nil, err
		}
		switch {
		case len(out[i]) != len(out[0]):
			return nil, b.errorAt(at, sqlerr.SyntaxError, "unequal number of entries in row expressions")
		case len(out[i]) == 0:
			return nil, b.errorAt(at, sqlerr.FeatureNotSupported, "cannot compare rows of zero length")
		}
	}
	return out, nil
}

// singles are values as rows of one.
func (b *binder) singles(sc *scope, es []parse.Expr) ([][]value, error) {
	vs, err := b.exprs(sc, es)
	out := make([][]value, len(vs))
	for i := range vs {
		out[i] = vs[i : i+1]
	}
	return out, err
}

// rowOperator binds a comparison of two rows.
func (b *binder) rowOperator(sc *scope, x *parse.OpExpr) (value, error) {
	if x.Op != "!=" && !comparisons[x.Op] {
		return value{}, b.unsupported(x.Pos, "operator %s on rows", x.Op)
	}
	if x.Left == nil {
		return value{}, b.unsupported(x.Pos, "operator %s on a row", x.Op)
	}
	if q, ok := x.Right.(*parse.SubqueryExpr); ok && q.Kind == parse.ScalarSubquery && asRow(x.Left) != nil {
		row := *q
		row.Kind, row.Args, row.Op = parse.RowSubquery, asRow(x.Left).Items, x.Op
		return b.subquery(sc, &row)
	}
	vs, err := b.rows(sc, x.Pos, x.Left, x.Right)
	if err != nil {
		return value{}, err
	}
	e, err := b.compareRows(x.Op, vs[0], vs[1], x.Pos)
	return boolean(e, x.Pos), err
}

// compareRows is l op r for rows: for < and the like
//
//	l1 < r1 OR l1 = r1 AND (l2 < r2 OR …)
//
// whose last comparison is op itself; it is NULL, as SQL wants it, if a pair that has to be looked at has a NULL.
func (b *binder) compareRows(op string, l, r []value, at parse.Pos) (*algebra.Expr, error) {
	if op == "!=" {
		op = "<>"
	}
	strict := map[string]string{"<=": "<", ">=": ">"}[op]
	if strict == "" {
		strict = op
	}
	last := len(l) - 1
	e, err := b.comparison(op, l[last], r[last], at)
	for i := last - 1; i >= 0 && err == nil; i-- {
		var first, same *algebra.Expr
		if first, err = b.comparison(strict, l[i], r[i], at); err != nil {
			break
		}
		switch op {
		case "=":
			e = expr.AllOf([]*algebra.Expr{first, e})
		case "<>":
			e = expr.AnyOf([]*algebra.Expr{first, e})
		default:
			if same, err = b.comparison("=", l[i], r[i], at); err == nil {
				e = expr.AnyOf([]*algebra.Expr{first, expr.AllOf([]*algebra.Expr{same, e})})
			}
		}
	}
	return e, err
}

// rowIn binds row IN (rows).
func (b *binder) rowIn(sc *scope, x *parse.InExpr) (value, error) {
	vs, err := b.rows(sc, x.Pos, append([]parse.Expr{x.Arg}, x.List...)...)
	if err != nil {
		return value{}, err
	}
	parts := make([]*algebra.Expr, len(x.List))
	for i, r := range vs[1:] {
		if parts[i], err = b.compareRows("=", vs[0], r, x.Pos); err != nil {
			return value{}, err
		}
	}
	e := expr.AnyOf(parts)
	if x.Not {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}

// rowNullTest binds row IS [NOT] NULL: all of its values are, or none.
func (b *binder) rowNullTest(sc *scope, x *parse.NullTest) (value, error) {
	vs, err := b.exprs(sc, asRow(x.Arg).Items)
	if err != nil {
		return value{}, err
	}
	parts := make([]*algebra.Expr, len(vs))
	for i, v := range vs {
		if parts[i], err = b.plain(v); err != nil {
			return value{}, err
		}
		if x.Not {
			parts[i] = expr.TestNotNull(parts[i])
		} else {
			parts[i] = expr.TestNull(parts[i])
		}
	}
	if len(parts) == 0 {
		return boolean(algebra.Truth(true), x.Pos), nil
	}
	return boolean(expr.AllOf(parts), x.Pos), nil
}

// rowDistinct binds row IS [NOT] DISTINCT FROM row.
func (b *binder) rowDistinct(sc *scope, x *parse.DistinctExpr) (value, error) {
	vs, err := b.rows(sc, x.Pos, x.Left, x.Right)
	if err != nil {
		return value{}, err
	}
	parts := make([]*algebra.Expr, len(vs[0]))
	for i := range parts {
		same, err := b.notDistinct(vs[0][i], vs[1][i], x.Pos)
		if err != nil {
			return value{}, err
		}
		parts[i] = same
	}
	e := expr.AllOf(parts)
	if !x.Not {
		e = expr.Negate(e)
	}
	return boolean(e, x.Pos), nil
}
