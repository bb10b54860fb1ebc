package bind

import (
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// emptyArray is the array without elements, as part of the program.
func emptyArray(t types.Type) *algebra.Expr {
	return &algebra.Expr{Kind: expr.Constant, Type: t, Const: types.EmptyArray}
}

// arrayOp is a call of an operation on an array of type t, which its last operand says.
func (b *binder) arrayOp(op string, t, ret types.Type, args ...*algebra.Expr) *algebra.Expr {
	return expr.CallOf(b.fns.Op(op), ret, []fn.Const{fn.TypeConst(t)}, args...)
}

// arrayWith is an array with one more element.
func (b *binder) arrayWith(array, x *algebra.Expr, op string) *algebra.Expr {
	e := b.arrayOp(op, array.Type, array.Type, array, x)
	e.Nullable = false // NULL has no elements
	return e
}

// array binds ARRAY[…], of type want if that is not Unknown.
func (b *binder) array(sc *scope, x *parse.ArrayExpr, want types.Type) (value, error) {
	items, err := b.exprs(sc, x.Items)
	if err != nil {
		return value{}, err
	}
	return b.arrayOf(items, want, x.Pos)
}

func (b *binder) arrayOf(items []value, want types.Type, at parse.Pos) (value, error) {
	ctx := explicit
	if !want.IsArray() {
		if len(items) == 0 {
			return value{}, b.errorAt(at, "42P18", "cannot determine type of empty array").(*sqlerr.Error).
				WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
		}
		elem, err := b.common(items, "ARRAY")
		if err != nil {
			return value{}, err
		}
		if elem.IsArray() {
			return value{}, b.unsupported(at, "an array of arrays")
		}
		if !fn.CanBeElement(elem) {
			return value{}, b.unsupported(at, "an array of type %s", elem.Name())
		}
		ctx, want = implicit, types.ArrayOf(elem)
	}
	elem, _ := want.Element()
	var known []types.Datum // the constants in front
	var out *algebra.Expr
	for _, it := range items {
		e, err := b.coerce(it, elem, ctx)
		if err != nil {
			return value{}, err
		}
		if out == nil {
			if d, ok := b.takeConstant(it, e); ok {
				known = append(known, d)
				continue
			}
			out = &algebra.Expr{Kind: expr.Constant, Type: want, Const: types.MakeArray(elem, known...)}
		}
		out = b.arrayWith(out, e, "array_append")
	}
	if out == nil {
		d := types.MakeArray(elem, known...)
		return value{lit: &d, typ: want, text: types.FormatText(want, d), pos: at}, nil
	}
	return value{expr: out, typ: want, pos: at}, nil
}

// takeConstant is the value of e, which a constant became, without the parameter that it is.
func (b *binder) takeConstant(v value, e *algebra.Expr) (types.Datum, bool) {
	switch last := len(b.out.Params) - 1; {
	case v.lit == nil:
	case e.Kind == expr.Constant:
		return e.Const, true
	case e.Kind == expr.Parameter && e.Param == last:
		b.out.SameValue(last)
		p, _ := b.out.TakeParam()
		return p.Value, true
	}
	return types.Datum{}, false
}

// arrayOfRows is ARRAY(query): an array of its rows' values, in the query's order.
func (b *binder) arrayOfRows(x *parse.SubqueryExpr, r *result) (value, error) {
	if len(r.cols) != 1 {
		return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "subquery must return only one column")
	}
	node, v := r.node, b.column(&r.cols[0], x.Pos).expr
	if v.Type.Kind == types.Unknown {
		v = v.As(types.TText)
	}
	if !fn.CanBeElement(v.Type) {
		return value{}, b.unsupported(x.Pos, "an array of type %s", v.Type.Name())
	}
	// What the query is ordered by it may not show.
	if p, ok := node.(*algebra.Project); ok && sortOf(p.In) != nil {
		node, v = p.In, p.Exprs[0].As(v.Type)
	}
	key := algebra.Zero(fn.GatherType)
	if s := sortOf(node); s != nil {
		for _, k := range s.Keys {
			key = b.orderKey(key, k.Expr, k.Desc, k.NullsFirst)
		}
		if s == node {
			node = s.In
		}
	}
	agg, t := b.fns.Aggregate("array_agg"), types.ArrayOf(v.Type)
	col := algebra.Column{ID: b.newID(), Name: "array", Type: t, Nullable: true}
	rows := &algebra.Aggregate{In: node, Cols: []algebra.Column{col}, Aggs: []algebra.AggCall{{Fn: agg, Type: t,
		Args: []*algebra.Expr{b.arrayWith(emptyArray(t), v, "array_append"), key}}}}
	e := &algebra.Expr{Kind: expr.Scalar, Type: t, Nullable: true, Rel: algebra.NewSubquery(rows, nil)}
	return value{expr: coalesce(e, emptyArray(t)), typ: t, pos: x.Pos}, nil
}

