package state

// Outcomes. A transaction's result is kept while somebody may ask for it: the
// leader whose reply got lost proposes the command again and finds that it has
// counted, and a leader that was deposed meanwhile looks into its replica.
//
// Transaction ids are allocated in the log, so those of one term lie between what
// had been allocated when the term opened and what had been when the next one did.
// Settled forgets results of the current term only. What a term leaves unsettled
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

// settle forgets the current term's results that nobody will ask for.
func (c *Catalog) settle(below TxnID) *Catalog {
	if below <= c.settled {
		return c
	}
	next := c.copy()
	next.settled = below
	next.forget(max(c.settled, c.termFirst()), below)
	return next
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
