package bind

import (
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

// operand binds an operand of an operator. 'name'::regtype is the oid of a type where oids are compared (psql asks in
// this way); elsewhere its type, which shows names, is not supported.
func (b *binder) operand(sc *scope, e parse.Expr, op string) (value, error) {
	c, ok := e.(*parse.CastExpr)
	if !ok || c.Type.Name != "regtype" || op != "=" && op != "<>" {
		return b.expr(sc, e)
	}
	l, ok := c.Arg.(*parse.Literal)
	if !ok || l.Kind != parse.StringLiteral {
		return b.expr(sc, e)
	}
	name := strings.ToLower(strings.TrimPrefix(l.Text, "pg_catalog."))
	known := types.PgTypes()
	at := slices.IndexFunc(known, func(t types.PgType) bool { return t.Name == name || t.Full == name })
	if at < 0 {
		return value{}, b.errorAt(l.Pos, sqlerr.UndefinedObject, "type \"%s\" does not exist", l.Text)
	}
	d := types.Int(int64(known[at].OID))
	return value{lit: &d, typ: types.TOID, pos: c.Pos}, nil
}