// sortOf is what orders n's rows, perhaps below a limit.
func sortOf(n algebra.Node) *algebra.Sort {
	if l, ok := n.(*algebra.Limit); ok {
		n = l.In
	}
	s, _ := n.(*algebra.Sort)
	return s
}

// arrayComparison binds x op ANY (array) and x op ALL (array). An array that is written out, or a constant, is a list:
// = ANY is IN then.
func (b *binder) arrayComparison(sc *scope, x *parse.ArrayComparison) (value, error) {
	if asRow(x.Arg) != nil {
		return value{}, b.unsupported(x.Pos, "a row beside an array")
	}
	left, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	op := x.Op
	if op == "!=" {
		op = "<>"
	}
	in := op == "=" && !x.All || op == "<>" && x.All
	once := left.expr != nil && left.expr.Volatile() // it is evaluated once for all elements
	var array value
	items, listed := []value(nil), false
	if a, ok := x.Array.(*parse.ArrayExpr); ok && len(a.Items) > 0 {
		if items, err = b.exprs(sc, a.Items); err != nil {
			return value{}, err
		}
		if listed = !once; once {
			array, err = b.arrayOf(items, types.TUnknown, a.Pos)
		}
	} else if array, err = b.expr(sc, x.Array); err == nil {
		array, err = b.besideValue(array, left)
		if err == nil && array.lit != nil && !array.lit.Null {
			items, err = b.elements(array)
			listed = !once || in
		}
	}
	switch {
	case err != nil:
		return value{}, err
	case !listed:
		return b.quantifiedArray(op, left, array, x)
	case len(items) == 0:
		return boolean(algebra.Truth(x.All), x.Pos), nil
	case in:
		return b.among(left, items, x.All, x.Pos)
	}
	parts := make([]*algebra.Expr, len(items))
	for i, it := range items {
		v, err := b.anyOperator(op, []value{left, it}, x.Pos)
		if err != nil {
			return value{}, err
		}
		if parts[i], err = b.condition(v, "ANY/ALL"); err != nil {
			return value{}, err
		}
	}
	if x.All {
		return boolean(expr.AllOf(parts), x.Pos), nil
	}
	return boolean(expr.AnyOf(parts), x.Pos), nil
}

// besideValue gives an array whose type only what it is compared with says an array's type.
func (b *binder) besideValue(array, left value) (value, error) {
	elem := left.typ
	if elem.Kind == types.Unknown {
		elem = types.TText
	}
	t := types.ArrayOf(paramType(elem))
	switch {
	case array.typ.IsArray():
	case array.client > 0:
		e := b.clientParam(array.client, t)
		array = value{expr: e, typ: e.Type, pos: array.pos}
	case array.typ.Kind == types.Unknown && array.lit != nil && array.lit.Null:
		array.typ = t
	case array.typ.Kind == types.Unknown && array.lit != nil:
		d, err := types.ParseText(t, array.lit.S)
		if err != nil {
			return value{}, b.place(err, array.pos)
		}
		b.exactly(array)
		array.lit, array.typ, array.again = &d, t, nil
	}
	if !array.typ.IsArray() {
		return value{}, b.errorAt(array.pos, sqlerr.WrongObjectType, "op ANY/ALL (array) requires array on right side")
	}
	return array, nil
}

// elements are a constant array's, as constants.
func (b *binder) elements(array value) ([]value, error) {
	b.exactly(array)
	elem, _ := array.typ.Element()
	ds, err := types.Elements(array.lit.S, elem)
	out := make([]value, len(ds))
	for i := range ds {
		out[i] = value{lit: &ds[i], typ: elem, pos: array.pos}
		if ds[i].Null {
			out[i].typ = types.TUnknown
		} else {
			out[i].text = types.FormatText(elem, ds[i])
		}
	}
	return out, err
}

