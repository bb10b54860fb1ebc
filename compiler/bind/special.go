package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// common is the type that all values are cast to in CASE, COALESCE and the like. Constants and parameters
// without a type take that of the others, with room for what they say.
func (b *binder) common(vs []value, what string) (types.Type, error) {
	t := types.TUnknown
	for _, v := range vs {
		u, ok := commonType(t, v)
		if !ok {
			return t, b.errorAt(v.pos, sqlerr.DatatypeMismatch, "%s types %s and %s cannot be matched", what, t.Name(),
				v.typ.Name())
		}
		t = u
	}
	for _, v := range vs {
		switch {
		case v.typ.Kind != types.Unknown || v.lit != nil && v.lit.Null:
		case v.lit != nil:
			without := t
			t = t.WithLiteral(v.lit.S)
			with := t
			b.checkValue(v, func(w value) bool { return without.WithLiteral(w.lit.S) == with })
		case t.Kind == types.Decimal:
			t = types.DecimalExact(t, paramType(t))
		default:
			t = paramType(t)
		}
	}
	if t.Kind == types.Unknown {
		t = types.TText
	}
	return b.commonCollation(t, vs), nil
}

// coerceAll casts all values to t.
func (b *binder) coerceAll(vs []value, t types.Type) ([]*algebra.Expr, error) {
	var out []*algebra.Expr
	for _, v := range vs {
		e, err := b.coerce(v, t, implicit)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// caseExpr binds both forms of CASE; x WHEN y compares as x = y.
func (b *binder) caseExpr(sc *scope, x *parse.CaseExpr) (value, error) {
	sc = sc.withoutSets("CASE")
	var arg value
	var err error
	if x.Arg != nil {
		if arg, err = b.expr(sc, x.Arg); err != nil {
			return value{}, err
		}
	}
	var conds []*algebra.Expr
	var results []value
	for _, w := range x.Whens {
		v, err := b.expr(sc, w.Cond)
		if err != nil {
			return value{}, err
		}
		var c *algebra.Expr
		if x.Arg != nil {
			c, err = b.comparison("=", arg, v, w.Cond.At())
		} else {
			c, err = b.condition(v, "CASE/WHEN")
		}
		if err != nil {
			return value{}, err
		}
		r, err := b.expr(sc, w.Result)
		if err != nil {
			return value{}, err
		}
		conds, results = append(conds, c), append(results, r)
	}
	last := value{lit: &types.Datum{Null: true}, pos: x.Pos}
	if x.Else != nil {
		if last, err = b.expr(sc, x.Else); err != nil {
			return value{}, err
		}
	}
	return b.caseOf(conds, append(results, last), "CASE", x.Pos)
}

// caseOf makes a CASE of conditions and one more results.
func (b *binder) caseOf(conds []*algebra.Expr, results []value, what string, at parse.Pos) (value, error) {
	t, err := b.common(results, what)
	if err != nil {
		return value{}, err
	}
	rs, err := b.coerceAll(results, t)
	if err != nil {
		return value{}, err
	}
	e := &algebra.Expr{Kind: expr.Case, Type: t}
	for i, r := range rs {
		if i < len(conds) {
			e.Args = append(e.Args, conds[i])
		}
		e.Args = append(e.Args, r)
		e.Nullable = e.Nullable || r.Nullable
	}
	return value{expr: e, typ: t, pos: at}, nil
}

// specialForms bind calls of fn's special forms: to expressions, not to an operation.
func specialForms() map[string]func(b *binder, f *parse.FuncCall, args []value) (value, error) {
	return map[string]func(b *binder, f *parse.FuncCall, args []value) (value, error){
		"coalesce": (*binder).coalesceCall, "nvl": (*binder).coalesceCall, "nvl2": (*binder).nvl2, "nullif": (*binder).nullif,
		"decode": (*binder).decode, "greatest": extreme("greatest"), "least": extreme("least"),
		"array_to_string": (*binder).arrayText, "array_append": (*binder).arrayAppend,
		"array_prepend": (*binder).arrayPrepend, "array_position": (*binder).arrayPosition,
		"array_positions": (*binder).arrayPosition, "array_remove": (*binder).arrayPosition,
		"array_replace": (*binder).arrayReplace, "array_fill": (*binder).arrayFill,
		"array_cat": (*binder).arrayCat, "num_nulls": (*binder).countNulls, "num_nonnulls": (*binder).countNulls,
		"pg_get_expr": (*binder).keptExpr, "pg_has_role": (*binder).permitted,
		"has_table_privilege": (*binder).permitted, "has_schema_privilege": (*binder).permitted,
		"has_database_privilege": (*binder).permitted, "has_column_privilege": (*binder).permitted,
		"has_any_column_privilege": (*binder).permitted, "has_function_privilege": (*binder).permitted,
		"has_language_privilege": (*binder).permitted, "has_sequence_privilege": (*binder).permitted,
		"has_tablespace_privilege": (*binder).permitted, "has_type_privilege": (*binder).permitted,
		"concat_ws": (*binder).concatWS, "format": (*binder).formatText, "age": (*binder).age,
		"json_parse": (*binder).jsonParse, "array": (*binder).superArray, "object": (*binder).superObject,
		"object_transform":       (*binder).objectTransform,
		"json_extract_path_text": (*binder).jsonPath, "overlaps": (*binder).overlaps, "pg_typeof": (*binder).typeOf,
		"collate": (*binder).collateCall,
	}
}

// scopedForms are special forms that ask their scope for more than what their arguments mean.
func scopedForms() map[string]func(b *binder, sc *scope, f *parse.FuncCall) (value, error) {
	return map[string]func(b *binder, sc *scope, f *parse.FuncCall) (value, error){
		"grouping": (*binder).groupingCall, "grouping_id": (*binder).groupingCall,
	}
}

func (b *binder) coalesceCall(f *parse.FuncCall, args []value) (value, error) {
	t, err := b.common(args, "COALESCE")
	if err != nil {
		return value{}, err
	}
	es, err := b.coerceAll(args, t)
	if err != nil {
		return value{}, err
	}
	out := &algebra.Expr{Kind: expr.Coalesce, Type: t, Nullable: true}
	for _, e := range es {
		if e.Kind == expr.Constant && e.Const.Null {
			continue
		}
		out.Args = append(out.Args, e)
		if !e.Nullable { // nothing behind it is ever looked at
			out.Nullable = false
			break
		}
	}
	switch len(out.Args) {
	case 0:
		out = algebra.Null(t)
	case 1:
		out = out.Args[0]
	}
	return value{expr: out, typ: t, pos: f.Pos}, nil
}

func (b *binder) nvl2(f *parse.FuncCall, args []value) (value, error) {
	e, err := b.plain(args[0])
	if err != nil {
		return value{}, err
	}
	return b.caseOf([]*algebra.Expr{expr.TestNotNull(e)}, args[1:], "NVL2", f.Pos)
}

// nullif is CASE WHEN a = b THEN NULL ELSE a END.
func (b *binder) nullif(f *parse.FuncCall, args []value) (value, error) {
	eq, err := b.comparison("=", args[0], args[1], f.Pos)
	if err != nil {
		return value{}, err
	}
	return b.caseOf([]*algebra.Expr{eq}, []value{{lit: &types.Datum{Null: true}, pos: f.Pos}, args[0]}, "NULLIF", f.Pos)
}

// decode is DECODE(x, search, result, …, [default]); NULL finds NULL.
func (b *binder) decode(f *parse.FuncCall, args []value) (value, error) {
	x := args[0]
	var conds []*algebra.Expr
	var results []value
	rest := args[1:]
	for ; len(rest) >= 2; rest = rest[2:] {
		var c *algebra.Expr
		var err error
		if rest[0].lit != nil && rest[0].lit.Null {
			var e *algebra.Expr
			if e, err = b.plain(x); err == nil {
				c = expr.TestNull(e)
			}
		} else if c, err = b.comparison("=", x, rest[0], rest[0].pos); err == nil && c.Args[0].Nullable &&
			c.Args[1].Nullable {
			c = expr.AnyOf([]*algebra.Expr{c, expr.AllOf([]*algebra.Expr{expr.TestNull(c.Args[0]), expr.TestNull(c.Args[1])})})
		}
		if err != nil {
			return value{}, err
		}
		conds, results = append(conds, c), append(results, rest[1])
	}
	last := value{lit: &types.Datum{Null: true}, pos: f.Pos}
	if len(rest) == 1 {
		last = rest[0]
	}
	return b.caseOf(conds, append(results, last), "DECODE", f.Pos)
}

// extreme binds GREATEST or LEAST as a chain of the operation on two values,
// which ignores NULLs.
func extreme(op string) func(b *binder, f *parse.FuncCall, args []value) (value, error) {
	return func(b *binder, f *parse.FuncCall, args []value) (value, error) {
		t, err := b.common(args, f.Name)
		if err != nil {
			return value{}, err
		}
		if !t.IsComparable() {
			return value{}, b.errorAt(f.Pos, sqlerr.UndefinedFunction, "could not identify a comparison function for type %s",
				t.Name())
		}
		es, err := b.coerceAll(args, t)
		if err != nil {
			return value{}, err
		}
		out := es[0]
		for _, e := range es[1:] {
			out = &algebra.Expr{Kind: expr.Call, Type: t, Nullable: out.Nullable && e.Nullable,
				Op:   b.fns.Ordered(t, op),
				Args: []*algebra.Expr{out, e}}
		}
		return value{expr: out, typ: t, pos: f.Pos}, nil
	}
}

// typeOf is pg_typeof(x): the type's name.
func (b *binder) typeOf(f *parse.FuncCall, args []value) (value, error) {
	name := types.String(args[0].typ.Name())
	if args[0].typ.Kind == types.Unknown {
		name = types.String("unknown")
	}
	if args[0].lit != nil {
		from := args[0].typ
		b.checkValue(args[0], func(w value) bool { return w.typ == from })
	}
	return value{expr: b.hoistSame(types.TName, name), typ: types.TName, pos: f.Pos}, nil
}

// countNulls is num_nulls(x, …) or num_nonnulls(x, …).
func (b *binder) countNulls(f *parse.FuncCall, args []value) (value, error) {
	number := func(n int64) *algebra.Expr {
		return &algebra.Expr{Kind: expr.Constant, Type: types.TInt4, Const: types.Int(n)}
	}
	var out *algebra.Expr
	for _, a := range args {
		e, err := b.plain(a)
		if err != nil {
			return value{}, err
		}
		is := expr.TestNull(e)
		if f.Name == "num_nonnulls" {
			is = expr.TestNotNull(e)
		}
		one := expr.Choose(is, number(1), number(0))
		if out == nil {
			out = one
			continue
		}
		out = expr.CallOf(b.fns.Op("add"), types.TInt4, nil, out, one)
	}
	return value{expr: out, typ: types.TInt4, pos: f.Pos}, nil
}

// permitted is has_…_privilege: everyone may everything, of NULL nobody knows.
func (b *binder) permitted(f *parse.FuncCall, args []value) (value, error) {
	var unknown []*algebra.Expr
	for _, a := range args {
		e, err := b.plain(a)
		if err != nil {
			return value{}, err
		}
		if e.Nullable {
			unknown = append(unknown, expr.TestNull(e))
		}
	}
	yes := algebra.Truth(true)
	if len(unknown) > 0 {
		yes = expr.Choose(expr.AnyOf(unknown), algebra.Null(types.TBool), yes)
	}
	return value{expr: yes, typ: types.TBool, pos: f.Pos}, nil
}
