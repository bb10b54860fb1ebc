package facts

import (
	"context"
	"log/slog"
	"sync"

	"slipher/catalog/state"
	"slipher/compiler/optimize/stats"
	"slipher/node/rms"
)

// Statistics caches ANALYZE's results by object name: objects never change.
type Statistics struct {
	Store rms.Store
	Log   *slog.Logger

	mu    sync.Mutex
	known map[string]*stats.Table // by object, its columns those of then; guarded by mu
}

// statisticsKept bounds the cache; it is emptied when full.
const statisticsKept = 4096

// Of is a table's statistics, nil if there are none or they cannot be read: a
// plan then does without.
func (c *Statistics) Of(t *state.Table) *stats.Table {
	name := t.Version.Stats
	if name == "" {
		return nil
	}
	c.mu.Lock()
	st, ok := c.known[name]
	c.mu.Unlock()
	if ok {
		return st.View(t.Stored())
	}
	data, err := c.Store.Get(context.Background(), name) // without the lock: storage may be slow
	if err == nil {
		st, err = stats.Decode(data)
	}
	if err != nil { // not remembered: it may pass
		c.Log.Warn("statistics cannot be read", "table", t.Name, "object", name, "err", err)
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= statisticsKept {
		c.known = map[string]*stats.Table{}
	}
	c.known[name] = st
	return st.View(t.Stored())
}
