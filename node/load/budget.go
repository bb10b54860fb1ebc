package load

import "sync/atomic"

// Budget is the memory the Writers of a process may fill before they flush. Safe for concurrent use.
type Budget struct {
	limit   int64
	writers atomic.Int64
}

// minShare is what a Writer gets however many there are: smaller flushes make too many objects.
const minShare = 8 << 20

// NewBudget makes a budget of so many bytes; buffers may be a half larger.
func NewBudget(bytes int64) *Budget { return &Budget{limit: bytes} }

// share is how many bytes each of the present Writers may hold.
func (b *Budget) share() int64 { return max(b.limit/max(b.writers.Load(), 1), minShare) }
