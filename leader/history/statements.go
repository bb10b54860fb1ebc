package history

import (
	"sync"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// statementsKept bounds the statements that stl_query and its kin show.
const statementsKept = 5000

// Statements is those that ran or run, for catalog relations. It lives in
// memory: a restart begins anew.
type Statements struct {
	mu       sync.Mutex
	lastID   int64                     // guarded by mu
	queries  newest[*relations.Query]  // guarded by mu
	compiles newest[relations.Compile] // guarded by mu
	alerts   newest[relations.Alert]   // guarded by mu
}

// newest has at most statementsKept rows of a relation, oldest first. What all has given is never changed.
type newest[T any] []T

func (n *newest[T]) add(row T) {
	if len(*n) >= statementsKept {
		*n = append(newest[T](nil), (*n)[statementsKept/10:]...)
	}
	*n = append(*n, row)
}

// all are the rows, without room behind them, so that one that is added is not written there.
func (n newest[T]) all() []T { return n[:len(n):len(n)] }

// Begin enters a statement and gives it its ID. The record is the history's: End completes it.
func (h *Statements) Begin(q relations.Query) *relations.Query {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastID++
	q.ID = h.lastID
	h.queries.add(&q)
	return &q
}

// After has statements numbered from behind one of an earlier run: what was kept of that names it by its number.
func (h *Statements) After(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastID = max(h.lastID, id)
}

// Did is what a statement that has ended says of itself.
type Did struct {
	Rows    int64 // returned, written or deleted
	Planned time.Duration
}

// End completes a record.
func (h *Statements) End(q *relations.Query, did Did, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	q.Rows, q.PlanMicros = did.Rows, did.Planned.Microseconds()
	q.EndMicros = max(types.MicrosOf(time.Now()), q.StartMicros+1)
	if err != nil {
		q.Aborted, q.Error = true, sqlerr.From(err).Message
	}
}

// Compiled notes a segment's way to fused code.
func (h *Statements) Compiled(c relations.Compile) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.compiles.add(c)
}

// Alerted notes what a query should be told about.
func (h *Statements) Alerted(a relations.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alerts.add(a)
}

// AllAlerts is what queries were told about, oldest first.
func (h *Statements) AllAlerts() []relations.Alert {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.alerts.all()
}

// All is the statements, oldest first.
func (h *Statements) All() []relations.Query {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]relations.Query, len(h.queries))
	for i, q := range h.queries {
		out[i] = *q
	}
	return out
}

// AllCompiles is the ways of segments to fused code, oldest first.
func (h *Statements) AllCompiles() []relations.Compile {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.compiles.all()
}

// Running is what session pid runs now, nil if it is idle.
func (h *Statements) Running(pid int32) *relations.Query {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.queries) - 1; i >= 0; i-- {
		if q := h.queries[i]; q.PID == pid {
			if q.EndMicros != 0 {
				return nil
			}
			own := *q
			return &own
		}
	}
	return nil
}
