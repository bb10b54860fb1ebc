package leader

import (
	"sort"
	"sync"
	"time"

	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// SessionInfo is one client as stv_sessions shows it.
type SessionInfo struct {
	PID      int32
	User     string
	Database string
	Remote   string
	Since    time.Time
}

// sessions is the list of clients.
type sessions struct {
	mu   sync.Mutex
	open map[*session.Session]SessionInfo // guarded by mu
}

func (l *sessions) add(s *session.Session, st pgwire.Startup) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*session.Session]SessionInfo{}
	}
	l.open[s] = SessionInfo{PID: st.PID, User: st.User, Database: st.Database, Remote: st.Remote.String(),
		Since: time.Now()}
}

// remove forgets a session and reports whether it was there.
func (l *sessions) remove(s *session.Session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.open[s]
	delete(l.open, s)
	return ok
}

// list is all clients by PID.
func (l *sessions) list() []SessionInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]SessionInfo, 0, len(l.open))
	for _, i := range l.open {
		out = append(out, i)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].PID < out[j].PID })
	return out
}

// in counts the clients of a database.
func (l *sessions) in(database string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, i := range l.open {
		if i.Database == database {
			n++
		}
	}
	return n
}
