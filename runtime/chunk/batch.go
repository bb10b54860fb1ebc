package chunk

import "sync/atomic"

// Batch is rows on their way from one segment to the next, or out of the query: a Chunk, by column, or a page.Page,
// by row. Whoever holds it last frees it.
type Batch interface {
	Rows() int
	// Share adds a holder: the batch is free when each has called Free. Nobody changes it any more.
	Share()
	Free()
	// WireSize is the number of bytes AppendWire adds.
	WireSize() int
	// AppendWire appends the rows in a form that is read with their layout alone.
	AppendWire(dst []byte) []byte
}

// Holders counts who holds a Batch beyond the first.
type Holders struct{ more atomic.Int32 }

// Share adds a holder.
func (h *Holders) Share() { h.more.Add(1) }

// Shared reports whether there are several.
func (h *Holders) Shared() bool { return h.more.Load() > 0 }

// Leave takes one away; it reports whether it was the last.
func (h *Holders) Leave() bool { return h.more.Add(-1) < 0 }
