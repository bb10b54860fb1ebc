package state

import "slipher/catalog/sqlerr"

//go:generate go run github.com/tinylib/msgp -file command.go -o command_gen.go -tests=false
//go:generate go run github.com/tinylib/msgp -file model.go -o model_gen.go -tests=false
//msgp:limit arrays:1048576 maps:1048576

// TxnID names a transaction. 0 is no transaction: a command that may count
// twice without harm.
type TxnID uint64

// Command is one entry of the replicated log: operations that count together or
// not at all.
type Command struct {
	Txn TxnID `msg:"txn,omitempty"`
	// Term is the term in which the transaction began; a command of an older
	// term than the catalog's is refused. 0: any.
	Term uint64 `msg:"term,omitempty"`
	// Settled: no command with a smaller Txn will be proposed again, whatever
	// became of it.
	Settled TxnID `msg:"settled,omitempty"`
	// Micros is the proposer's clock, since 2000-01-01 UTC.
	Micros int64          `msg:"us,omitempty"`
	Pre    []Precondition `msg:"pre,omitempty"`
	// Reads are the tables that a SERIALIZABLE transaction has read, and those that any has locked.
	Reads []Read `msg:"reads,omitempty"`
	Ops   []Op   `msg:"ops"`
}

// Read is a table as a transaction has read it. The command is refused (40001)
// if another transaction has changed the table's content since.
type Read struct {
	Table   TableID `msg:"t"`
	Content uint64  `msg:"c"` // Version.Content
}

// Op is one operation: exactly one field is set.
type Op struct {
	Bootstrap       *Bootstrap       `msg:"bootstrap,omitempty"`
	OpenTerm        *OpenTerm        `msg:"term,omitempty"`
	Allocate        *Allocate        `msg:"alloc,omitempty"`
	CreateDatabase  *CreateDatabase  `msg:"mkdb,omitempty"`
	DropDatabase    *DropDatabase    `msg:"rmdb,omitempty"`
	CreateSchema    *CreateSchema    `msg:"mkschema,omitempty"`
	DropSchema      *DropSchema      `msg:"rmschema,omitempty"`
	CreateTable     *CreateTable     `msg:"mktable,omitempty"`
	DropTable       *DropTable       `msg:"rmtable,omitempty"`
	Delta           *Delta           `msg:"delta,omitempty"`
	Truncate        *Truncate        `msg:"trunc,omitempty"`
	Replace         *Replace         `msg:"replace,omitempty"`
	Collect         *Collect         `msg:"collect,omitempty"`
	SetStats        *SetStats        `msg:"stats,omitempty"`
	ReserveIdentity *ReserveIdentity `msg:"ident,omitempty"`
	RegisterNode    *RegisterNode    `msg:"node,omitempty"`
	RemoveNode      *RemoveNode      `msg:"rmnode,omitempty"`
	AssignSlices    *AssignSlices    `msg:"slices,omitempty"`
	Pin             *Pin             `msg:"pin,omitempty"`
	DrainNode       *DrainNode       `msg:"drain,omitempty"`
	RegisterLeader  *RegisterLeader  `msg:"leader,omitempty"`
	RemoveLeader    *RemoveLeader    `msg:"rmleader,omitempty"`
	ClaimStorage    *ClaimStorage    `msg:"claim,omitempty"`
}

// Precondition must hold when the command is applied. Exactly one of its forms:
// a table id (and, unless 0, its definition and its content version), or a name
// that must be absent from its schema.
type Precondition struct {
	Table   TableID `msg:"t,omitempty"`
	Def     uint64  `msg:"d,omitempty"`
	Version uint64  `msg:"v,omitempty"`

	AbsentDatabase string `msg:"adb,omitempty"`
	AbsentSchema   string `msg:"as,omitempty"`
	AbsentName     string `msg:"an,omitempty"`
}

// Result is what applying a command gives. Err nil: all operations counted.
type Result struct {
	Err     *sqlerr.Error `msg:"err,omitempty"`
	Ops     []OpResult    `msg:"ops,omitempty"` // one per operation, unless Err
	Version uint64        `msg:"ver,omitempty"` // the catalog version it made
}

// OpResult is one operation's answer.
type OpResult struct {
	// ID is the created object's oid; the first id of an allocation or
	// reservation; the table version made by a delta; a node's number.
	ID int64 `msg:"id,omitempty"`
	// Skipped: IF NOT EXISTS found the name taken.
	Skipped bool `msg:"skip,omitempty"`
}

// Bootstrap makes the first databases and users. Once only.
type Bootstrap struct {
	Cluster Cluster `msg:"cluster"`
}

// OpenTerm is the first command of a new active leader. Commands begun under
// an older term are refused from here on.
type OpenTerm struct {
	Term uint64 `msg:"term"`
}

