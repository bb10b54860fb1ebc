package statement

import (
	"context"

	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var createTableRow = Row{
	Body: (*parse.CreateTable)(nil), Access: Writes, Kind: relations.KindDDL,
	Asks: func(v names.View, b parse.Body) []names.Request { return makesTable(v, b.(*parse.CreateTable)) },
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		return ddl.CreateTable(scope, converter{st}.table(st.Body.(*parse.CreateTable)))
	},
	Run: runCreateTable,
}

func runCreateTable(ctx context.Context, e *Engine, c *Call) error {
	if _, err := e.createTable(ctx, c); err != nil {
		return err
	}
	return c.complete()
}

// createTable makes a table and returns its id, 0 if it was there.
func (e *Engine) createTable(ctx context.Context, c *Call) (made int64, err error) {
	if err := bind.CheckDefaults(c.Statement, c.Body.(*parse.CreateTable), c.names(c.view()), e.Fns); err != nil {
		return 0, err
	}
	return e.define(ctx, c, Of(c.Body))
}
