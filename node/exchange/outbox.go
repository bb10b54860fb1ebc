package exchange

import (
	"slices"
	"sync"
	"sync/atomic"

	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// DefaultCredits is the number of batches under way per sender and destination:
// enough to cover a round trip, few enough that memory stays bounded (a page is a
// quarter of a megabyte and its strings).
const DefaultCredits = 8

// Outbox is the sending end of one exchange on one node, shared by the
// instances of the sending segments. Safe for concurrent use.
type Outbox struct {
	query uint64
	exch  int
	fail  func(error)
	dests []wire.Conn // by destination
	// broadcast: every batch goes to all of dests; it is sent to number 0.
	broadcast bool

	mu      sync.Mutex
	credits []int  // by destination; guarded by mu
	enough  []bool // by destination: it wants no more, what is for it is dropped; guarded by mu
	stopped bool   // guarded by mu: the query has failed, rows are dropped
	open    int    // guarded by mu: segments that send and have not ended, beyond the first
	// guarded by mu: of the loop that the exchange is inside of; what is said of an earlier one does not count
	turn int64
	full int // credits of a destination at first
}

// Count is what a segment has sent. Safe for concurrent use.
type Count struct{ rows, bytes atomic.Int64 }

// Sent is the number of rows taken so far and of bytes that left the process.
func (c *Count) Sent() (rows, bytes int64) { return c.rows.Load(), c.bytes.Load() }

// NewOutbox makes the sending end. fail is told when a link is lost; it must not block.
func NewOutbox(query uint64, exch int, dests []wire.Conn, broadcast bool, credits int, fail func(error)) *Outbox {
	if credits <= 0 {
		credits = DefaultCredits
	}
	o := &Outbox{query: query, exch: exch, fail: fail, dests: dests, broadcast: broadcast,
		credits: make([]int, len(dests)), enough: make([]bool, len(dests)), full: credits}
	for i := range o.credits {
		o.credits[i] = credits
	}
	return o
}

// Dests is the number of destinations generated code sees.
func (o *Outbox) Dests() int {
	if o.broadcast {
		return 1
	}
	return len(o.dests)
}

// CanSend reports whether Send to dest would take rows now.
func (o *Outbox) CanSend(dest int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.canSend(dest)
}

func (o *Outbox) canSend(dest int) bool {
	if o.stopped {
		return true
	}
	if !o.broadcast {
		return o.credits[dest] > 0 || o.enough[dest]
	}
	for i, n := range o.credits {
		if n <= 0 && !o.enough[i] {
			return false
		}
	}
	return true
}

// Send takes b over, sends and counts it, or returns false: no credit, b stays with the caller.
func (o *Outbox) Send(dest int, b chunk.Batch, n *Count) bool {
	o.mu.Lock()
	if o.stopped || !o.broadcast && o.enough[dest] {
		o.mu.Unlock()
		b.Free()
		return true
	}
	if !o.canSend(dest) {
		o.mu.Unlock()
		return false
	}
	var to []int // of a broadcast
	if o.broadcast {
		for i := range o.credits {
			if !o.enough[i] {
				o.credits[i]--
				to = append(to, i)
			}
		}
	} else {
		o.credits[dest]--
	}
	turn := o.turn
	o.mu.Unlock()
	n.rows.Add(int64(b.Rows()))
	if o.broadcast {
		o.sendAll(b, to, turn, n)
		return true
	}
	n.bytes.Add(o.send(dest, &wire.Data{Query: o.query, Exch: o.exch, Turn: turn, Kind: wire.DataRows, Dest: dest,
		Batch: b}))
	return true
}

// sendAll hands b to the receivers in this process, who share it, and encodes it once for all others.
func (o *Outbox) sendAll(b chunk.Batch, to []int, turn int64, n *Count) {
	var body []byte
	for _, i := range to {
		d := &wire.Data{Query: o.query, Exch: o.exch, Turn: turn, Kind: wire.DataRows, Dest: i}
		if o.dests[i].Local() {
			b.Share()
			d.Batch = b
		} else {
			if body == nil {
				body = b.AppendWire(make([]byte, 0, b.WireSize()))
			}
			d.Body = body
		}
		n.bytes.Add(o.send(i, d))
	}
	b.Free()
}

// send gives the number of bytes that leave the process.
func (o *Outbox) send(dest int, d *wire.Data) int64 {
	conn := o.dests[dest]
	size := 0
	if !conn.Local() {
		if size = len(d.Body); d.Batch != nil {
			size = d.Batch.WireSize()
		}
	}
	if err := conn.Send(d); err != nil {
		o.fail(wire.SendError(conn.Peer(), err))
		return 0
	}
	return int64(size)
}

// Grant gives n credits of a turn back for dest.
func (o *Outbox) Grant(dest, n int, turn int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if turn == o.turn && dest >= 0 && dest < len(o.credits) && n > 0 {
		o.credits[dest] += n
	}
}

// Enough notes that dest wants no more rows in a turn; it reports whether no destination wants any.
func (o *Outbox) Enough(dest int, turn int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if turn == o.turn && dest >= 0 && dest < len(o.enough) {
		o.enough[dest] = true
	}
	return o.unwanted()
}

// Unwanted reports whether no destination wants any more rows (in this turn).
func (o *Outbox) Unwanted() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unwanted()
}

func (o *Outbox) unwanted() bool { return !slices.Contains(o.enough, false) }

// Share says that one more segment sends here: End is called once more.
func (o *Outbox) Share() {
	o.mu.Lock()
	o.open++
	o.mu.Unlock()
}

// End tells every receiving node that nothing more will come. Each sending segment calls it after its last Send; the
// last of them ends the exchange.
func (o *Outbox) End() {
	o.mu.Lock()
	o.open--
	ended, turn := o.open < 0, o.turn
	o.mu.Unlock()
	if !ended {
		return
	}
	told := map[string]bool{}
	for _, conn := range o.dests {
		if told[conn.Peer()] {
			continue
		}
		told[conn.Peer()] = true
		if err := conn.Send(&wire.Data{Query: o.query, Exch: o.exch, Turn: turn, Kind: wire.DataEnd}); err != nil {
			o.fail(wire.Lost(conn.Peer()))
		}
	}
}

// Renew makes the exchange, which has ended, begin again with senders segments: the next turn of a loop.
func (o *Outbox) Renew(senders int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turn++
	o.open = senders - 1
	for i := range o.credits {
		o.credits[i], o.enough[i] = o.full, false
	}
}

// EndDest tells the receiver of one destination that nothing more will come for it: a run's end.
func (o *Outbox) EndDest(dest int) {
	o.send(dest, &wire.Data{Query: o.query, Exch: o.exch, Kind: wire.DataEnd, Dest: dest})
}

// Stop makes Send drop rows from now on, so that instances can run out.
func (o *Outbox) Stop() {
	o.mu.Lock()
	o.stopped = true
	o.mu.Unlock()
}