// quantifiedArray compares with the elements of an array that is no constant.
func (b *binder) quantifiedArray(op string, left, array value, x *parse.ArrayComparison) (value, error) {
	elem, _ := array.typ.Element()
	if !comparisons[op] {
		return value{}, b.unsupported(x.Pos, "operator %s with the elements of an array that is not constant", op)
	}
	_, bd, err := b.fns.Resolve(op, []types.Type{left.typ, elem}, []*types.Datum{left.lit, nil})
	if err != nil {
		return value{}, b.place(err, x.Pos)
	}
	t := bd.Args[0]
	if !fn.CanBeElement(t) {
		return value{}, b.unsupported(x.Pos, "comparison of type %s with the elements of an array", t.Name())
	}
	of := types.ArrayOf(t)
	if t, _ = of.Element(); of == types.ArrayOf(elem) && array.typ.Kind != types.Array {
		of = array.typ
	}
	es, err := b.coerce(array, of, explicit)
	if err != nil {
		return value{}, b.place(err, x.Pos)
	}
	v, err := b.coerce(left, t, implicit)
	if err != nil {
		return value{}, err
	}
	name := "array_any"
	if x.All {
		name = "array_all"
	}
	holds := algebra.Number(types.TInt4, int64(bd.Op.Compares))
	return boolean(b.arrayOp(name, of, types.TBool, es, v, holds), x.Pos), nil
}

// elementAt binds array[i].
func (b *binder) elementAt(sc *scope, x *parse.SubscriptExpr) (value, error) {
	array, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	if array.typ.Kind == types.Super && array.expr != nil {
		return b.elementOfSuper(sc, array, x)
	}
	if !array.typ.IsArray() {
		return value{}, b.unsupported(x.Pos, "a subscript of type %s", array.typ.Name())
	}
	a, err := b.plain(array)
	if err != nil {
		return value{}, err
	}
	v, err := b.expr(sc, x.Index)
	if err != nil {
		return value{}, err
	}
	if !v.typ.IsInteger() && v.typ.Kind != types.Unknown {
		return value{}, b.errorAt(v.pos, sqlerr.DatatypeMismatch, "array subscript must have type integer")
	}
	i, err := b.coerce(v, types.TInt8, implicit)
	if err != nil {
		return value{}, err
	}
	elem, _ := array.typ.Element()
	return value{expr: b.arrayOp("array_at", array.typ, elem, a, i), typ: elem, pos: x.Pos}, nil
}

// arrayText is array_to_string(array, between [, null]).
func (b *binder) arrayText(f *parse.FuncCall, args []value) (value, error) {
	if !args[0].typ.IsArray() {
		return value{}, b.noFunction(f, args)
	}
	es, err := b.coerceAll(args[1:], types.TText)
	if err != nil {
		return value{}, err
	}
	a, err := b.plain(args[0])
	if err != nil {
		return value{}, err
	}
	if len(es) == 1 { // NULLs are left out
		es = append(es, algebra.Null(types.TText))
	}
	e := b.arrayOp("array_join", a.Type, types.TText, a, es[0], es[1], b.out.ZoneParam())
	return value{expr: e, typ: types.TText, pos: f.Pos}, nil
}

func (b *binder) arrayAppend(f *parse.FuncCall, args []value) (value, error) {
	return b.withElement(f, args, args[0], args[1])
}

func (b *binder) arrayPrepend(f *parse.FuncCall, args []value) (value, error) {
	return b.withElement(f, args, args[1], args[0])
}

func (b *binder) arrayCat(f *parse.FuncCall, args []value) (value, error) {
	if !args[0].typ.IsArray() && !args[1].typ.IsArray() {
		return value{}, b.noFunction(f, args)
	}
	return b.arrayConcat(args, f.Pos)
}

