package bind

import (
	"strconv"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// The contexts of casts, short.
const (
	implicit   = fn.Implicit
	assignment = fn.Assignment
	explicit   = fn.Explicit
)

// value is a bound expression, or a constant or parameter whose type context
// still has to give. Exactly one of expr, lit and client is set.
type value struct {
	expr   *algebra.Expr
	typ    types.Type   // Unknown: a string literal, NULL or an untyped parameter
	lit    *types.Datum // constant; for Unknown its text is in S
	text   string       // constant as written, for parsing as another type
	client int          // number of an untyped parameter
	pos    parse.Pos
	again  again // of a constant
}

// again is the constant that a value is in a statement with other literals, of whatever type; not ok: it would be
// wrong. nil: nobody knows, or nobody wants to.
type again func(o *algebra.Other) (v value, ok bool)

// then is the constant that f makes of it.
func (a again) then(f func(v value) (value, bool)) again {
	return a.with(func(_ *algebra.Other, v value) (value, bool) { return f(v) })
}

// with is then where f asks the other statement.
func (a again) with(f func(o *algebra.Other, v value) (value, bool)) again {
	if a == nil {
		return nil
	}
	return func(o *algebra.Other) (value, bool) {
		v, ok := a(o)
		if !ok {
			return v, false
		}
		return f(o, v)
	}
}

// literal makes the value of a constant.
func (b *binder) literal(l *parse.Literal) (value, error) {
	v, err := literalValue(l)
	if err != nil {
		return v, b.place(err, l.Pos)
	}
	switch {
	case b.out.Record == nil:
	case l.Kind == parse.NullLiteral || l.Kind == parse.BoolLiteral || b.foreign(): // the same in all statements
		v = v.always()
	default:
		if i, ok := b.out.Record.Literal(literalOf(l)); ok {
			v.again = func(o *algebra.Other) (value, bool) {
				l := &o.Literals[i]
				v, err := literalValue(&parse.Literal{Pos: parse.Pos(l.At), Kind: parse.LiteralKind(l.Kind), Text: l.Text})
				return v, err == nil
			}
		}
	}
	return v, nil
}

// Literals are a shape's, as a Record has them.
func Literals(s *parse.Shape) []algebra.Literal {
	out := make([]algebra.Literal, len(s.Literals))
	for i := range out {
		out[i] = literalOf(&s.Literals[i])
	}
	return out
}

func literalOf(l *parse.Literal) algebra.Literal {
	return algebra.Literal{At: int(l.Pos), Kind: uint8(l.Kind), Text: l.Text}
}

// always is v, which is the same in all statements.
func (v value) always() value {
	same := v
	v.again = func(*algebra.Other) (value, bool) { return same, true }
	return v
}

// foreign reports whether what is bound is no text of the statement: a view's query, a function's body or a column's
// default.
func (b *binder) foreign() bool { return len(b.views) > 0 || b.inDefault || b.body != nil }

// exactText says that the plan is for the very text of a literal.
func (b *binder) exactText(l *parse.Literal) {
	if !b.foreign() {
		b.out.Record.Exactly(literalOf(l))
	}
}

// literalValue is the constant that a literal is.
func literalValue(l *parse.Literal) (value, error) {
	v := value{pos: l.Pos, text: l.Text}
	switch l.Kind {
	case parse.NullLiteral:
		v.lit = &types.Datum{Null: true}
		return v, nil
	case parse.StringLiteral:
		d := types.String(l.Text)
		v.lit = &d
		return v, nil
	case parse.BoolLiteral:
		v.typ = types.TBool
	case parse.IntLiteral:
		v.typ = types.TInt4
	default:
		v.typ, v.text = numberType(l.Text)
	}
	d, err := types.ParseText(v.typ, v.text)
	if err != nil {
		return v, err
	}
	v.lit = &d
	return v, nil
}

// numberType is the type of a numeric constant that is not a 32-bit integer:
// BIGINT, DECIMAL of the digits written, or DOUBLE with an exponent or too many digits.
func numberType(s string) (types.Type, string) {
	if len(s) > 1 && s[0] == '0' && strings.IndexByte("xXoObB", s[1]) >= 0 {
		if n, err := strconv.ParseInt(s, 0, 64); err == nil {
			s = strconv.FormatInt(n, 10)
		}
	}
	unsigned := strings.TrimLeft(s, "+-")
	whole, frac, point := strings.Cut(unsigned, ".")
	if strings.ContainsAny(s, "eE") {
		return types.TFloat8, s
	}
	if !point {
		if _, err := strconv.ParseInt(s, 10, 64); err == nil {
			return types.TInt8, s
		}
	}
	digits := len(whole) + len(frac)
	if digits > types.MaxPrecision || len(frac) > types.MaxPrecision-1 {
		return types.TFloat8, s
	}
	if digits == 19 {
		// DECIMAL(19) is stored in 64 bits, which not every number of 19 digits fits.
		if _, err := strconv.ParseInt(whole+frac, 10, 64); err != nil {
			digits++
		}
	}
	return types.TDecimal(max(digits, 1), len(frac)), s
}

// column makes the value of a resolved column.
func (b *binder) column(c *column, at parse.Pos) value {
	return value{expr: b.ref(c, nil), typ: c.typ, pos: at}
}

// hoist makes a parameter of a constant. made says what it is in other statements; nil: nobody knows.
func (b *binder) hoist(t types.Type, d types.Datum, made algebra.Remake) *algebra.Expr {
	return &algebra.Expr{Kind: expr.Parameter, Type: t, Param: b.out.AddParam(plan.Param{Type: t, Value: d}, made)}
}

// hoistSame is hoist of what does not depend on the statement's literals.
func (b *binder) hoistSame(t types.Type, d types.Datum) *algebra.Expr {
	return b.hoist(t, d, algebra.Same(plan.Param{Type: t, Value: d}))
}

// checkValue has f asked of what v, a constant, is in another statement.
func (b *binder) checkValue(v value, f func(w value) bool) {
	switch {
	case b.out.Record == nil:
	case v.again == nil:
		b.out.Record.Opaque()
	default:
		b.out.Record.Check(func(o *algebra.Other) bool {
			w, ok := v.again(o)
			return ok && f(w)
		})
	}
}

// exactly says that the plan is for this constant alone.
func (b *binder) exactly(v value) {
	b.checkValue(v, func(w value) bool { return w.typ == v.typ && *w.lit == *v.lit })
}

// clientParam is $n; t is its type if it has none yet.
func (b *binder) clientParam(n int, t types.Type) *algebra.Expr {
	t.Fold = false // a parameter has no collation
	i, ok := b.client[n]
	if !ok {
		if d := b.declared(n); d.Kind != types.Unknown {
			t = d
		}
		i = len(b.out.Params)
		b.out.AddParam(plan.Param{Type: t, Client: n}, nil)
		b.client[n] = i
	}
	return &algebra.Expr{Kind: expr.Parameter, Type: b.out.Params[i].Type, Nullable: true, Param: i}
}

// declared is the type the client declared for $n, Unknown if none.
func (b *binder) declared(n int) types.Type {
	if n <= len(b.opts.ParamTypes) {
		return b.opts.ParamTypes[n-1]
	}
	return types.TUnknown
}

// paramType is the type a parameter gets where one of type t is wanted: strings
// of any length, decimals with some digits to spare behind the point.
func paramType(t types.Type) types.Type {
	switch {
	case t.IsString():
		return types.TText.Collated(t.Fold)
	case t.Kind == types.Varbyte:
		return t.Widest()
	case t.Kind == types.Decimal:
		whole := int(t.Prec) - int(t.Scale)
		if scale := min(6, 18-whole); scale > int(t.Scale) {
			return types.TDecimal(whole+scale, scale)
		}
	}
	return t
}

// plain is v as an expression of its own type; what has none becomes text.
func (b *binder) plain(v value) (*algebra.Expr, error) {
	t := v.typ
	if t.Kind == types.Unknown {
		t = types.TText
	}
	e, err := b.coerce(v, t, implicit)
	if err != nil {
		return nil, err
	}
	return b.settled(e), nil
}

// condition is v as BOOLEAN.
func (b *binder) condition(v value, clause string) (*algebra.Expr, error) {
	if v.typ.Kind != types.Bool && v.typ.Kind != types.Unknown && !v.typ.IsInteger() {
		return nil, b.errorAt(v.pos, sqlerr.DatatypeMismatch, "argument of %s must be type boolean, not type %s", clause,
			v.typ.Name())
	}
	// Integers count too, as in Redshift: WHERE 1.
	return b.coerce(v, types.TBool, explicit)
}

// coerce gives v the type to, by a cast allowed in ctx.
func (b *binder) coerce(v value, to types.Type, ctx fn.CastContext) (*algebra.Expr, error) {
	if err := b.step(v.pos); err != nil {
		return nil, err
	}
	switch {
	case v.client > 0:
		e := b.clientParam(v.client, paramType(to))
		return b.coerce(value{expr: e, typ: e.Type, pos: v.pos}, to, ctx)
	case v.lit != nil && v.lit.Null:
		return algebra.Null(to), nil
	case v.lit != nil:
		return b.coerceLiteral(asLiteral(v, to), to, ctx)
	}
	return b.cast(v.expr, to, ctx, v.pos)
}

// asLiteral gives an untyped literal the type that one has where a value of type to is wanted, if it is not the text
// form of such a value.
func asLiteral(v value, to types.Type) value {
	t, ok := to.LiteralType()
	if !ok || v.lit == nil || v.typ.Kind != types.Unknown {
		return v
	}
	v.typ, v.text = t, v.lit.S
	v.again = v.again.then(func(w value) (value, bool) {
		if w.lit.Null || w.typ.Kind != types.Unknown {
			return w, false
		}
		w.typ, w.text = t, w.lit.S
		return w, true
	})
	return v
}

// coerceLiteral parses a constant as a value of type to where that gives what
// the cast would, else casts the hoisted constant.
func (b *binder) coerceLiteral(v value, to types.Type, ctx fn.CastContext) (*algebra.Expr, error) {
	if v.typ == to && to.Kind == types.Bool { // changes the program's shape: worth one of its own
		b.exactly(v)
		return algebra.Truth(v.lit.Lo != 0), nil
	}
	c := literalCast{b.fns, to, ctx}
	if v.typ != to && v.typ.Kind != types.Unknown {
		if _, ok := b.fns.Cast(v.typ, to, ctx); !ok {
			return nil, b.cannotCast(v.typ, to, ctx, v.pos)
		}
	}
	t, d, err := c.of(v, b.parseText)
	if err != nil {
		return nil, b.place(err, v.pos)
	}
	var made algebra.Remake
	if again, from := v.again, v.typ; again != nil {
		parse := b.parseOther()
		made = func(o *algebra.Other) (plan.Param, bool) {
			w, ok := again(o)
			if !ok || w.typ != from {
				return plan.Param{}, false
			}
			u, d, err := c.of(w, func(to types.Type, s string) (types.Datum, error) { return parse(o, to, s) })
			return plan.Param{Type: u, Value: d}, err == nil && u == t
		}
	}
	return b.cast(b.hoist(t, d, made), to, ctx, v.pos)
}

// literalCast is what constants become where a value of type to is wanted.
type literalCast struct {
	fns *fn.Table
	to  types.Type
	ctx fn.CastContext
}

// of is v's value and its type: to, or v's own, which a cast turns into to.
func (c literalCast) of(v value, parse func(types.Type, string) (types.Datum, error)) (types.Type, types.Datum, error) {
	to := c.to
	if v.typ == to {
		return to, *v.lit, nil
	}
	if v.typ.Kind == types.Unknown {
		d, err := parse(to, cutText(v.lit.S, to, c.ctx))
		return to, d, err
	}
	cut := v.typ.Kind == types.Decimal && to.Kind == types.Decimal && to.Scale < v.typ.Scale && c.ctx != assignment
	widens := v.typ.IsNumeric() && to.IsNumeric() && to.Kind >= v.typ.Kind && c.ctx != explicit && !cut ||
		c.fns.SameText(v.typ, to)
	narrows := v.typ.IsInteger() && to.IsNumeric() && c.ctx == assignment // if it fits: the cast says what is wrong
	least := v.typ.Kind == types.Int8 && to == types.TDecimal(19, 0)      // has no text of the least BIGINT, but a cast
	if widens || narrows {
		// The text says the same value in the other type (and is rounded on assignment).
		text := v.text
		if text == "" {
			text = types.FormatText(v.typ, *v.lit)
		}
		d, err := types.ParseText(to, text)
		if err == nil || widens && !least {
			return to, d, err
		}
	}
	return v.typ, *v.lit, nil
}

// cutText is s cut to a string type's length, as an explicit cast does.
func cutText(s string, to types.Type, ctx fn.CastContext) string {
	if ctx != explicit || to.Len == 0 {
		return s
	}
	if to.IsString() {
		return types.CutString(s, int(to.Len))
	}
	return s[:min(len(s), int(to.Len))]
}

// timeTextBytes holds the text of every date and timestamp.
const timeTextBytes = 64

// cutsTime reports whether the text of a date or timestamp is cut to type to,
// as in ts::VARCHAR(10). Numbers that do not fit are an error instead: their
// first digits mean something else.
func cutsTime(from, to types.Type) bool {
	return from.CutsText() && to.Len > 0 && int(to.Len) < timeTextBytes
}

// cast converts e to type to.
func (b *binder) cast(e *algebra.Expr, to types.Type, ctx fn.CastContext, at parse.Pos) (*algebra.Expr, error) {
	if to.Fold != e.Type.Fold && to.IsString() && e.Type.IsString() {
		var err error
		if e, err = b.recollated(e, &to, ctx, at); err != nil {
			return nil, err
		}
	}
	if e.Type == to {
		return e, nil
	}
	if e.Kind == expr.Constant && e.Const.Null {
		return algebra.Null(to), nil
	}
	bd, ok := b.fns.Cast(e.Type, to, ctx)
	if !ok {
		return nil, b.cannotCast(e.Type, to, ctx, at)
	}
	if b.opts.Super.StrictCasts && e.Type.Kind == types.Super {
		bd = fn.StrictSuper(bd)
	}
	if b.opts.NumericRounding && e.Type.Kind == types.Decimal && to.IsNumeric() {
		bd, _ = b.fns.Cast(e.Type, to, assignment)
	}
	if ctx == explicit && cutsTime(e.Type, to) {
		text, err := b.cast(e, types.TVarchar(timeTextBytes), ctx, at)
		if err != nil {
			return nil, err
		}
		return b.cast(text, to, ctx, at)
	}
	if bd.Op == nil { // the same bytes
		if e.Kind == expr.Column && e.Type.Fold != to.Fold { // a name
			return expr.CallOf(b.fns.Op(collateOp), to, nil, e), nil
		}
		c := *e
		c.Type = to
		if p, ok := b.refs[e]; ok {
			b.refs[&c] = p
		}
		return &c, nil
	}
	return b.call(bd, []*algebra.Expr{e}), nil
}

// recollated is e where a string of type to is wanted, whose collation is another one. Only an assignment takes one
// away.
func (b *binder) recollated(e *algebra.Expr, to *types.Type, ctx fn.CastContext, at parse.Pos) (*algebra.Expr,
	error) {
	switch {
	case ctx == assignment || e.IsNullConst():
		return b.relabeled(e, to.Fold), nil
	case !to.Fold:
		to.Fold = true
	case ctx == implicit && b.collation(e) == sensitive:
		return nil, b.errCollations(at)
	}
	return b.relabeled(e, true), nil
}

func (b *binder) cannotCast(from, to types.Type, ctx fn.CastContext, at parse.Pos) error {
	if ctx == explicit {
		return b.errorAt(at, sqlerr.CannotCoerce, "cannot cast type %s to %s", from.Name(), to.Name())
	}
	return b.errorAt(at, sqlerr.DatatypeMismatch, "expression is of type %s but type %s is needed", from.Name(),
		to.Name()).(*sqlerr.Error).
		WithHint("You will need to rewrite or cast the expression.")
}

// call makes the call of a bound operation on arguments that have its types.
func (b *binder) call(bd fn.Bound, args []*algebra.Expr) *algebra.Expr {
	if bd.Keyed {
		keys := make([]*algebra.Expr, len(args))
		for i, a := range args {
			keys[i] = b.ordered(a)
		}
		args = keys
	}
	if bd.Zoned {
		args = append(args, b.out.ZoneParam())
	}
	if b.trying && !bd.Sure {
		bd.Op = b.fns.Try(bd.Op)
	}
	e := expr.CallOf(bd.Op, bd.Ret, bd.Extra, args...)
	e.Sure = bd.Sure
	return e
}
