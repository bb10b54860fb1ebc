package plan

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// Query is a planned statement: segments grouped into streams.
//
// Segment and table ids count from 0 over the whole query. A stream starts when
// the one before has ended on every node; the segments of one stream run
// together, connected by exchanges.
type Query struct {
	Segments []*Segment
	Streams  [][]int // segment ids
	Loops    []Loop  // whose bodies are the last streams
	Params   []Param // $0.. : hoisted literals and the client's parameters
	Output   []OutputColumn
	Merge    Merge
	Insert   *InsertTarget // INSERT ... SELECT, INSERT VALUES, COPY, UPDATE; nil for SELECT
	Delete   *TableRef     // DELETE, UPDATE: the table whose rows are deleted; nil otherwise
	Tables   []*Table      // tables made while the query runs, by id
	Root     *Node         // what EXPLAIN prints
	Notes    []string      // EXPLAIN's footer lines
	Missing  []string      // tables without statistics
	Nested   bool          // a join looks at every pair of rows
	// LeaderOnly: no user table is read; all segments run on the leader's own slice.
	LeaderOnly bool
}

// Receiver is the segment that gets what k, an exchange's, sends; nil if the plan has none.
func (q *Query) Receiver(k *Sink) *Segment {
	for _, s := range q.Segments {
		if s.Source.Kind == program.SourceReceive && s.Source.Exchange == k.Exchange {
			return s
		}
	}
	return nil
}

// Adopts reports whether the segment does nothing with the rows that it receives but to keep them, as they come, in a
// table of which it wants all: then its senders can make the table's entries.
func (s *Segment) Adopts() bool {
	k := &s.Sink
	if s.Source.Kind != program.SourceReceive || len(s.Steps) > 0 || !k.Kind.Fills() ||
		k.Kind == program.SinkAggr || // whose rows find their groups
		k.Kind == program.SinkSort && k.LimitParam >= 0 {
		return false
	}
	columns := func(es []*Expr) bool {
		return !slices.ContainsFunc(es, func(e *Expr) bool { return e.Kind != expr.Column })
	}
	for _, o := range k.Order {
		if o.Expr.Kind != expr.Column {
			return false
		}
	}
	return columns(k.Keys) && columns(k.Payload)
}

// Sent are the columns of the rows that k, an exchange's, sends, as their receiver has them: all its senders agree.
func (q *Query) Sent(k *Sink) []Column {
	if s := q.Receiver(k); s != nil {
		return s.Source.Cols
	}
	return layoutOf(k.Cols)
}

// Output are the columns of the chunks that k, none of an exchange and none that fills a table, gives.
func (k *Sink) Output() []program.ChunkCol { return program.ChunkCols(layoutOf(k.Cols)) }

// OutputColumn is one column of the result as the client sees it.
type OutputColumn struct {
	Name     string
	Type     types.Type
	TableOID uint32 // 0 unless a plain column
	ColumnNo int16  // 1-based, 0 unless a plain column
}

// Where says which slices run a segment.
type Where uint8

const (
	EverySlice Where = iota // on every slice's data, by the node's workers
	OneSlice                // one instance in the cluster, on slice 0's node
	EveryNode               // one instance a node (the receiver of a broadcast)
	Leader                  // on the leader's own slice
)

// Segment is the unit of compilation: one source, steps, one sink.
type Segment struct {
	ID     int
	Stream int
	Where  Where
	Source Source
	Steps  []Step
	Sink   Sink
	// After are segments of the stream: this one begins on a node when they have ended there, and reads what they leave in
	// the node's tables.
	After []int
}

// Column describes one column of the row layout between steps.
type Column struct {
	Name     string
	Type     types.Type
	Nullable bool
}

// Holds is what the column's values are.
func (c Column) Holds() (types.Type, bool) { return c.Type, c.Nullable }

// Source yields a segment's rows. Exactly one kind; Cols is the layout it yields.
type Source struct {
	Kind program.SourceKind
	Cols []Column

	// program.SourceScan, program.SourceHeads
	Table *TableRef
	// ColNos has for each of Cols its 0-based column number in the table;
	// state.Table's RowIDColumn and LiveColumn too.
	ColNos []int
	Zone   []ZonePred
	// KeyZones are joins of the segment by whose tables row groups and sections can be skipped.
	KeyZones []KeyZone
	// Once, for an ALL table: its row groups are dealt out once over all slices
	// (it is a probe or plain input), instead of every node reading all of them
	// (Where is EveryNode then: a build side).
	Once bool

	// Heads, of a program.SourceHeads, says for each of Cols what it is of its column: of row groups without deleted rows
	// all of whose rows are as Zone wants them. There is a row for each.
	Heads []program.Head
	// Headed, of a program.SourceScan: such row groups are left out, for another segment has their heads.
	Headed bool

	// program.SourceReceive
	Exchange int

	// program.SourceTable: groups, sorted or saved rows of a table of this query
	TableID int

	// program.SourceRows: leader only; rows handed in by name (catalog relation, VALUES)
	Rows string
	// Values are literal rows for a leader's VALUES or a FROM-less SELECT (one row, no columns).
	Values [][]*Expr
	// Literals has for each of Cols its constants, one a row: not part of the program.
	Literals [][]types.Datum
}

