package statement

import (
	"context"
	"time"

	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// dropDatabaseRow names no tables to hold: the transaction does when all sessions have left them (txn.Txn.Do).
var dropDatabaseRow = Row{
	Body: (*parse.DropDatabase)(nil), Access: Writes, Kind: relations.KindDDL, Block: Alone,
	Asks: func(v names.View, b parse.Body) []names.Request {
		return onDatabase(v, names.Ownership, b.(*parse.DropDatabase).Name)
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.DropDatabase)
		return ddl.DropDatabase(scope, b.Name, st.Position(b.Pos))
	},
	Run: runDropDatabase,
}

func runDropDatabase(ctx context.Context, e *Engine, c *Call) error {
	if b := c.Body.(*parse.DropDatabase); b.Name != c.Session.CurrentDatabase() {
		e.awaitLeaving(ctx, b.Name)
	}
	return runDefinition(ctx, e, c)
}

// leavingTime is how long DROP DATABASE waits for other sessions: a client that
// has just closed its connection may not have been noticed yet. PostgreSQL's time.
const leavingTime = 5 * time.Second

// awaitLeaving waits until nobody is in a database, but not for long.
func (e *Engine) awaitLeaving(ctx context.Context, database string) {
	ctx, cancel := context.WithTimeout(ctx, leavingTime)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for e.Clients(database) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
