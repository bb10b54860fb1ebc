package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

// tryCast binds TRY_CAST: the cast, by operations that give NULL where its own fail. A constant that is a value of the
// type is one here, too; of another what it becomes is left to the operation, so that one plan serves all.
func (b *binder) tryCast(sc *scope, x *parse.CastExpr) (value, error) {
	to, bad := parse.ResolveType(x.Type)
	switch {
	case bad != nil:
		return value{}, bad.At(b.stmt.Position(x.Type.Pos))
	case regCast(x) != nil:
		return value{}, b.unsupported(x.Pos, "TRY_CAST to type %s", x.Type.Name)
	case x.Type.Interval != (types.IntervalFields{}):
		stored := types.AliasOf("interval " + x.Type.Interval.Fields)
		if stored == nil {
			return value{}, b.unsupported(x.Pos, "TRY_CAST to an interval of other fields than a column's")
		}
		if to, bad = stored.Type(nil, true); bad != nil {
			return value{}, bad
		}
	}
	v, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	if v.client > 0 { // what the client sends may be no value of the type
		e := b.clientParam(v.client, types.TText)
		v = value{expr: e, typ: e.Type, pos: v.pos}
	}
	if v.lit != nil && v.typ.Kind == types.Unknown && !v.lit.Null {
		if asksClock(to, v.lit.S) {
			return b.castValue(sc, x.Arg, to, x)
		}
		b.checkValue(v, func(w value) bool { return w.lit.Null || w.typ.Kind != types.Unknown || !asksClock(to, w.lit.S) })
		text, err := b.coerce(v, types.TText, explicit)
		if err != nil {
			return value{}, err
		}
		v = value{expr: text, typ: types.TText, pos: v.pos}
	}
	to = keepLength(to, v, x)
	before := b.trying
	b.trying = true
	defer func() { b.trying = before }()
	e, err := b.coerce(v, to, explicit)
	if err != nil && v.lit != nil && fn.IsOfValue(err) { // by a constant's text
		hoisted := b.hoist(v.typ, *v.lit, nil)
		e, err = b.cast(hoisted, to, explicit, v.pos)
	}
	if err != nil {
		return value{}, b.place(err, x.Pos)
	}
	return value{expr: e, typ: to, pos: x.Pos}, nil
}
