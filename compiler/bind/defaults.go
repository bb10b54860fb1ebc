package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/parse"
)

// CheckDefaults binds the DEFAULT expressions of a CREATE TABLE in their columns'
// types: what an INSERT could not use is refused when the table is made. A text without a time zone gets the session's
// now.
func CheckDefaults(stmt *parse.Statement, ct *parse.CreateTable, cat Catalog, fns *fn.Table) error {
	b := newBinder(stmt, cat, fns, Options{})
	b.inDefault = true
	for i := range ct.Columns {
		c := &ct.Columns[i]
		if c.Default == "" {
			continue
		}
		v, err := b.expr((&scope{}).with("DEFAULT expressions"), c.DefaultExpr)
		if err == nil {
			_, err = b.coerce(v, c.Type, assignment)
		}
		if err != nil {
			return b.place(err, c.DefaultExpr.At())
		}
		if text, ok := textOf(c.DefaultExpr); ok && c.Type.ByZone() && !asksClock(c.Type, text) {
			d, err := b.parseText(c.Type, text)
			if err != nil {
				return b.place(err, c.DefaultExpr.At())
			}
			c.Default = "'" + types.FormatText(c.Type, d) + "'"
		}
	}
	return nil
}

// textOf is the text of a string literal, cast or not.
func textOf(e parse.Expr) (string, bool) {
	switch x := e.(type) {
	case *parse.CastExpr:
		return textOf(x.Arg)
	case *parse.Literal:
		return x.Text, x.Kind == parse.StringLiteral
	}
	return "", false
}
