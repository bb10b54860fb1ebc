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

// runCreateTableAs is CREATE TABLE AS and SELECT INTO.
func runCreateTableAs(ctx context.Context, e *Engine, c *Call) error {
	p, tag, err := e.makeTableAs(ctx, c)
	switch {
	case err != nil:
		return err
	case p == nil: // IF NOT EXISTS
		return c.Out.Complete(tag)
	}
	done, err := e.Write(ctx, c.Session, tag, p, c.Args, nil)
	if err != nil {
		return err
	}
	e.Alert(c.Session, p, done)
	return c.completeRows(done.Affected)
}

// makeTableAs makes the table and gives the plan of the INSERT that fills it, nil if the table is there and may be; tag
// is what the table's definition is called.
func (e *Engine) makeTableAs(ctx context.Context, c *Call) (p *query.Planned, tag string, err error) {
	b := c.Body.(*parse.CreateTableAs)
	asked := *c.Statement
	asked.Body = &parse.Select{Query: b.Query}
	v := c.names(c.view())
	def, err := bind.TableOf(&asked, b, v, e.Fns, query.BindOptions(c.Session, c.Types))
	if err != nil {
		return nil, "", err
	}
	definition, st := *c, *c.Statement
	st.Body = def
	definition.Statement = &st
	made, err := e.createTable(ctx, &definition)
	if err != nil || made == 0 {
		return nil, def.Tag(), err
	}
	cat := c.view()
	o := query.BindOptions(c.Session, c.Types)
	o.Into = cat.TableByID(state.TableID(made))
	p, err = e.PlanIn(cat, v, bind.Filling(c.Statement, b), o)
	return p, def.Tag(), err
}