// TableRef names a stored table for the leader; nodes get block lists.
type TableRef struct {
	ID      uint64
	Schema  string
	Name    string
	Alias   string
	Version uint64
}

// ZonePred lets a scan skip row groups and sections by their zone maps: Col op Param.
// The filter step still holds the full predicate. Col indexes Source.Cols.
type ZonePred struct {
	Col   int
	Op    string // "<", "<=", "=", ">=", ">"
	Param int
}

// KeyZone lets a scan skip row groups and sections that have none of the values of a join table's key: rows without one
// of them go no further. Col indexes Source.Cols; it is an integer as it is stored, as the key is.
type KeyZone struct {
	Col   int
	Table int
	Key   int // of the table
	// Sieve: its values on all nodes are those that count, not those that the table has where the scan is.
	Sieve bool
}

// Sink consumes a segment's rows. Exactly one kind.
type Sink struct {
	Kind program.SinkKind

	// Sinks that fill (program.SinkKind.Fills): the table filled. Its shape is in Query.Tables.
	TableID int
	Keys    []*Expr   // program.SinkHash: join keys; program.SinkAggr: group keys; program.SinkDist: distribution keys
	Payload []*Expr   // program.SinkHash, program.SinkSort, program.SinkSave: what an entry carries
	Aggs    []Agg     // program.SinkAggr
	Order   []SortKey // program.SinkSort, and program.SinkReturn with a merge: key made of these
	// LimitParam: program.SinkSort keeps only the first limit+offset rows; -1 for all.
	LimitParam, OffsetParam int

	// program.SinkDist
	Exchange int
	Dist     program.DistKind

	// program.SinkDist, program.SinkReturn, program.SinkInsert, program.SinkDelete: the columns sent
	Cols []*Expr
	// RowIDs, of a program.SinkInsert: the last of Cols is the address of the row that this
	// one replaces (UPDATE, merge), not a column of the table.
	RowIDs bool
}

// Table is made while the query runs: a join, aggregate or sort table, or saved rows.
type Table struct {
	ID      int
	Kind    program.SinkKind // one that fills
	Keys    []Column
	Words   []string  // of a join's table, what EXPLAIN calls keys: "e.k"
	Hashed  []int     // program.SinkAggr: the keys that groups are hashed by; nil: all. All of them are compared
	Payload []Column  // program.SinkHash, program.SinkSort, program.SinkSave
	Aggs    []AggInfo // program.SinkAggr
	// What program.SourceTable yields: keys, then aggregates, of an aggregate table; else Payload (of a sort table then,
	// if Merge needs it, the sort key as a Str column).
	EmitKey bool // program.SinkSort: append the normalised key
	// Marks, of a program.SinkAggr: it remembers rows (Unique). Of a program.SinkHash: entries say whether a join has
	// found them. Where they are read (by a segment behind the join's), the mark is a column behind Payload.
	Marks bool
	// Prefixes, of a program.SinkSort, are numbers of leading keys of which windows ask how many bytes of the normalised
	// key they are.
	Prefixes []int
	// EstRows is the planner's guess, for initial sizes only.
	EstRows int64
}

// AggInfo is the result column of an aggregate.
type AggInfo struct {
	Agg Agg
	Out Column
}

// Agg is one accumulator. Arg is nil if it counts rows.
type Agg struct {
	Fn  *fn.Accumulator
	Arg *Expr
}

// Merge is the leader's last step on returned rows: a k-way merge of sorted
// streams by a trailing normalised key column (bytewise), offset and limit.
type Merge struct {
	Sorted                  bool // the last column sent is the key; it is not shown
	LimitParam, OffsetParam int  // -1: none
}

// InsertTarget is what an INSERT or COPY fills. Columns of program.SinkInsert are the
// table's columns in order, already cast; NOT NULL is checked by generated code.
type InsertTarget struct {
	Table *TableRef
}

// Position is the place of a column in a row layout, from 0.
type Position int

// Expr is an expression over a row layout.
type Expr = expr.Expr[Position]

// SortKey orders rows.
type SortKey = expr.SortKey[Position]

// Param and Effect are the query's.
type (
	Param  = expr.Param
	Effect = expr.Effect
)

// ErrUnsupported is what planning says to SQL outside its scope.
func ErrUnsupported(what string) error { return sqlerr.Unsupported("%s", what) }
