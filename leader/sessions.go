package leader

import (
	"sort"
	"sync"
	"time"

	"slipher/leader/pgwire"
	"slipher/leader/session"
	"slipher/leader/txn"
)

// SessionInfo is one client as stv_sessions shows it.
type SessionInfo struct {
	PID      int32
	User     string
	Database string
	Remote   string
	Since    time.Time
	temp     *txn.Temp
}

// sessions is the list of clients.
type sessions struct {
	mu   sync.Mutex
	open map[*session.Session]SessionInfo // guarded by mu
}

func (l *sessions) add(s *session.Session, st pgwire.Startup, temp *txn.Temp) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*session.Session]SessionInfo{}
	}
	l.open[s] = SessionInfo{PID: st.PID, User: st.User, Database: st.Database, Remote: st.Remote.String(), Since: time.Now(), temp: temp}
}

// remove forgets a session and gives its temporary tables, nil if it was not there.
func (l *sessions) remove(s *session.Session) *txn.Temp {
	l.mu.Lock()
	defer l.mu.Unlock()
	temp := l.open[s].temp
	delete(l.open, s)
	return temp
}

// temp is a session's temporary tables, nil if it has ended.
func (l *sessions) temp(s *session.Session) *txn.Temp {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open[s].temp
}

// tempSchema is the schema of a session's temporary tables.
func (l *sessions) tempSchema(s *session.Session) string {
	if temp := l.temp(s); temp != nil {
		return temp.Schema()
	}
	return ""
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
