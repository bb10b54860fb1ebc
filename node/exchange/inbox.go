package exchange

import (
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// Inbox is the receiving end of one exchange on one node. Safe for concurrent use.
type Inbox struct {
	query  uint64
	exch   int
	decode func(body []byte) (chunk.Batch, error)
	limit  int // batches a destination can hold if all senders keep to their credits

	// gate is held shared while rows are taken in, so that after Stop none
	// are being made on the query's account.
	gate    sync.RWMutex
	stopped bool // guarded by gate

	mu      sync.Mutex
	queues  map[int][]Item  // by destination; guarded by mu
	senders map[string]bool // that have not ended; guarded by mu
	turn    int64           // of the loop that the exchange is inside of; changed with gate and mu held
	all     []string        // the senders
	dests   []int
}

// Item is rows and their sender.
type Item struct {
	Batch chunk.Batch
	From  wire.Conn
}

// NewInbox makes the receiving end: dests are the destinations on this node, in order,
// senders the ids of the nodes that send; decode reads rows that come from another process.
func NewInbox(query uint64, exch int, decode func(body []byte) (chunk.Batch, error), dests []int, senders []string,
	credits int) *Inbox {
	if credits <= 0 {
		credits = DefaultCredits
	}
	b := &Inbox{query: query, exch: exch, decode: decode, limit: credits * len(senders),
		queues: map[int][]Item{}, senders: map[string]bool{}, all: senders, dests: dests}
	for _, d := range dests {
		b.queues[d] = nil
	}
	for _, s := range senders {
		b.senders[s] = true
	}
	return b
}

// Put takes d (DataRows or DataEnd) in. An error means that the peer does not
// keep to the protocol or memory is out: the query must fail.
func (b *Inbox) Put(from wire.Conn, d *wire.Data) error {
	if d.Kind == wire.DataEnd {
		b.mu.Lock()
		if d.Turn == b.turn {
			delete(b.senders, from.Peer())
		}
		b.mu.Unlock()
		return nil
	}
	b.gate.RLock()
	defer b.gate.RUnlock()
	if b.stopped || d.Turn != b.turn {
		d.Free()
		return nil
	}
	c := d.Batch
	if c == nil {
		var err error
		if c, err = b.decode(d.Body); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	q, here := b.queues[d.Dest]
	if !here || len(q) >= b.limit {
		c.Free()
		return sqlerr.New(sqlerr.ProtocolViolation, "unexpected rows for destination %d of exchange %d from %s", d.Dest,
			b.exch, from.Peer())
	}
	b.queues[d.Dest] = append(q, Item{c, from})
	return nil
}

// Turn is the turn of the loop that the exchange is inside of.
func (b *Inbox) Turn() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.turn
}

// Renew makes the exchange, from which nobody takes any more, begin again: the next turn of a loop. What is under way
// from this one is dropped.
func (b *Inbox) Renew() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.drain()
	b.stopped = false
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	for _, s := range b.all {
		b.senders[s] = true
	}
}

// Take gives the next rows for dest (-1: for any), which the caller then owns,
// and the destination it was for.
func (b *Inbox) Take(dest int) (Item, int, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if dest < 0 {
		for d, q := range b.queues {
			if len(q) > 0 {
				dest = d
				break
			}
		}
	}
	q := b.queues[dest]
	if len(q) == 0 {
		return Item{}, dest, false
	}
	it := q[0]
	q[0] = Item{}
	b.queues[dest] = q[1:]
	return it, dest, true
}

// Over reports whether nothing is left for dest (-1: for any) and nothing will come.
func (b *Inbox) Over(dest int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.senders) > 0 {
		return false
	}
	if dest >= 0 {
		return len(b.queues[dest]) == 0
	}
	for _, q := range b.queues {
		if len(q) > 0 {
			return false
		}
	}
	return true
}

// Consumed gives the credit of rows for dest back to its sender.
func (b *Inbox) Consumed(dest int, from wire.Conn) error {
	if err := from.Send(&wire.Data{Query: b.query, Exch: b.exch, Turn: b.Turn(), Kind: wire.DataCredit, Dest: dest,
		N: 1}); err != nil {
		return wire.Lost(from.Peer())
	}
	return nil
}

// Enough frees what waits and tells the senders that nothing more is wanted here in a turn; it does nothing when that
// has ended. An error means that a link is lost.
func (b *Inbox) Enough(senders []wire.Conn, turn int64) error {
	b.gate.Lock()
	now := turn == b.turn
	if now {
		b.stopped = true
		b.drain()
	}
	b.gate.Unlock()
	if !now {
		return nil
	}
	for _, s := range senders {
		for _, d := range b.dests {
			if err := s.Send(&wire.Data{Query: b.query, Exch: b.exch, Turn: turn, Kind: wire.DataEnough,
				Dest: d}); err != nil {
				return wire.Lost(s.Peer())
			}
		}
	}
	return nil
}

// Stop frees what waits and what will still come.
func (b *Inbox) Stop() {
	b.gate.Lock()
	defer b.gate.Unlock()
	b.stopped = true
	b.drain()
}

// drain frees what waits. Called with gate held.
func (b *Inbox) drain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for d, q := range b.queues {
		for _, it := range q {
			it.Batch.Free()
		}
		b.queues[d] = nil
	}
}

// Dests are the destinations on this node, in order.
func (b *Inbox) Dests() []int { return b.dests }
