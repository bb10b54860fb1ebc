package state

import (
	"slipher/catalog/sqlerr"
)

// Apply gives the catalog after cmd and cmd's result. c itself stays as it is.
// If the result is an error the new catalog differs from c only in what it
// remembers of the transaction.
func (c *Catalog) Apply(cmd *Command) (*Catalog, *Result) {
	if cmd.Txn != 0 {
		if r := c.Outcome(cmd.Txn); r != nil {
			return c.settle(cmd.Settled), r
		}
		// Before anything else: what a fallen leader proposes changes nothing at all.
		if err := c.fence(cmd); err != nil {
			return c, &Result{Err: err}
		}
		if cmd.Txn < c.settled {
			return c, &Result{Err: sqlerr.New(sqlerr.InternalError,
				"transaction %d has ended already", cmd.Txn)}
		}
	}
	next, res := c.attempt(cmd)
	if cmd.Txn != 0 {
		if next == c {
			next = c.copy()
		}
		next.record(cmd.Txn, res)
	}
	return next.settle(cmd.Settled), res
}

// attempt applies the operations in order to a copy; the first that fails
// throws the copy away.
func (c *Catalog) attempt(cmd *Command) (*Catalog, *Result) {
	if err := c.check(cmd); err != nil {
		return c, &Result{Err: err}
	}
	next := c.copy()
	res := &Result{Ops: make([]OpResult, 0, len(cmd.Ops))}
	changed := false
	for _, op := range cmd.Ops {
		out, err := op.apply(next, cmd)
		if err != nil {
			return c, &Result{Err: err}
		}
		res.Ops = append(res.Ops, out)
		changed = changed || !out.Skipped
	}
	if changed {
		next.version++
	}
	res.Version = next.version
	return next, res
}

// check is what must hold before any operation is looked at.
func (c *Catalog) check(cmd *Command) *sqlerr.Error {
	if err := c.fence(cmd); err != nil {
		return err
	}
	for i := range cmd.Pre {
		if err := c.holds(&cmd.Pre[i]); err != nil {
			return err
		}
	}
	return c.unread(cmd)
}

// fence refuses commands begun under an older term than the catalog's.
func (c *Catalog) fence(cmd *Command) *sqlerr.Error {
	if cmd.Term == 0 || cmd.Term >= c.term {
		return nil
	}
	return sqlerr.New(sqlerr.SerializationFailure,
		"the transaction began under leader term %d, the cluster is in term %d", cmd.Term, c.term).
		WithHint("Run the transaction again.")
}

func (c *Catalog) holds(p *Precondition) *sqlerr.Error {
	switch {
	case p.Table != 0:
		t := c.TableByID(p.Table)
		if t == nil {
			return errNoTableID(p.Table)
		}
		if p.Def != 0 && p.Def != t.Def {
			return errRedefined(t)
		}
		if p.Version != 0 && p.Version != t.Version.Number {
			return sqlerr.New(sqlerr.SerializationFailure,
				"table \"%s\" was changed by another transaction", t.Name)
		}
	case p.AbsentName != "":
		if c.Table(p.AbsentDatabase, p.AbsentSchema, p.AbsentName) != nil {
			return errTableExists(p.AbsentName)
		}
	case p.AbsentSchema != "":
		if c.Schema(p.AbsentDatabase, p.AbsentSchema) != nil {
			return errSchemaExists(p.AbsentSchema)
		}
	case p.AbsentDatabase != "":
		if c.Database(p.AbsentDatabase) != nil {
			return errDatabaseExists(p.AbsentDatabase)
		}
	}
	return nil
}

func (c *Catalog) copy() *Catalog {
	next := *c
	return &next
}
