package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

// Outcomes. A transaction's result is kept while somebody may ask for it: the
// leader whose reply got lost proposes the command again and finds that it has
// counted, and a leader that was deposed meanwhile looks into its replica.
//
// Transaction ids are allocated in the log, so those of one term lie between what
// had been allocated when the term opened and what had been when the next one did.
// Settled and Ended forget results of the current term only. What a term leaves unsettled
// stays for keepTerms terms more, the last term's in any case: it is no more than
// what was under way when the leader fell.

// keepTerms and keepResults bound what is kept of terms before the last one.
const (
	keepTerms   = 64
	keepResults = 1 << 16
)

// Outcome is the recorded result of a transaction, nil if it has none (yet, or
// any more: see Settled).
func (c *Catalog) Outcome(txn TxnID) *Result {
	r, _ := c.done.get(txn)
	return r
}

// Resolve is what has become of a transaction begun under term: its result, or nil
// if it has not counted. final: it never will, or the result says what happened;
// otherwise ask again (the term may still be open), or the result is forgotten.
func (c *Catalog) Resolve(txn TxnID, term uint64) (res *Result, final bool) {
	if r := c.Outcome(txn); r != nil {
		return r, true
	}
	return nil, c.term > term && txn >= c.forgotten()
}

// Forgotten reports whether the results of a transaction's term are gone.
func (c *Catalog) Forgotten(txn TxnID) bool { return txn < c.forgotten() }

// forgotten is the first id of which results are kept, for the terms that ended.
func (c *Catalog) forgotten() TxnID {
	if len(c.terms) == 0 {
		return 0
	}
	return c.terms[0].First
}

// termFirst is the first transaction id of the current term.
func (c *Catalog) termFirst() TxnID {
	if len(c.terms) == 0 {
		return 0
	}
	return c.terms[len(c.terms)-1].First
}

func (o *OpenTerm) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Term <= c.term {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTransactionState,
			"leader term %d is not above %d", o.Term, c.term)
	}
	if len(c.terms) == 0 { // before any term, there may have been transactions too
		c.terms = []termStart{{}}
	}
	c.term = o.Term
	c.ended = tree[TxnID, TxnID]{} // the fence keeps them out from here on
	c.terms = append(slices.Clip(c.terms), termStart{Term: o.Term, First: c.nextTxn})
	for len(c.terms) > keepTerms || len(c.terms) > 2 && c.done.size > keepResults {
		c.forget(0, c.terms[1].First)
		c.terms = c.terms[1:]
	}
	return OpResult{}, nil
}

// hasEnded reports whether a transaction is over for good, its result forgotten.
func (c *Catalog) hasEnded(txn TxnID) bool {
	if txn < c.settled {
		return true
	}
	_, high, ok := c.ended.floor(txn)
	return ok && txn < high
}

// settle forgets the current term's results that nobody will ask for.
func (c *Catalog) settle(cmd *Command) *Catalog {
	if cmd.Settled <= c.settled && len(cmd.Ended) == 0 {
		return c
	}
	next := c.copy()
	for _, txn := range cmd.Ended {
		next.end(txn)
	}
	if cmd.Settled > c.settled {
		next.settled = cmd.Settled
		next.forget(max(c.settled, c.termFirst()), cmd.Settled)
		for {
			low, high, ok := next.ended.floor(cmd.Settled)
			if !ok {
				break
			}
			next.ended = next.ended.delete(low)
			if high > cmd.Settled {
				next.ended = next.ended.set(cmd.Settled, high)
				break
			}
		}
	}
	return next
}

// end forgets one result. c is a private copy.
func (c *Catalog) end(txn TxnID) {
	if c.hasEnded(txn) || txn < c.termFirst() || txn >= c.nextTxn {
		return
	}
	c.done = c.done.delete(txn)
	low, high := txn, txn+1
	if l, h, ok := c.ended.floor(txn); ok && h == txn {
		low = l
	}
	if h, ok := c.ended.get(high); ok {
		c.ended = c.ended.delete(high)
		high = h
	}
	c.ended = c.ended.set(low, high)
}

// forget drops the results of transactions from low to below high. c is a private copy.
func (c *Catalog) forget(low, high TxnID) {
	var gone []TxnID
	c.done.from(low, func(id TxnID, _ *Result) bool {
		if id >= high {
			return false
		}
		gone = append(gone, id)
		return true
	})
	for _, id := range gone {
		c.done = c.done.delete(id)
	}
}

// record keeps a transaction's result. c is a private copy.
func (c *Catalog) record(txn TxnID, res *Result) {
	c.done = c.done.set(txn, res)
	if txn >= c.nextTxn {
		c.nextTxn = txn + 1
	}
}
