package short

import (
	"context"
	"sync"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/txn"
)

// ordinals are ordinals of identity columns that were reserved in the log ahead of use, so that not
// every small INSERT costs a log write more. What is left of them when the leader ends is lost: identity values
// have gaps.
type ordinals struct {
	catalog func() *state.Catalog // the newest
	txns    *txn.Manager

	mu   sync.Mutex
	left map[ordinalKey]*ordinalRange // guarded by mu
}

type ordinalKey struct {
	table  state.TableID
	column types.ColumnID
}

// ordinalRange is what is left of a reservation, and how large that was.
type ordinalRange struct {
	mu        sync.Mutex // held while more are reserved
	next, end int64      // guarded by mu
	size      int64      // guarded by mu
}

// Reservations grow with use, so that a table of a few rows has few gaps.
const (
	firstOrdinals = 8
	mostOrdinals  = 4096
	// rangesKept bounds the map; it is emptied when full.
	rangesKept = 4096
)

// take gives the first of count ordinals.
func (o *ordinals) take(ctx context.Context, t *state.Table, column types.ColumnID, count int64) (int64, error) {
	if o.catalog().TableByID(t.ID) == nil { // temporary, or of this transaction: no log write
		return o.txns.Reserve(ctx, t.ID, column, count)
	}
	o.mu.Lock()
	if o.left == nil || len(o.left) >= rangesKept {
		o.left = map[ordinalKey]*ordinalRange{}
	}
	key := ordinalKey{t.ID, column}
	r := o.left[key]
	if r == nil {
		r = &ordinalRange{}
		o.left[key] = r
	}
	o.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	// Ordinals of a term that is over stay reserved: the log has them.
	if r.end-r.next < count {
		r.size = min(max(2*r.size, firstOrdinals), mostOrdinals)
		n := max(r.size, count)
		first, err := o.txns.Reserve(ctx, t.ID, column, n)
		if err != nil {
			return 0, err
		}
		r.next, r.end = first, first+n
	}
	r.next += count
	return r.next - count, nil
}