// arrayConcat is a || b, one an array: of two, or of one and an element. Only of two NULLs it is NULL.
func (b *binder) arrayConcat(args []value, at parse.Pos) (value, error) {
	x, y := args[0], args[1]
	element := func(v value) bool { return v.typ.Kind != types.Unknown && !v.typ.IsArray() }
	f := &parse.FuncCall{Pos: at, Name: "array_append"}
	switch {
	case element(y):
		return b.withElement(f, args, x, y)
	case element(x):
		f.Name = "array_prepend"
		return b.withElement(f, args, y, x)
	}
	_, bd, err := b.fns.Resolve("||", []types.Type{x.typ, y.typ}, nil)
	if err != nil {
		return value{}, b.place(err, at)
	}
	es, err := b.coerceAll(args, bd.Ret)
	if err != nil {
		return value{}, err
	}
	e := b.call(bd, es)
	e.Nullable = es[0].Nullable && es[1].Nullable
	return value{expr: e, typ: bd.Ret, pos: at}, nil
}

// arrayPosition is array_position(a, x), and array_positions and array_remove, which have the same arguments.
func (b *binder) arrayPosition(f *parse.FuncCall, args []value) (value, error) {
	return b.withElement(f, args, args[0], args[1])
}

// arrayReplace is array_replace(a, x, y).
func (b *binder) arrayReplace(f *parse.FuncCall, args []value) (value, error) {
	t, es, err := b.sameElements(f, args, args[0], args[1:]...)
	if err != nil {
		return value{}, err
	}
	return value{expr: b.arrayOp("array_replace", t, t, es...), typ: t, pos: f.Pos}, nil
}

// arrayFill is array_fill(x, array[n]).
func (b *binder) arrayFill(f *parse.FuncCall, args []value) (value, error) {
	x := args[0]
	if x.typ.Kind == types.Unknown {
		x.typ = types.TText
	}
	dims := types.ArrayOf(types.TInt4)
	if !fn.CanBeElement(x.typ) || args[1].typ.Kind != types.Unknown && args[1].typ != dims {
		return value{}, b.noFunction(f, args)
	}
	t := types.ArrayOf(x.typ)
	elem, _ := t.Element()
	n, err := b.coerce(args[1], dims, implicit)
	if err != nil {
		return value{}, err
	}
	e, err := b.coerce(args[0], elem, implicit)
	if err != nil {
		return value{}, err
	}
	return value{expr: b.arrayOp("array_fill", t, t, n, e), typ: t, pos: f.Pos}, nil
}

// withElement binds a function of an array and an element, of the widest type of both. A function of that name is an
// operation.
func (b *binder) withElement(f *parse.FuncCall, args []value, array, x value) (value, error) {
	t, es, err := b.sameElements(f, args, array, x)
	if err != nil {
		return value{}, err
	}
	ret, op := types.TInt4, strings.ToLower(f.Name)
	switch op {
	case "array_position":
	case "array_positions":
		ret = types.ArrayOf(types.TInt4)
	case "array_remove":
		ret = t
	default:
		return value{expr: b.arrayWith(es[0], es[1], op), typ: t, pos: f.Pos}, nil
	}
	return value{expr: b.arrayOp(op, t, ret, es...), typ: ret, pos: f.Pos}, nil
}

// sameElements are an array and values as its elements, of the widest type of all.
func (b *binder) sameElements(f *parse.FuncCall, args []value, array value, xs ...value) (types.Type, []*algebra.Expr,
	error) {
	t := array.typ
	elem, ok := t.Element()
	if x := xs[0]; array.typ.Kind == types.Unknown && array.lit != nil && array.lit.Null && fn.CanBeElement(x.typ) {
		elem, ok, t = x.typ, true, types.ArrayOf(x.typ)
	}
	if !ok {
		return t, nil, b.noFunction(f, args)
	}
	for i := range xs {
		x := &xs[i]
		if x.typ.Kind == types.Unknown {
			continue
		}
		if !fn.CanBeElement(x.typ) {
			return t, nil, b.noFunction(f, args)
		}
		was := t
		if t, ok = fn.CommonType(t, types.ArrayOf(x.typ), types.DecimalExact); !ok {
			narrowInteger(x, value{typ: elem})
			if t, ok = was, x.typ == elem; !ok {
				return t, nil, b.noFunction(f, args)
			}
		}
		elem, _ = t.Element()
	}
	a, err := b.coerce(array, t, implicit)
	if err != nil {
		return t, nil, err
	}
	es := []*algebra.Expr{a}
	for _, x := range xs {
		e, err := b.coerce(x, elem, implicit)
		if err != nil {
			return t, nil, err
		}
		es = append(es, e)
	}
	return t, es, nil
}
