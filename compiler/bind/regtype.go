package bind

import (
	"slipher/catalog/relations"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// Oids that are written as names ('name'::regclass, oid::regtype) have no type of their own: they are oids where they
// are compared for equality, looked up or cast to integers, and their names as text elsewhere.

// regCast is e as a cast to such a type, nil if it is none.
func regCast(e parse.Expr) *parse.CastExpr {
	c, ok := e.(*parse.CastExpr)
	if !ok || c.Type.Array || c.Type.Schema != "" && c.Type.Schema != "pg_catalog" || !relations.IsRegType(c.Type.Name) {
		return nil
	}
	return c
}

// operand binds an operand of an operator, or an argument that is an oid.
func (b *binder) operand(sc *scope, e parse.Expr, op string) (value, error) {
	c := regCast(e)
	if c == nil || op != "=" && op != "<>" && op != "!=" {
		return b.expr(sc, e)
	}
	return b.regOID(sc, c)
}

// regOID is the oid that c, a regCast, gives.
func (b *binder) regOID(sc *scope, c *parse.CastExpr) (value, error) {
	cat, offers := b.cat.(Lookups)
	if !offers {
		return value{}, b.unsupported(c.Pos, "type %s without a catalog", c.Type.Name)
	}
	v, err := b.expr(sc, c.Arg)
	if err != nil {
		return value{}, err
	}
	if v.lit != nil && v.lit.Null {
		return value{lit: v.lit, typ: types.TOID, pos: c.Pos}, nil
	}
	if v.lit != nil && v.typ.Kind == types.Unknown {
		b.out.Record.Never()
		d, err := types.ParseText(types.TOID, v.lit.S) // a number is itself
		if err != nil {
			oid, err := cat.RegOID(c.Type.Name, v.lit.S)
			if err != nil {
				return value{}, b.place(err, v.pos)
			}
			d = types.Int(int64(oid))
		}
		return value{lit: &d, typ: types.TOID, pos: c.Pos}, nil
	}
	if !v.typ.IsInteger() && v.typ.Kind != types.OID {
		return value{}, b.unsupported(c.Pos, "a cast of type %s to %s", v.typ.Name(), c.Type.Name)
	}
	e, err := b.coerce(v, types.TOID, explicit)
	return value{expr: e, typ: types.TOID, pos: c.Pos}, err
}

// regText is the name of an oid: c is a regCast.
func (b *binder) regText(sc *scope, c *parse.CastExpr) (value, error) {
	v, err := b.regOID(sc, c)
	if err != nil {
		return value{}, err
	}
	b.out.Record.Never()
	e, err := b.plain(v)
	if err != nil {
		return value{}, err
	}
	number, err := b.cast(e, types.TText, explicit, c.Pos)
	if err != nil {
		return value{}, err
	}
	names := b.answerFor([]*algebra.Expr{e}, types.TText, algebra.Null(types.TText), b.cat.(Lookups).RegNames(c.Type.Name))
	out := &algebra.Expr{Kind: expr.Coalesce, Type: types.TText, Nullable: e.Nullable,
		Args: []*algebra.Expr{names, number}}
	return value{expr: out, typ: types.TText, pos: c.Pos}, nil
}
