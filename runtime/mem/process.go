package mem

import (
	"sync"
	"sync/atomic"
)

// process is the root of all accounts: there is one address space, one Go heap and one limit for both.
var process = newAccount("this process", nil, 0)

// Process is the account of the whole process. Its limit holds for all that accounts count, the Go heap too.
func Process() *Account { return process }

const (
	// spareShare: an eighth of the process's limit is for queries that use little (include/account.h).
	spareShare = 8
	// queryShare: a query that says nothing else may use three quarters.
	queryShare = 0.75
	// pressureShare: from here on caches are emptied.
	pressureShare = 0.75
)

// QueryLimit is the limit, in bytes, of a query that sets none; 0: none.
func QueryLimit() int64 { return int64(float64(process.Limit()) * queryShare) }

func setLimit(bytes int64, hint string) {
	process.hint = hint
	pressure.Store(int64(float64(bytes) * pressureShare))
	process.c.SetLimit(bytes, bytes/spareShare)
}

// pressure is from how many bytes of the process on caches are emptied; 0: never.
var pressure atomic.Int64

// short tells the watcher that the process is short of memory.
var short = make(chan struct{}, 1)

// relieve has caches emptied if memory is short. It does not wait: who asks may hold a cache's lock.
func relieve() {
	if p := pressure.Load(); p > 0 && process.Used() > p {
		select {
		case short <- struct{}{}:
		default:
		}
	}
}

// Cache is the account of memory that can be done without.
type Cache struct {
	*Account
	reclaim func()
}

// caches are those of the process.
var caches struct {
	mu  sync.Mutex
	all map[*Cache]bool // guarded by mu
}

// NewCache makes the account of a cache. reclaim frees what nobody uses; it is called when the process is short of
// memory, by the watcher, until Forget. nil: nothing can be freed.
func NewCache(name string, reclaim func()) *Cache {
	c := &Cache{NewAccount(name, 0), reclaim}
	c.c.SetVital()
	if reclaim == nil {
		return c
	}
	caches.mu.Lock()
	defer caches.mu.Unlock()
	if caches.all == nil {
		caches.all = map[*Cache]bool{}
	}
	caches.all[c] = true
	return c
}

// Forget ends the calls of reclaim.
func (c *Cache) Forget() {
	caches.mu.Lock()
	defer caches.mu.Unlock()
	delete(caches.all, c)
}

// emptyCaches frees what caches hold and nobody uses.
func emptyCaches() {
	caches.mu.Lock()
	var all []*Cache
	for c := range caches.all {
		all = append(all, c)
	}
	caches.mu.Unlock()
	for _, c := range all {
		c.reclaim()
	}
}
