package bind

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// expr binds a scalar expression.
func (b *binder) expr(sc *scope, e parse.Expr) (value, error) {
	if err := b.step(e.At()); err != nil {
		return value{}, err
	}
	switch x := e.(type) {
	case *parse.Literal:
		return b.literal(x)
	case *starExpr:
		r := &parse.ColumnRef{Pos: x.Pos, Parts: []string{x.col.name}}
		return value{expr: b.ref(x.col, r), typ: x.col.typ, pos: x.Pos}, nil
	case *parse.ColumnRef:
		return b.name(sc, x)
	case *parse.AncestorExpr:
		return b.ancestor(sc, x)
	case *parse.OuterColumn:
		return b.outerColumn(sc, x)
	case *parse.ParamRef:
		if b.body != nil {
			return b.argument(x.N, x.Pos)
		}
		return b.param(x), nil
	case *parse.OpExpr:
		return b.opExpr(sc, x)
	case *parse.LogicExpr:
		return b.logic(sc, x)
	case *parse.FuncCall:
		return b.funcCall(sc, x)
	case *parse.CastExpr:
		return b.castExpr(sc, x)
	case *parse.CaseExpr:
		return b.caseExpr(sc, x)
	case *parse.InExpr:
		return b.in(sc, x)
	case *parse.BetweenExpr:
		return b.between(sc, x)
	case *parse.LikeExpr:
		return b.like(sc, x)
	case *parse.NullTest:
		return b.nullTest(sc, x)
	case *parse.BoolTest:
		return b.boolTest(sc, x)
	case *parse.DistinctExpr:
		return b.distinctFrom(sc, x)
	case *parse.RowExpr:
		return value{}, b.unsupported(x.Pos, "a row expression")
	case *parse.SubqueryExpr:
		return b.subquery(sc, x)
	case *parse.ArrayExpr:
		return b.array(sc, x, types.TUnknown)
	case *parse.ArrayComparison:
		return b.arrayComparison(sc, x)
	case *parse.SubscriptExpr:
		return b.elementAt(sc, x)
	case *parse.MemberExpr:
		return b.member(sc, x)
	case *parse.DefaultExpr:
		return value{}, b.errorAt(x.Pos, sqlerr.SyntaxError, "DEFAULT is not allowed in this context")
	}
	return value{}, b.unsupported(e.At(), "this expression")
}

