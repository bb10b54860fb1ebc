package leader

import (
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

// relationEnv is what catalog relations are made of, for a session that sees cat: query.Runner.Relations.
func (t *leadership) relationEnv(cat *state.Catalog, ses query.Session) *relations.Env {
	s := t.s
	return &relations.Env{
		Catalog: cat, Database: ses.CurrentDatabase(), User: ses.CurrentUser(), SearchPath: names.Path(ses),
		TempSchema: ses.TempSchema(), PID: ses.BackendPID(), NowMicros: ses.NowMicros(),
		Functions: s.fns, Expression: parse.PortableExpr, Footer: t.facts.Footers.Footer,
		Settings:     ses.Settings,
		Sessions:     t.sessionRows,
		Nodes:        s.nodeRows,
		Leaders:      s.members.Status,
		LoadErrors:   s.loads.Errors.All,
		Loads:        s.loads.Files.All,
		Transactions: s.transactionRows,
		Conflicts:    s.conflictRows,
		Queries:      s.history.All,
		Compiles:     s.history.AllCompiles,
		Alerts:       s.history.AllAlerts,
		Plans:        t.statements.Plans.Stats,
		Analyzed: func(tab *state.Table) (int64, bool) {
			st, err := t.statements.Stats.Analyzed(tab)
			if err != nil || st == nil {
				return 0, false
			}
			return st.Rows, true
		},
	}
}

// sessionRows are the clients: stv_sessions.
func (t *leadership) sessionRows() []relations.Session {
	var out []relations.Session
	for _, i := range t.sessions.list() {
		row := relations.Session{PID: i.PID, User: i.User, Database: i.Database, Remote: i.Remote,
			StartMicros: types.MicrosOf(i.Since)}
		if q := t.s.history.Running(i.PID); q != nil {
			row.Query, row.QueryStartMicros = q.Text, q.StartMicros
		}
		out = append(out, row)
	}
	return out
}

// nodeRows is what the cluster knows of its nodes: stv_nodes.
func (s *Server) nodeRows() []relations.Node {
	var out []relations.Node
	for _, i := range s.cluster.Infos() {
		n := relations.Node{ID: i.ID, Connected: i.Connected, Leaving: i.Draining, Queries: s.scheduler.Running(i.ID)}
		if !i.LastSeen.IsZero() {
			n.SeenMicros = types.MicrosOf(i.LastSeen)
		}
		out = append(out, n)
	}
	return out
}

// transactionRows are the open transactions: svv_transactions, stv_locks.
func (s *Server) transactionRows() []relations.Transaction {
	var out []relations.Transaction
	for _, i := range s.txns.List() {
		row := relations.Transaction{ID: int64(i.XID), PID: i.PID, User: i.User, Database: i.Database,
			StartMicros: types.MicrosOf(i.Began)}
		for _, u := range i.Tables {
			row.Locks = append(row.Locks, relations.Lock{Table: u.Table, Mode: u.Mode, Waiting: u.Waiting})
		}
		out = append(out, row)
	}
	return out
}

// conflictRows are the transactions refused because of others: stl_tr_conflict.
func (s *Server) conflictRows() []relations.Conflict {
	var out []relations.Conflict
	for _, c := range s.txns.Conflicts() {
		out = append(out, relations.Conflict{ID: int64(c.XID), PID: c.PID, StartMicros: types.MicrosOf(c.Began),
			AbortMicros: types.MicrosOf(c.Over), Table: c.Table})
	}
	return out
}
