package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

var createTableAsRow = Row{
	Body: (*parse.CreateTableAs)(nil), Tag: "SELECT %d", Access: Writes, Kind: relations.KindQuery,
	Asks: func(v names.View, b parse.Body) []names.Request { return makesTable(v, &b.(*parse.CreateTableAs).Def) },
	Run:  runCreateTableAs,
}

// runCreateTableAs is CREATE TABLE AS and SELECT INTO: the table, then the INSERT that fills it.
func runCreateTableAs(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.CreateTableAs)
	asked := *c.Statement
	asked.Body = &parse.Select{Query: b.Query}
	v := c.names(c.view())
	def, err := bind.TableOf(&asked, b, v, e.Fns, query.BindOptions(c.Session, c.Types))
	if err != nil {
		return err
	}
	definition, st := *c, *c.Statement
	st.Body = def
	definition.Statement = &st
	made, err := e.createTable(ctx, &definition)
	if err != nil {
		return err
	}
	if made == 0 { // IF NOT EXISTS
		return c.Out.Complete(def.Tag())
	}
	cat := c.view()
	o := query.BindOptions(c.Session, c.Types)
	o.Into = cat.TableByID(state.TableID(made))
	p, err := e.PlanIn(cat, v, bind.Filling(c.Statement, b), o)
	if err != nil {
		return err
	}
	done, err := e.Write(ctx, c.Session, def.Tag(), p, c.Args, nil)
	if err != nil {
		return err
	}
	return c.completeRows(done.Affected)
}