func (b *binder) exprs(sc *scope, es []parse.Expr) ([]value, error) {
	var out []value
	for _, e := range es {
		v, err := b.expr(sc, e)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// boolean wraps a BOOLEAN expression.
func boolean(e *algebra.Expr, at parse.Pos) value { return value{expr: e, typ: types.TBool, pos: at} }

// name binds a column reference: a column of FROM, else an item of the select
// list by its alias, else a keyword that Redshift calls without parentheses.
func (b *binder) name(sc *scope, r *parse.ColumnRef) (value, error) {
	if r.Star {
		return value{}, b.errorAt(r.Pos, sqlerr.SyntaxError, "syntax error at or near \"*\"")
	}
	c, err := b.columnRef(sc, r)
	if err != nil {
		return value{}, err
	}
	if c != nil {
		return value{expr: b.ref(c, r), typ: c.typ, pos: r.Pos}, nil
	}
	if n := b.namedArgument(r); n > 0 {
		return b.argument(n, r.Pos)
	}
	if len(r.Parts) != 1 {
		if v, ok, err := b.inSuper(sc, r); ok || err != nil {
			return v, err
		}
		return value{}, b.noColumn(sc, r)
	}
	for i := len(sc.aliases) - 1; i >= 0; i-- {
		t := sc.aliases[i]
		if _, star := t.Expr.(*starExpr); !star && t.Alias == r.Parts[0] {
			in := *sc
			in.aliases = sc.aliases[:i]
			return b.expr(&in, t.Expr)
		}
	}
	if r.Parts[0] == "sysdate" {
		return b.funcCall(sc, &parse.FuncCall{Pos: r.Pos, Name: "sysdate", Keyword: true})
	}
	return value{}, b.noColumn(sc, r)
}

// param binds $n; without a declared or inferred type it waits for one.
func (b *binder) param(p *parse.ParamRef) value {
	_, seen := b.client[p.N]
	if t := b.declared(p.N); seen || t.Kind != types.Unknown {
		e := b.clientParam(p.N, t)
		return value{expr: e, typ: e.Type, pos: p.Pos}
	}
	return value{client: p.N, pos: p.Pos}
}

// conjuncts binds a condition and cuts it at its top-level ANDs.
func (b *binder) conjuncts(sc *scope, e parse.Expr, clause string) ([]*algebra.Expr, error) {
	if l, ok := e.(*parse.LogicExpr); ok && l.Op == parse.And {
		var out []*algebra.Expr
		for _, a := range l.Args {
			ps, err := b.conjuncts(sc, a, clause)
			if err != nil {
				return nil, err
			}
			out = append(out, ps...)
		}
		return out, nil
	}
	v, err := b.expr(sc, e)
	if err != nil {
		return nil, err
	}
	c, err := b.condition(v, clause)
	if err != nil {
		return nil, err
	}
	if c.Kind == expr.And { // BETWEEN
		return c.Args, nil
	}
	return []*algebra.Expr{c}, nil
}

func (b *binder) logic(sc *scope, l *parse.LogicExpr) (value, error) {
	kind := map[parse.LogicOp]expr.Kind{parse.And: expr.And, parse.Or: expr.Or, parse.Not: expr.Not}[l.Op]
	name := map[parse.LogicOp]string{parse.And: "AND", parse.Or: "OR", parse.Not: "NOT"}[l.Op]
	out := &algebra.Expr{Kind: kind, Type: types.TBool}
	for _, a := range l.Args {
		v, err := b.expr(sc, a)
		if err != nil {
			return value{}, err
		}
		c, err := b.condition(v, name)
		if err != nil {
			return value{}, err
		}
		out.Nullable = out.Nullable || c.Nullable
		if c.Kind == kind && kind != expr.Not {
			out.Args = append(out.Args, c.Args...)
		} else {
			out.Args = append(out.Args, c)
		}
	}
	return boolean(out, l.Pos), nil
}

func (b *binder) opExpr(sc *scope, x *parse.OpExpr) (value, error) {
	if asRow(x.Left) != nil || asRow(x.Right) != nil {
		return b.rowOperator(sc, x)
	}
	var args []value
	if x.Left != nil {
		l, err := b.operand(sc, x.Left, x.Op)
		if err != nil {
			return value{}, err
		}
		args = append(args, l)
	}
	r, err := b.operand(sc, x.Right, x.Op)
	if err != nil {
		return value{}, err
	}
	args = append(args, r)
	if x.Left == nil && x.Op == "-" && r.lit != nil && r.typ.IsNumeric() && r.text != "" { // not '5'::int
		return b.negated(r, x.Pos)
	}
	if len(args) == 2 {
		if v, ok := foldIntegers(x.Op, args[0], args[1]); ok {
			return v, nil
		}
		if args[0].lit != nil && args[1].lit != nil && args[0].typ == types.TInt4 && args[1].typ == types.TInt4 {
			b.exactly(args[0])
			b.exactly(args[1])
		}
	}
	return b.anyOperator(x.Op, args, x.Pos)
}

// anyOperator binds a call of an operator, or of NOT of one.
func (b *binder) anyOperator(op string, args []value, at parse.Pos) (value, error) {
	if positive, ok := negatedOperators[op]; ok && len(args) == 2 {
		v, err := b.operator(positive, args, at)
		if err != nil {
			return value{}, err
		}
		v.expr = expr.Negate(v.expr)
		return v, nil
	}
	return b.operator(op, args, at)
}

// negatedOperators are NOT of another operator.
var negatedOperators = map[string]string{"!~": "~", "!~*": "~*", "!~~": "~~", "!~~*": "~~*"}

// foldIntegers computes +, - and * of two integer constants if the result fits
// their type; anything else is left to the operation.
func foldIntegers(op string, l, r value) (value, bool) {
	if l.lit == nil || r.lit == nil || l.lit.Null || r.lit.Null || l.typ != types.TInt4 || r.typ != types.TInt4 {
		return value{}, false
	}
	var both again
	if l.again != nil && r.again != nil {
		both = func(o *algebra.Other) (value, bool) {
			x, ok1 := l.again(o)
			y, ok2 := r.again(o)
			if !ok1 || !ok2 {
				return value{}, false
			}
			return foldIntegers(op, x, y)
		}
	}
	n := l.lit.Lo
	switch op {
	case "+":
		n += r.lit.Lo
	case "-":
		n -= r.lit.Lo
	case "*":
		n *= r.lit.Lo
	default:
		return value{}, false
	}
	if int64(int32(n)) != n {
		return value{}, false
	}
	d := types.Int(n)
	return value{lit: &d, typ: types.TInt4, text: strconv.FormatInt(n, 10), pos: l.pos, again: both}, true
}

// negated folds the sign into a numeric constant.
func (b *binder) negated(v value, at parse.Pos) (value, error) {
	n, err := negatedLiteral(v, at)
	if err != nil {
		return n, b.place(err, at)
	}
	n.again = v.again.then(func(v value) (value, bool) {
		if v.lit == nil || !v.typ.IsNumeric() {
			return v, false
		}
		n, err := negatedLiteral(v, at)
		return n, err == nil
	})
	return n, nil
}

func negatedLiteral(v value, at parse.Pos) (value, error) {
	text := "-" + v.text
	if strings.HasPrefix(v.text, "-") {
		text = v.text[1:]
	}
	kind := parse.NumberLiteral
	if len(strings.Trim(text, "-0123456789")) == 0 && v.typ.Kind == types.Int4 {
		kind = parse.IntLiteral
	}
	return literalValue(&parse.Literal{Pos: at, Kind: kind, Text: text})
}

// comparisons are the operators that compare.
var comparisons = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

// operator binds a call of an operator.
func (b *binder) operator(op string, args []value, at parse.Pos) (value, error) {
	if op == "!=" {
		op = "<>"
	}
	if op == "||" && len(args) == 2 && (args[0].typ.IsArray() || args[1].typ.IsArray()) {
		return b.arrayConcat(args, at)
	}
	if comparisons[op] && len(args) == 2 {
		narrowInteger(&args[0], args[1])
		narrowInteger(&args[1], args[0])
	}
	if len(args) == 2 {
		b.typeParam(&args[0], args[1])
		b.typeParam(&args[1], args[0])
	}
	return b.resolve(op, args, at)
}

// typeParam types an untyped parameter beside a decimal, with digits to spare:
// the decimal's own scale would round what the client sends.
func (b *binder) typeParam(v *value, other value) {
	if v.client > 0 && other.typ.Kind == types.Decimal {
		e := b.clientParam(v.client, paramType(other.typ))
		*v = value{expr: e, typ: e.Type, pos: v.pos}
	}
}

// narrowInteger gives an integer constant the other side's smaller integer type
// if it fits: the column then needs no cast.
func narrowInteger(v *value, other value) {
	if v.lit == nil || v.lit.Null || !v.typ.IsInteger() || other.lit != nil || !other.typ.IsInteger() ||
		other.typ.Kind >= v.typ.Kind {
		return
	}
	to, from := other.typ, v.typ
	d, err := types.ParseText(to, v.text)
	if err != nil {
		v.again = v.again.then(func(v value) (value, bool) {
			_, err := types.ParseText(to, v.text)
			return v, err != nil
		})
		return
	}
	v.lit, v.typ = &d, to
	v.again = v.again.then(func(v value) (value, bool) {
		d, err := types.ParseText(to, v.text)
		if err != nil || v.typ != from {
			return v, false
		}
		v.lit, v.typ = &d, to
		return v, true
	})
}

func (b *binder) castExpr(sc *scope, x *parse.CastExpr) (value, error) {
	if x.Try {
		return b.tryCast(sc, x)
	}
	if c := regCast(x); c != nil {
		return b.regText(sc, c)
	}
	to, bad := parse.ResolveType(x.Type)
	if bad != nil {
		return value{}, bad.At(b.stmt.Position(x.Type.Pos))
	}
	if f := x.Type.Interval; f != (types.IntervalFields{}) {
		l, ok := x.Arg.(*parse.Literal)
		ok = ok && l.Kind == parse.StringLiteral
		if stored := types.AliasOf("interval " + f.Fields); stored != nil {
			to, _ := stored.Type(nil, true)
			if !ok || !f.Rounded {
				return b.castValue(sc, x.Arg, to, x)
			}
		}
		if !ok {
			return value{}, b.unsupported(x.Type.Pos, "fields or a precision of an interval that is not written as a string")
		}
		b.exactText(l)
		d, err := types.ParseInterval(l.Text, f)
		return value{lit: &d, typ: to, pos: x.Pos}, b.place(err, l.Pos)
	}
	return b.castValue(sc, x.Arg, to, x)
}

// keepLength is to; VARCHAR and VARBYTE without a length keep the length of what they are given, strings its
// collation.
func keepLength(to types.Type, v value, x *parse.CastExpr) types.Type {
	if n := v.typ.Len; (to.Kind == types.Varchar || to.Kind == types.Varbyte) && len(x.Type.Mods) == 0 && n > 0 &&
		!v.typ.IsArray() {
		to.Len = min(n, to.Len)
	}
	return to.Collated(v.typ.Fold)
}

func (b *binder) castValue(sc *scope, arg parse.Expr, to types.Type, x *parse.CastExpr) (value, error) {
	if a, ok := arg.(*parse.ArrayExpr); ok && to.IsArray() { // element by element
		return b.array(sc, a, to)
	}
	var v value
	var err error
	if c := regCast(arg); c != nil && (to.IsInteger() || to.Kind == types.OID) {
		v, err = b.regOID(sc, c)
	} else {
		v, err = b.expr(sc, arg)
	}
	if err != nil {
		return value{}, err
	}
	to = keepLength(to, v, x)
	// So does BPCHAR, the type of N'…' and of CHAR '…', which does not pad to the 256 of a column.
	if to.Kind == types.Char && x.Type.Name == "bpchar" && len(x.Type.Mods) == 0 {
		switch {
		case v.typ.Kind == types.Varchar || v.typ.Kind == types.Char:
			to.Len = min(v.typ.Len, types.MaxChar)
		case v.lit != nil && !v.lit.Null && v.typ.Kind == types.Unknown:
			to.Len = min(max(1, int32(len(v.lit.S))), types.MaxChar)
			n := len(v.lit.S)
			b.checkValue(v, func(w value) bool { return len(w.lit.S) == n })
		}
	}
	if v.client > 0 {
		e := b.clientParam(v.client, paramType(to))
		v = value{expr: e, typ: e.Type, pos: v.pos}
	}
	if v = asLiteral(v, to); v.lit != nil && !v.lit.Null && v.typ.Kind == types.Unknown {
		d, err := b.parseText(to, cutText(v.lit.S, to, explicit))
		if err != nil {
			return value{}, b.place(err, v.pos)
		}
		w := value{lit: &d, typ: to, pos: x.Pos}
		parse := b.parseOther()
		w.again = v.again.with(func(o *algebra.Other, v value) (value, bool) {
			if v.lit.Null || v.typ.Kind != types.Unknown {
				return v, false
			}
			d, err := parse(o, to, cutText(v.lit.S, to, explicit))
			return value{lit: &d, typ: to, pos: x.Pos}, err == nil
		})
		return w, nil
	}
	e, err := b.coerce(v, to, explicit)
	if err != nil {
		return value{}, b.place(err, x.Pos)
	}
	return value{expr: e, typ: to, pos: x.Pos}, nil
}
