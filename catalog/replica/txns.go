package replica

import (
	"context"
	"sync"

	"slipher/catalog/state"
)

// txnBlock is how many transaction ids are taken from the log at once.
const txnBlock = 4096

// txns hands out transaction ids and knows which may still be proposed.
type txns struct {
	mu   *sync.Mutex
	next state.TxnID // guarded by mu; next id of the block
	end  state.TxnID // guarded by mu; first id behind the block; next == end: empty
	open map[state.TxnID]bool
}

func newTxns() txns { return txns{mu: &sync.Mutex{}, open: map[state.TxnID]bool{}} }

// Begin gives an id to a new transaction. Every id is given back by End.
func (r *Replica) Begin(ctx context.Context) (state.TxnID, error) {
	r.txns.mu.Lock()
	defer r.txns.mu.Unlock()
	if r.txns.next == r.txns.end {
		// The lock is held meanwhile: others would need the block as well.
		res, err := r.proposeUnsettled(ctx, &state.Allocate{
			What: state.AllocateTxn, Count: txnBlock})
		if err != nil {
			return 0, err
		}
		r.txns.next = state.TxnID(res.Ops[0].ID)
		r.txns.end = r.txns.next + txnBlock
	}
	id := r.txns.next
	r.txns.next++
	r.txns.open[id] = true
	return id, nil
}

// End says that id will not be proposed again, whatever became of it.
func (r *Replica) End(id state.TxnID) {
	r.txns.mu.Lock()
	defer r.txns.mu.Unlock()
	delete(r.txns.open, id)
}

// settled is the id below which nothing will be proposed again.
func (t *txns) settled() state.TxnID {
	t.mu.Lock()
	defer t.mu.Unlock()
	low := t.next
	for id := range t.open {
		low = min(low, id)
	}
	return low
}

// forget drops the rest of the block: another leader is active now.
func (t *txns) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next, t.end = 0, 0
}

// proposeUnsettled is Propose without a word about settled transactions, which
// would need the lock Begin holds.
func (r *Replica) proposeUnsettled(ctx context.Context, op state.Op) (*state.Result, error) {
	return r.apply(ctx, &state.Command{Micros: r.opts.Now(), Ops: []state.Op{op}})
}
