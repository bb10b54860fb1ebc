package facts

import (
	"context"
	"log/slog"
	"sync"

	"slipher/catalog/state"
	"slipher/compiler/optimize/stats"
	"slipher/node/rms"
)

// Statistics is what is known of tables' values: ANALYZE's results, which are cached by object name as objects never
// change, and what every load and small write keeps (kept.go), which is of the very version that a query reads.
type Statistics struct {
	store rms.Store
	log   *slog.Logger
	kept  *kept
	// Uses is what plans ask of columns.
	Uses Uses

	mu       sync.Mutex
	analyzed map[string]*stats.Table // by object, its columns those of then; guarded by mu
	held     int                     // bytes of them; guarded by mu
	// known is what Of has answered. A table is told from its other versions by its address, as in Facts.
	known memo[*state.Table, *stats.Table]
}

// NewStatistics makes an empty cache.
func NewStatistics(footers *rms.Cache, store rms.Store, log *slog.Logger) *Statistics {
	return &Statistics{store: store, log: log, kept: newKept(footers, store, log), analyzed: map[string]*stats.Table{}}
}

// statisticsKept and statisticsBytes bound what is remembered of versions and of ANALYZE's results; a memory is emptied
// when full. The answers for versions share what is large with the results.
const (
	statisticsKept  = 1024
	statisticsBytes = 128 << 20
)

// Of is a table's statistics, nil if there are none or they cannot be read: a
// plan then does without.
func (c *Statistics) Of(t *state.Table) *stats.Table {
	if st, ok := c.known.find(t); ok {
		return st
	}
	st, whole := c.put(t)
	if whole { // what could not be read may be so later
		c.known.keep(t, st, statisticsKept)
	}
	return st
}

// put puts ANALYZE's result and what is kept together; whole: nothing was in the way.
func (c *Statistics) put(t *state.Table) (st *stats.Table, whole bool) {
	analyzed, err := c.Analyzed(t)
	if err != nil {
		c.log.Warn("statistics cannot be read", "table", t.Name, "object", t.Version.Stats, "err", err)
	}
	now, kerr := c.Counted(context.Background(), t)
	if kerr != nil {
		c.log.Warn("statistics of objects cannot be read", "table", t.Name, "err", kerr)
	}
	switch {
	case now == nil:
		return analyzed, err == nil && kerr == nil
	case analyzed == nil:
		return now, err == nil && kerr == nil
	}
	out := *analyzed
	out.Rows = now.Rows
	out.Cols = append(out.Cols[:0:0], out.Cols...)
	for i := range out.Cols {
		have, is := &out.Cols[i], &now.Cols[i]
		have.NullFrac, have.Min, have.Max = is.NullFrac, is.Min, is.Max
		if !now.Guessed {
			have.Distinct, have.Width = is.Distinct, is.Width
		}
	}
	return &out, err == nil && kerr == nil
}

// Counted is what is known of a version of a table without ANALYZE; nil if it has no rows.
func (c *Statistics) Counted(ctx context.Context, t *state.Table) (*stats.Table, error) {
	return c.kept.of(ctx, t)
}

// Analyzed is what the last ANALYZE of a table has found, as of then, nil if there was none.
func (c *Statistics) Analyzed(t *state.Table) (*stats.Table, error) {
	name := t.Version.Stats
	if name == "" {
		return nil, nil
	}
	c.mu.Lock()
	st, ok := c.analyzed[name]
	c.mu.Unlock()
	if ok {
		return st.View(t.Stored()), nil
	}
	data, err := c.store.Get(context.Background(), name) // without the lock: storage may be slow
	if err == nil {
		st, err = stats.Decode(data)
	}
	if err != nil { // not remembered: it may pass
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held += len(data); c.held > statisticsBytes {
		clear(c.analyzed)
		c.known.forget()
		c.held = len(data)
	}
	st.Name = name
	c.analyzed[name] = st
	return st.View(t.Stored()), nil
}
