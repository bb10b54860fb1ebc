package leader

import (
	"sync"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/session"
)

// historyKept bounds the statements that stl_query and its kin show.
const historyKept = 5000

// history is the statements that ran or run, for catalog relations. It lives in
// memory: a restart begins anew.
type history struct {
	mu       sync.Mutex
	lastID   int64               // guarded by mu
	queries  []*relations.Query  // oldest first; guarded by mu
	compiles []relations.Compile // guarded by mu
}

// begin enters a statement. The record is the history's: change it by end only.
func (h *history) begin(ses *session.Session, st *parse.Statement, xid int64) *relations.Query {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastID++
	q := &relations.Query{ID: h.lastID, Txn: xid, PID: ses.BackendPID(), User: ses.CurrentUser(), Database: ses.CurrentDatabase(),
		Label: ses.Value("query_group"), Text: st.Redacted(), Kind: kindOf(st.Body), StartMicros: ses.NowMicros()}
	if len(h.queries) >= historyKept {
		h.queries = append([]*relations.Query(nil), h.queries[historyKept/10:]...)
	}
	h.queries = append(h.queries, q)
	return q
}

// end completes a record.
func (h *history) end(q *relations.Query, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	q.EndMicros = max(types.MicrosOf(time.Now()), q.StartMicros+1)
	if err != nil {
		q.Aborted, q.Error = true, sqlerr.From(err).Message
	}
}

// compiled notes a segment's way to fused code.
func (h *history) compiled(c relations.Compile) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.compiles) >= historyKept {
		h.compiles = append([]relations.Compile(nil), h.compiles[historyKept/10:]...)
	}
	h.compiles = append(h.compiles, c)
}

// all is the statements, oldest first.
func (h *history) all() []relations.Query {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]relations.Query, len(h.queries))
	for i, q := range h.queries {
		out[i] = *q
	}
	return out
}

func (h *history) allCompiles() []relations.Compile {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.compiles[:len(h.compiles):len(h.compiles)]
}

// running is what session pid runs now, nil if it is idle.
func (h *history) running(pid int32) *relations.Query {
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

func kindOf(b parse.Body) relations.QueryKind {
	switch b.(type) {
	case *parse.Select, *parse.Insert, *parse.ShortInsert, *parse.Update, *parse.Delete, *parse.Copy, *parse.CreateTableAs:
		return relations.KindQuery
	case *parse.CreateTable, *parse.DropTable, *parse.Truncate, *parse.CreateSchema, *parse.DropSchema, *parse.CreateDatabase, *parse.DropDatabase:
		return relations.KindDDL
	}
	return relations.KindUtility
}