// Allocate reserves Count ids for the proposer: OIDs or transaction ids.
type Allocate struct {
	What  string `msg:"what"` // AllocateOID, AllocateTxn
	Count int64  `msg:"n"`
}

// What Allocate can allocate.
const (
	AllocateOID = "oid"
	AllocateTxn = "txn"
)

// CreateDatabase makes a database with its schema public. An id of 0 is allocated.
type CreateDatabase struct {
	Database Database `msg:"db"`
}

// DropDatabase drops a database and everything in it.
type DropDatabase struct {
	Name string `msg:"name"`
}

// CreateSchema makes a schema. An id of 0 is allocated.
type CreateSchema struct {
	Schema      Schema `msg:"schema"`
	IfNotExists bool   `msg:"ine,omitempty"`
}

// DropSchema drops a schema, which must be empty unless Cascade.
type DropSchema struct {
	Database string `msg:"db"`
	Name     string `msg:"name"`
	Cascade  bool   `msg:"cascade,omitempty"`
}

// CreateTable makes an empty table. An id of 0 is allocated.
type CreateTable struct {
	Table       Table `msg:"table"`
	IfNotExists bool  `msg:"ine,omitempty"`
}

// DropTable drops a table. Foreign keys of other tables go with it if Cascade.
type DropTable struct {
	ID      TableID `msg:"id"`
	Cascade bool    `msg:"cascade,omitempty"`
}

// Delta is one transaction's change of one table's content. Adds commute.
// Deletes are refused (40001) if an object is gone or one of the rows is
// deleted already: two transactions conflict only on rows that both delete.
type Delta struct {
	Table TableID `msg:"table"`
	// Def is the definition the rows were written for (Table.Def); 0: any.
	Def     uint64      `msg:"def,omitempty"`
	Adds    []ObjectRef `msg:"adds"`
	Deletes []RowSet    `msg:"dels,omitempty"`
}

// Truncate empties a table, of whatever is in it when the command is applied.
type Truncate struct {
	Table TableID `msg:"table"`
	Def   uint64  `msg:"def,omitempty"`
}

// Replace puts new objects in the place of old ones that hold the same live
// rows: a merge, or a flush of small writes. It does not change the content. It is
// refused (40001) if an old object is gone or has other deleted rows than were
// read: then the proposer rebases the deletes and tries again.
type Replace struct {
	Table TableID     `msg:"table"`
	Def   uint64      `msg:"def,omitempty"`
	Old   []Replaced  `msg:"old"`
	New   []ObjectRef `msg:"new"`
}

// Replaced is an object as a merge has read it.
type Replaced struct {
	Name string `msg:"name"`
	Dead int64  `msg:"dead,omitempty"`
}

// Collect says that dropped objects are deleted from managed storage.
type Collect struct {
	Names []string `msg:"names"`
}

// SetStats names ANALYZE's result.
type SetStats struct {
	Table  TableID `msg:"table"`
	Object string  `msg:"obj"`
}

// ReserveIdentity reserves Count ordinals of an identity column. Ordinal n's
// value is seed + n * step.
type ReserveIdentity struct {
	Table  TableID `msg:"table"`
	Column int     `msg:"col"`
	Count  int64   `msg:"n"`
}

// RegisterNode adds a node or renews its facts. Number is ignored: it is given.
type RegisterNode struct {
	Node Node `msg:"node"`
}

// DrainNode says that a node shall have no slices (or may have some again).
type DrainNode struct {
	ID    string `msg:"id"`
	Drain bool   `msg:"drain"`
}

// RegisterLeader adds a leader or renews its addresses.
type RegisterLeader struct {
	Leader Leader `msg:"leader"`
}

// RemoveLeader forgets a leader. Raft's own membership is changed elsewhere.
type RemoveLeader struct {
	ID string `msg:"id"`
}

// ClaimStorage begins an incarnation of the owner of managed storage.
type ClaimStorage struct {
	Claim Claim `msg:"claim"`
	// Since is the token found in the storage: claims before it will not be found there any more.
	Since string `msg:"since"`
	// URL and ClusterID are what Cluster has from now on: other ones if the storage was moved or copied.
	URL       string `msg:"url"`
	ClusterID string `msg:"cluster"`
}

// RemoveNode forgets a node that has no slices.
type RemoveNode struct {
	ID string `msg:"id"`
}

// AssignSlices deals every slice to a node: Nodes[slice] is a node id.
type AssignSlices struct {
	Nodes []string `msg:"nodes"`
}

// Pin sets the oldest catalog version any reader still holds: what garbage
// collection obeys. It never moves back.
type Pin struct {
	Version uint64 `msg:"ver"`
}
