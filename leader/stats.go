package leader

import (
	"context"
	"log/slog"
	"sync"

	"slipher/catalog/state"
	"slipher/compiler/optimize/stats"
	"slipher/node/rms"
)

// statistics caches ANALYZE's results by object name: objects never change.
type statistics struct {
	store rms.Store
	log   *slog.Logger

	mu    sync.Mutex
	known map[string]*stats.Table // guarded by mu
}

// statisticsKept bounds the cache; it is emptied when full.
const statisticsKept = 4096

// of is a table's statistics, nil if there are none or they cannot be read: a
// plan then does without.
func (c *statistics) of(t *state.Table) *stats.Table {
	name := t.Version.Stats
	if name == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if st, ok := c.known[name]; ok {
		return st
	}
	data, err := c.store.Get(context.Background(), name)
	var st *stats.Table
	if err == nil {
		st, err = stats.Decode(data)
	}
	if err != nil {
		c.log.Warn("statistics cannot be read", "table", t.Name, "object", name, "err", err)
	}
	if st != nil && len(st.Cols) != len(t.Columns) {
		st = nil
	}
	if c.known == nil || len(c.known) >= statisticsKept {
		c.known = map[string]*stats.Table{}
	}
	c.known[name] = st
	return st
}
