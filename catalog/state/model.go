package state

//msgp:limit arrays:1048576 maps:1048576
//msgp:replace types.ColumnID with:uint32

import (
	"slices"

	"slipher/catalog/types"
)

// Ids. Oids of user objects start at FirstUserOID.
type (
	DatabaseID uint32
	SchemaID   uint32
	TableID    uint32
	FunctionID uint32
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

// Table is a table's definition and current version, or a view's. Frozen once published:
// the state machine copies on write.
type Table struct {
	ID            TableID        `msg:"id"`
	Database      string         `msg:"db"`
	Schema        string         `msg:"schema"`
	Name          string         `msg:"name"`
	Owner         string         `msg:"owner"`
	Columns       columnList     `msg:"cols"`
	DistStyle     DistStyle      `msg:"dist"`
	Effective     DistStyle      `msg:"eff"`     // never DistAuto
	DistKey       KeyColumn      `msg:"distkey"` // 0: none
	SortStyle     SortStyle      `msg:"sort"`
	SortKey       Key            `msg:"sortkey"`
	EncodeAuto    bool           `msg:"encauto"`
	Backup        bool           `msg:"backup"`
	Constraints   constraintList `msg:"cons"`
	Version       Version        `msg:"ver"`
	CreatedMicros int64          `msg:"created"`
	// Def counts the definitions the table has had, from 1: what a delta and
	// DDL name in their preconditions.
	Def uint64 `msg:"def"`
	// NextColumn is the id of the next column that the table gets: no id is given twice, whatever is dropped.
	NextColumn types.ColumnID `msg:"nextcol,omitempty"`
	// View, if set: it is a view. It shares with tables the space of names, ids, owner, comments and what drops it.
	View     *View    `msg:"view,omitempty"`
	Comments Comments `msg:"-"` // no part of its definition; see op_comment.go
}

// Column is one column of a table.
type Column struct {
	Name     string     `msg:"name"`
	Type     types.Type `msg:"type"`
	NotNull  bool       `msg:"nn"`
	Encoding string     `msg:"enc"`     // as declared, lower case: "az64", "raw"…; "" for AUTO
	Default  string     `msg:"default"` // SQL text, "" none
	Identity *Identity  `msg:"ident"`
	// ID names the column in all that is stored. CREATE TABLE gives it.
	ID types.ColumnID `msg:"id,omitempty"`
	// Initial is the column's value in rows that are older than it, NULL if nil. Frozen.
	Initial *types.Datum `msg:"initial,omitempty"`
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
	Columns    Key      `msg:"cols"`
	RefSchema  string   `msg:"refschema"`
	RefTable   string   `msg:"reftable"`
	RefColumns []string `msg:"refcols"`
}

// Version is the content of a table: the sum of committed deltas.
type Version struct {
	// Number counts every change, Content only those that change what a query
	// answers: merging objects does not.
	Number  uint64  `msg:"n"`
	Content uint64  `msg:"content"`
	LastTxn TxnID   `msg:"last"` // that made Content what it is
	Objects Objects `msg:"objs"`
	Rows    int64   `msg:"rows"`  // live ones
	Stats   string  `msg:"stats"` // object name of ANALYZE's result in managed storage, "" none
}

// ObjectRef is one immutable object: rows of one slice of one table, and which
// of them have been deleted since. A row's address is the object's name and the
// row's position in it.
type ObjectRef struct {
	Name  string  `msg:"name"`
	Slice SliceID `msg:"slice"`
	Rows  int64   `msg:"rows"` // deleted ones too
	Bytes int64   `msg:"bytes"`
	// Data are the rows of a small write in stored form
	// (chunk.Stored), which names its columns by id: such an object is in no storage but here. nil: row groups
	// in managed storage under Name, their metadata in a footer (runtime/block.Footer).
	Data []byte `msg:"data,omitempty,limit=67108864" what:"a small write"`
	// Deleted is a roaring bitmap (portable format) of the positions of deleted
	// rows, Dead their number. nil, 0: none. Frozen.
	Deleted []byte `msg:"del,omitempty,limit=1073741824" what:"the set of deleted rows of an object"`
	Dead    int64  `msg:"dead,omitempty"`
}

// RowSet is rows of one object: a roaring bitmap (portable format) of positions. Its largest, of 2^32 positions, has
// half a GB; what goes into the log is bounded by the log.
type RowSet struct {
	Object string `msg:"obj"`
	Rows   []byte `msg:"rows,limit=1073741824" what:"the set of deleted rows of an object"`
}

// Stored is what has to be known of the columns to read what is stored of them. A table that no catalog has made, which
// is without ids, has the first ones.
func (t *Table) Stored() []types.Column {
	out := make([]types.Column, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		if out[i] = (types.Column{ID: c.ID, Type: c.Type, Initial: c.Initial}); c.ID == 0 {
			out[i].ID = types.FirstID(i)
		}
	}
	return out
}

// number gives all columns their first ids: those of a new table, and of one from a time when columns had none, for
// what was stored then means these. t is a private copy whose Columns are not.
func (t *Table) number() {
	t.Columns = slices.Clone(t.Columns)
	for i := range t.Columns {
		t.Columns[i].ID, t.Columns[i].Initial = types.FirstID(i), nil
	}
	t.NextColumn = types.FirstID(len(t.Columns))
}

// RowIDColumn and LiveColumn are the numbers of columns that no block stores but every scan can
// yield, behind the stored ones: the row's address in a scan (BIGINT: index of the object in
// the scanned version's Objects << 32 | position in the object), and whether the row
// is not deleted (BOOLEAN). Neither is ever NULL.
func (t *Table) RowIDColumn() int { return len(t.Columns) }
func (t *Table) LiveColumn() int  { return len(t.Columns) + 1 }
