package statement

import (
	"context"
	"time"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/query"
)

var selectRow = Row{
	Body: (*parse.Select)(nil), Tag: "SELECT %d", Access: Reads, Kind: relations.KindQuery,
	Asks: onlyReads, Describe: describeQuery, Run: runSelect,
}

// runSelect answers a query.
func runSelect(ctx context.Context, e *Engine, c *Call) error {
	began := time.Now()
	p, err := e.Plan(c.Session, c.Statement, c.Types)
	if err != nil {
		return err
	}
	planned := time.Now()
	c.OnLeader, c.Did.Planned = p.OnLeader(), planned.Sub(began)
	rows, err := e.Start(ctx, c.Session, p, c.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	started := time.Now()
	if err := c.Out.Columns(p.Query.Output); err != nil {
		return err
	}
	sent, err := query.Stream(ctx, rows, c.Out)
	if err != nil {
		return err
	}
	e.Trace(ctx, p, rows, began.Add(-c.Reading), began, planned, started)
	e.Alert(c.Session, p, rows.Stats())
	return c.completeRows(sent)
}

// describeQuery is Row.Describe of what is planned as a query.
func describeQuery(e *Engine, c *Call) (Description, error) {
	p, err := e.Plan(c.Session, c.Statement, c.Types)
	if err != nil {
		return Description{}, err
	}
	d := Description{Params: p.Params}
	if p.Query.Insert == nil && p.Query.Delete == nil {
		d.Columns = p.Query.Output
	}
	return d, nil
}
