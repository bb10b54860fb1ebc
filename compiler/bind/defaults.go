package bind

import (
	"slipher/catalog/fn"
	"slipher/compiler/parse"
)

// CheckDefaults binds the DEFAULT expressions of a CREATE TABLE in their columns'
// types: what an INSERT could not use is refused when the table is made.
func CheckDefaults(stmt *parse.Statement, ct *parse.CreateTable, cat Catalog, fns *fn.Table) error {
	b := newBinder(stmt, cat, fns, Options{})
	for _, c := range ct.Columns {
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
	}
	return nil
}
