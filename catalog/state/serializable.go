package state

import (
	"fmt"
	"strings"

	"slipher/catalog/sqlerr"
)

// errConflict refuses to delete rows that another transaction has deleted since.
func errConflict(t *Table, by TxnID) *sqlerr.Error {
	return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update").
		WithDetail("Rows to be changed in table \"%s\" (%d) are gone; the table was last changed by transaction %d.",
			t.Name, t.ID, by).
		WithHint("Run the transaction again.")
}

// unread checks that no table has changed since a SERIALIZABLE transaction read
// it: then the transaction might as well have run now, alone.
func (c *Catalog) unread(cmd *Command) *sqlerr.Error {
	for _, r := range cmd.Reads {
		if err := c.outrun(cmd, r); err != nil {
			return err
		}
	}
	return nil
}

// Outrun says how c has outrun what transaction id has read of a table, nil if it has not.
func (c *Catalog) Outrun(id TxnID, r Read) error {
	if err := c.outrun(&Command{Txn: id}, r); err != nil {
		return err
	}
	return nil
}

func (c *Catalog) outrun(cmd *Command, r Read) *sqlerr.Error {
	t := c.TableByID(r.Table)
	if t == nil {
		return sqlerr.New(sqlerr.SerializationFailure, "1018").
			WithDetail("Relation does not exist: table %d, which transaction %d has read, was dropped by another transaction.",
				r.Table, cmd.Txn).
			WithHint("Run the transaction again.")
	}
	if t.Version.Content != r.Content {
		return c.errCycle(cmd, t)
	}
	return nil
}

// errCycle is Redshift's error 1023, in its words and then in ours.
func (c *Catalog) errCycle(cmd *Command, read *Table) *sqlerr.Error {
	var writes []string
	seen := map[TableID]bool{}
	for _, op := range cmd.Ops {
		id := TableOf(op)
		t := c.TableByID(id)
		if t == nil || seen[id] || UseOf(op) == Keeps {
			continue
		}
		seen[id] = true
		writes = append(writes, fmt.Sprintf("\"%s\" (%d)", t.Name, id))
	}
	what := "nothing"
	if len(writes) > 0 {
		what = strings.Join(writes, ", ")
	}
	return sqlerr.New(sqlerr.SerializationFailure, "1023").
		WithDetail("Serializable isolation violation on table - %d, transactions forming the cycle are: %d, %d (pid:0)\n"+
			"Transaction %d has read table \"%s\" (%d), which transaction %d has changed since, and writes %s.",
			read.ID, read.Version.LastTxn, cmd.Txn, cmd.Txn, read.Name, read.ID, read.Version.LastTxn, what).
		WithHint("Run the transaction again.")
}
