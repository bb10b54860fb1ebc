package relations

import (
	"context"
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/runtime/block"
)

// Env is what rows are made of: one version of the catalog, one session, and
// what the leader knows of the cluster. A nil callback knows nothing.
type Env struct {
	Catalog    *state.Catalog
	Database   string
	User       string
	SearchPath []string // "$user" resolved, the schema of temporary tables in front
	TempSchema string   // of the session's temporary tables
	PID        int32
	NowMicros  int64 // statement start, since 2000-01-01 UTC; all times here are

	Functions *fn.Table // pg_proc; may be nil

	// Expression is a kept expression (a DEFAULT) as any session can read it; nil: as it is kept.
	Expression func(text string) string
	// Footer is the block metadata of an object (cached by the leader).
	Footer     func(ctx context.Context, ref state.ObjectRef) (*block.Footer, error)
	Settings   func() []Setting
	Sessions   func() []Session
	Nodes      func() []Node
	Leaders    func(ctx context.Context) []Leader // asks them
	Queries    func() []Query                     // finished and running, oldest first
	LoadErrors func() []LoadError
	// Transactions are the open ones that have done something.
	Transactions func() []Transaction
	// Conflicts are transactions that were refused because of others, oldest first.
	Conflicts func() []Conflict
	Loads     func() []Load // oldest first, as LoadErrors
	Compiles  func() []Compile
	Alerts    func() []Alert // oldest first
	// Plans counts the use of plans that are kept.
	Plans func() Plans
	// Analyzed is how many rows a table had at its last ANALYZE; false: there was none.
	Analyzed func(t *state.Table) (rows int64, ok bool)
}

// Setting is a session parameter: pg_settings, SHOW ALL.
type Setting struct {
	Name, Value, Description string
}

// Plans counts queries whose plans may be kept: stv_plan_cache.
type Plans struct {
	Hits, Misses int64
	Kept         int // plans, now
}

// Session is a connected client.
type Session struct {
	PID         int32
	User        string
	Database    string
	Application string
	Remote      string
	StartMicros int64
	// Query is what runs, "" if idle; QueryStartMicros is when it (or the last one) began.
	Query            string
	QueryStartMicros int64
}

// Node is what the active leader knows of a node beyond the catalog.
type Node struct {
	ID        string
	Connected bool
	Leaving   bool // it has no slices, or is about to lose them
	Queries   int  // that run there
	// SeenMicros is when the node was last heard of; 0: not under this leader.
	SeenMicros int64
}

// Leader is a leader as raft's configuration and itself tell.
type Leader struct {
	ID           string
	SQL, Cluster string // addresses
	Voter        bool
	Known        bool   // it has answered; else what follows State means nothing
	State        string // leader, follower, candidate, unknown
	Term         uint64
	LastLog      uint64 // index of the newest entry of its log
	Commit       uint64
	Applied      uint64
	Snapshot     uint64
	// ContactMillis is how long ago it heard of the active leader, -1: never.
	ContactMillis int64
}

// Query is one statement that ran or runs.
type Query struct {
	ID       int64
	Txn      int64
	PID      int32
	User     string
	Database string
	Label    string // query_group
	Text     string
	Kind     QueryKind
	// EndMicros is 0 while it runs.
	StartMicros, EndMicros int64
	Aborted                bool
	Error                  string
	Rows                   int64 // returned, inserted or loaded
	PlanMicros             int64
}

// Transaction is an open transaction and the tables that it uses.
type Transaction struct {
	ID             int64
	PID            int32
	User, Database string
	StartMicros    int64
	Locks          []Lock
}

// Conflict is a transaction that was refused because another one had changed the same.
type Conflict struct {
	ID                       int64
	PID                      int32
	StartMicros, AbortMicros int64
	Table                    state.TableID // 0: unknown
}

// Lock is how a transaction uses a table, in the words of PostgreSQL's lock modes.
type Lock struct {
	Table   state.TableID
	Mode    string
	Waiting bool
}

// QueryKind sorts statements as stl_query, stl_ddltext and stl_utilitytext do.
type QueryKind uint8

const (
	KindQuery QueryKind = iota
	KindDDL
	KindUtility
)

// LoadError is one rejected field of COPY.
type LoadError struct {
	Query       int64
	PID         int32
	UserID      uint32
	Table       state.TableID
	Slice       int
	StartMicros int64
	File        string
	Line        int64
	Column      string
	Type        string // "int4", "varchar"
	Length      string
	Position    int
	RawLine     string
	RawValue    string
	Code        int
	Reason      string
	StartOffset int64
}

// Load is one file that a COPY has loaded.
type Load struct {
	Query     int64
	UserID    uint32
	Table     string
	File      string
	Bytes     int64 // unpacked
	Lines     int64 // scanned: headers and refused ones too
	Errors    int
	EndMicros int64
}

// Compile is one segment's way to code: svl_compile.
type Compile struct {
	Query                  int64
	Txn                    int64
	PID                    int32
	User                   string
	Segment                int
	OnLeader               bool
	StartMicros, EndMicros int64
	// Compiled is false if the code came from a cache.
	Compiled bool
}

// Alert is something that a query's user should know: stl_alert_event_log. Segment and Step are -1 if it is of the
// plan.
type Alert struct {
	Query, Txn      int64
	PID             int32
	User            string
	Segment, Step   int
	Event, Solution string
	Micros          int64
}

// temporary reports whether t is a temporary table of the session.
func (e *Env) temporary(t *state.Table) bool { return e.TempSchema != "" && t.Schema == e.TempSchema }

// userID is a user's usesysid, 0 if there is no such user.
func (e *Env) userID(name string) int64 {
	if u := e.Catalog.User(name); u != nil {
		return int64(u.ID)
	}
	return 0
}

// schemaID is a schema's oid in the session's database, 0 if there is none.
func (e *Env) schemaID(name string) state.SchemaID {
	if s := e.Catalog.Schema(e.Database, name); s != nil {
		return s.ID
	}
	return 0
}

// tables lists the session's database's tables and views.
func (e *Env) tables() []*state.Table { return e.Catalog.Tables(e.Database) }

// stored lists the tables, views those that are none.
func (e *Env) stored() []*state.Table {
	return slices.DeleteFunc(e.tables(), (*state.Table).IsView)
}

func (e *Env) views() []*state.Table {
	return slices.DeleteFunc(e.tables(), func(t *state.Table) bool { return !t.IsView() })
}

// all is what a callback gives, nothing if there is none.
func all[T any](f func() []T) []T {
	if f == nil {
		return nil
	}
	return f()
}
