package statement

import (
	"context"

	"slipher/leader/history"
	"slipher/leader/keep"
	"slipher/leader/query"
	"slipher/leader/short"
	"slipher/node/rms"
)

// Engine is what statements work with. It lives as long as a leadership.
type Engine struct {
	*query.Runner
	Short  *short.Inserter
	Keeper *keep.Keeper
	Store  rms.Store // for writes
	Loads  *history.Loads
	// Clients counts the sessions of a database.
	Clients func(database string) int
}

// Execute runs a statement in its session's transaction.
func (e *Engine) Execute(ctx context.Context, c *Call) error {
	row := Of(c.Body)
	if err := row.hold(ctx, c); err != nil {
		return err
	}
	if err := c.may(row); err != nil {
		return err
	}
	return row.Run(ctx, e, c)
}

// Describe is what is known of a statement before it runs.
func (e *Engine) Describe(c *Call) (Description, error) {
	row := Of(c.Body)
	if row.Describe == nil {
		return Description{}, nil
	}
	return row.Describe(e, c)
}

// may asks for what the statement's row says.
func (c *Call) may(r *Row) error {
	v := c.names(c.view())
	return v.May(r.Asks(v, c.Body)...)
}
