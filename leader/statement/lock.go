package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/txn"
)

var lockRow = Row{
	Body: (*parse.Lock)(nil), Access: Neither, Kind: relations.KindUtility,
	Warn: "LOCK TABLE outside a transaction block: the lock ends with the statement",
	Asks: onTables(func(b *parse.Lock) []parse.QName { return b.Tables }, names.Update),
	Run:  runLock,
}

// runLock is LOCK: it waits until nobody else changes the tables or has them locked. Its snapshot is taken
// anew then, so that a name may mean another table than before, or none.
func runLock(ctx context.Context, _ *Engine, c *Call) error {
	b, x := c.Body.(*parse.Lock), c.Session.Txn()
	lock := x.Lock
	if b.NoWait {
		lock = x.LockNoWait
	}
	for _, q := range b.Tables {
		for moved := true; moved; {
			t, err := c.target(q)
			if err != nil {
				return err
			}
			if err := c.mayChange(t.Schema); err != nil {
				return err
			}
			if t.Schema == c.Session.TempSchema() {
				break // nobody else has it
			}
			moved, err = lock(ctx, t.ID)
			if txn.Held(err) {
				err = c.placed(q, sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on relation \"%s\"", t.Name))
			}
			if err != nil {
				return err
			}
		}
	}
	return c.complete()
}
