package artifact

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"sync"
)

// Store is a shared level: a directory of managed storage, so that a restarted
// or second cluster starts warm. Values are sealed envelopes.
type Store interface {
	// Get returns ErrNotFound if there is none.
	Get(ctx context.Context, key Hash) ([]byte, error)
	Put(ctx context.Context, key Hash, sealed []byte) error
}

// ErrNotFound says that a store has no such artifact.
var ErrNotFound = errors.New("artifact not found")

// CacheOptions of NewCache. Levels that are not set are left out.
type CacheOptions struct {
	Public      PublicKey // what comes from disk or a Store must be signed with it
	MemoryBytes int64     // 0: 64 MB
	Dir         string
	DiskBytes   int64 // 0: 1 GB
	Shared      Store
	Log         *slog.Logger // nil: slog.Default
}

// Where says which level of the cache had an artifact.
type Where uint8

// The levels.
const (
	Nowhere Where = iota
	Memory
	Disk
	Shared
)

func (w Where) String() string { return [...]string{"nowhere", "memory", "disk", "shared"}[w] }

// Entry is a cached artifact: decoded and as it travels. Both are read-only.
type Entry struct {
	*Envelope
	Sealed []byte
}

// Stats counts what a cache did.
type Stats struct {
	Hits    [4]int64 // by Where; Nowhere: misses
	Entries int
	Bytes   int64 // in memory
	Dropped int64 // damaged or foreign entries that were removed
}

// Cache holds artifacts by key. Safe for concurrent use.
type Cache struct {
	o    CacheOptions
	disk *disk // nil: none

	mu      sync.Mutex
	entries map[Hash]*list.Element // guarded by mu; values *cached
	recent  *list.List             // guarded by mu; most recently used in front
	stats   Stats                  // guarded by mu

	writes  chan write     // to the lower levels, in the background
	closing sync.Once      // of writes
	closed  bool           // guarded by mu
	writer  sync.WaitGroup // the goroutine that writes
}

type cached struct {
	key   Hash
	entry Entry
}

type write struct {
	key    Hash
	sealed []byte
	shared bool
}

// writeQueue bounds artifacts waiting to be written; when it is full they are only kept in memory.
const writeQueue = 256

// NewCache opens a cache. Its directory is made if needed; damaged files in it are removed as they are met.
func NewCache(o CacheOptions) (*Cache, error) {
	if o.MemoryBytes == 0 {
		o.MemoryBytes = 64 << 20
	}
	if o.DiskBytes == 0 {
		o.DiskBytes = 1 << 30
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	c := &Cache{o: o, entries: map[Hash]*list.Element{}, recent: list.New(), writes: make(chan write, writeQueue)}
	if o.Dir != "" {
		var err error
		if c.disk, err = openDisk(o.Dir, o.DiskBytes); err != nil {
			return nil, err
		}
	}
	c.writer.Go(c.write)
	return c, nil
}

// Get looks in memory, on disk, in the shared store, and keeps what it finds in the levels above.
func (c *Cache) Get(ctx context.Context, key Hash) (Entry, Where) {
	c.mu.Lock()
	if e, ok := c.entries[key]; ok {
		c.recent.MoveToFront(e)
		c.stats.Hits[Memory]++
		c.mu.Unlock()
		return e.Value.(*cached).entry, Memory
	}
	c.mu.Unlock()
	entry, where := c.below(ctx, key)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Hits[where]++
	if where != Nowhere {
		c.keep(key, entry)
	}
	return entry, where
}

// below looks on disk and in the shared store.
func (c *Cache) below(ctx context.Context, key Hash) (Entry, Where) {
	if c.disk != nil {
		if b, err := c.disk.get(key); err == nil {
			if e, err := c.open(key, b); err == nil {
				return e, Disk
			}
			c.disk.remove(key)
			c.dropped()
		} else if !errors.Is(err, ErrNotFound) {
			c.dropped()
		}
	}
	if c.o.Shared != nil {
		b, err := c.o.Shared.Get(ctx, key)
		if err == nil {
			e, err := c.open(key, b)
			if err == nil {
				c.enqueue(write{key, b, false})
				return e, Shared
			}
			c.dropped()
			c.o.Log.Warn("artifact in shared storage is of no use", "key", key, "error", err)
		} else if !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			c.o.Log.Warn("read artifact from shared storage", "key", key, "error", err)
		}
	}
	return Entry{}, Nowhere
}

func (c *Cache) dropped() {
	c.mu.Lock()
	c.stats.Dropped++
	c.mu.Unlock()
}

// open checks an entry of a lower level: signed, and what it is filed as.
func (c *Cache) open(key Hash, b []byte) (Entry, error) {
	e, err := Open(b, c.o.Public)
	if err != nil {
		return Entry{}, err
	}
	if e.Key != key {
		return Entry{}, ErrCorrupt
	}
	return Entry{e, b}, nil
}

// Put keeps an artifact: in memory at once, in the lower levels soon.
func (c *Cache) Put(e Entry) {
	c.mu.Lock()
	c.keep(e.Key, e)
	c.mu.Unlock()
	c.enqueue(write{e.Key, e.Sealed, true})
}

// keep puts an entry into memory and evicts the least recently used. mu is held.
func (c *Cache) keep(key Hash, e Entry) {
	if old, ok := c.entries[key]; ok {
		c.forget(old)
	}
	if size(e) > c.o.MemoryBytes {
		return
	}
	c.entries[key] = c.recent.PushFront(&cached{key, e})
	c.stats.Bytes += size(e)
	for c.stats.Bytes > c.o.MemoryBytes {
		c.forget(c.recent.Back())
	}
}

func (c *Cache) forget(e *list.Element) {
	v := c.recent.Remove(e).(*cached)
	delete(c.entries, v.key)
	c.stats.Bytes -= size(v.entry)
}

// size is what an entry is counted with: its sealed form twice, as it is decoded, too.
func size(e Entry) int64 { return 2*int64(len(e.Sealed)) + 256 }

// Remove takes an artifact out of memory and disk, for one that was quarantined.
func (c *Cache) Remove(key Hash) {
	c.mu.Lock()
	if e, ok := c.entries[key]; ok {
		c.forget(e)
	}
	c.mu.Unlock()
	if c.disk != nil {
		c.disk.remove(key)
	}
}

// Stats is a copy of the counters.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Entries = len(c.entries)
	return s
}

func (c *Cache) enqueue(w write) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	select {
	case c.writes <- w:
	default: // a full queue loses nothing but warmth
	}
}

// write is the goroutine that fills the lower levels; it ends with Close.
func (c *Cache) write() {
	for w := range c.writes {
		if c.disk != nil {
			if err := c.disk.put(w.key, w.sealed); err != nil {
				c.o.Log.Warn("write artifact", "key", w.key, "error", err)
			}
		}
		if w.shared && c.o.Shared != nil {
			if err := c.o.Shared.Put(context.Background(), w.key, w.sealed); err != nil {
				c.o.Log.Warn("write artifact to shared storage", "key", w.key, "error", err)
			}
		}
	}
}

// Close waits until what was put is written.
func (c *Cache) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.closing.Do(func() { close(c.writes) })
	c.writer.Wait()
}
