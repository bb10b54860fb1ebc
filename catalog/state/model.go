package state

//msgp:limit arrays:1048576 maps:1048576

import "slipher/catalog/types"

// Ids. Oids of user objects start at FirstUserOID.
type (
	DatabaseID uint32
	SchemaID   uint32
	TableID    uint32
	SliceID    uint16
)

// FirstUserOID is the first id given to a user's object.
const FirstUserOID = 100000

// DistStyle is how a table's rows are placed. Numbers as in pg_class.reldiststyle.
type DistStyle uint8

const (
	DistEven DistStyle = 0
	DistKey  DistStyle = 1
	DistAll  DistStyle = 8
	DistAuto DistStyle = 9 // as declared; Effective says what it is now
)

// SortStyle is the kind of a sort key.
type SortStyle uint8

const (
	SortNone SortStyle = iota
	SortCompound
	SortInterleaved
	SortAuto
)

// Table is a table's definition and current version. Frozen once published:
// the state machine copies on write.
type Table struct {
	ID            TableID      `msg:"id"`
	Database      string       `msg:"db"`
	Schema        string       `msg:"schema"`
	Name          string       `msg:"name"`
	Owner         string       `msg:"owner"`
	Columns       []Column     `msg:"cols"`
	DistStyle     DistStyle    `msg:"dist"`
	Effective     DistStyle    `msg:"eff"`     // never DistAuto
	DistKey       int          `msg:"distkey"` // column number, -1 none
	SortStyle     SortStyle    `msg:"sort"`
	SortKey       []int        `msg:"sortkey"` // column numbers
	EncodeAuto    bool         `msg:"encauto"`
	Backup        bool         `msg:"backup"`
	Constraints   []Constraint `msg:"cons"`
	Version       Version      `msg:"ver"`
	CreatedMicros int64        `msg:"created"`
	// Def counts the definitions the table has had, from 1: what a delta and
	// DDL name in their preconditions.
	Def uint64 `msg:"def"`
}

// Column is one column of a table.
type Column struct {
	Name     string     `msg:"name"`
	Type     types.Type `msg:"type"`
	NotNull  bool       `msg:"nn"`
	Encoding string     `msg:"enc"`     // as declared, lower case: "az64", "raw"…; "" for AUTO
	Default  string     `msg:"default"` // SQL text, "" none
	Identity *Identity  `msg:"ident"`
}

// Identity is IDENTITY(seed, step).
type Identity struct {
	Seed      int64 `msg:"seed"`
	Step      int64 `msg:"step"`
	ByDefault bool  `msg:"bydef"`
}

// Constraint is kept for the planner and for catalog relations; not enforced.
type Constraint struct {
	Name       string   `msg:"name"`
	Kind       string   `msg:"kind"` // "p", "u", "f"
	Columns    []int    `msg:"cols"`
	RefSchema  string   `msg:"refschema"`
	RefTable   string   `msg:"reftable"`
	RefColumns []string `msg:"refcols"`
}

// Version is the content of a table: the sum of committed deltas.
type Version struct {
	Number  uint64      `msg:"n"`
	Objects []ObjectRef `msg:"objs"`
	Rows    int64       `msg:"rows"`
	Stats   string      `msg:"stats"` // object name of ANALYZE's result in managed storage, "" none
}

// ObjectRef names one immutable object in managed storage: row groups of one
// slice of one table. Its footer (runtime/block.Footer) holds the block metadata.
type ObjectRef struct {
	Name  string  `msg:"name"`
	Slice SliceID `msg:"slice"`
	Rows  int64   `msg:"rows"`
	Bytes int64   `msg:"bytes"`
}
