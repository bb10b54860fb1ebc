package parse

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Statement is one parsed statement. Body is one of the types below.
type Statement struct {
	Source     string // the whole text given to Parse
	Start, End int    // this statement's bytes in Source
	Body       Body
	Params     int // highest $n used
	opts       Options
	secrets    []Span // the places of passwords and keys in Source
	shape      *Shape // nil: none
	borrowed   bool   // Body is that of another statement of the shape
}

// Options are those that the statement was read with.
func (s *Statement) Options() Options { return s.opts }

// Text is the statement's own text.
func (s *Statement) Text() string { return s.Source[s.Start:s.End] }

// Position is the 1-based character position of p in Source, 0 if p is unknown.
func (s *Statement) Position(p Pos) int { return charPosition(s.Source, int(p)) }

// ErrorAt makes an error that points to p.
func (s *Statement) ErrorAt(p Pos, code sqlerr.Code, format string, args ...any) error {
	return sqlerr.New(code, format, args...).At(s.Position(p))
}

// Body is what a statement does.
type Body interface {
	// Tag is the command's name: "SELECT", "CREATE TABLE".
	Tag() string
}

// Select is a query.
type Select struct{ Query *Query }

// Insert is INSERT INTO t [(cols)] query, or DEFAULT VALUES if Query is nil. A WITH in
// front of INSERT is the query's.
type Insert struct {
	Table   QName
	Columns []InsertColumn
	With    With // before INSERT; Query may have others
	Query   *Query
}

// InsertColumn is one name of an INSERT's column list.
type InsertColumn struct {
	Pos
	Name string
}

// Delete is [WITH …] DELETE [FROM] t [[AS] a] [USING …] [WHERE …].
type Delete struct {
	With  With
	Table TableRef
	Using []TableExpr
	Where Expr
}

// Update is [WITH …] UPDATE t [[AS] a] SET … [FROM …] [WHERE …].
type Update struct {
	With  With
	Table TableRef
	Set   []Assignment
	From  []TableExpr
	Where Expr
}

// Assignment is column = Value; (a, b) = (x, y) makes two. Value may be a DefaultExpr.
type Assignment struct {
	Pos    // of the column
	Column string
	Value  Expr
}

// Truncate is TRUNCATE [TABLE] t.
type Truncate struct{ Table QName }

// VacuumKind is what a VACUUM does.
type VacuumKind uint8

const (
	VacuumFull VacuumKind = iota
	VacuumSortOnly
	VacuumDeleteOnly
	VacuumReindex
	VacuumRecluster
)

// Vacuum is VACUUM [kind] [t [TO n PERCENT] [BOOST]]; Table is nil for all tables.
type Vacuum struct {
	Kind    VacuumKind
	Table   *QName
	Percent int // 1..100, 0 if not given
	Boost   bool
}

// Lock is LOCK [TABLE] t, …: the exclusive lock that Redshift knows.
type Lock struct {
	Tables []QName
	NoWait bool // fail rather than wait
}

// CreateDatabase is CREATE DATABASE; Options are kept as written.
type CreateDatabase struct {
	Name    string
	Pos     Pos
	Options map[string]string
}

// DropDatabase is DROP DATABASE.
type DropDatabase struct {
	Name string
	Pos  Pos
}

// AlterDatabase is ALTER DATABASE … COLLATE.
type AlterDatabase struct {
	Name      string
	Pos       Pos
	Collation string // in full
}

// CreateSchema is CREATE SCHEMA.
type CreateSchema struct {
	Name          string
	Pos           Pos
	IfNotExists   bool
	Authorization string
	QuotaMB       int64 // 0: none or UNLIMITED
}

// DropSchema is DROP SCHEMA name, ….
type DropSchema struct {
	Names    []QName
	IfExists bool
	Cascade  bool
}

// CreateTable is CREATE TABLE with Redshift's attributes. Types are resolved;
// names of columns are not.
type CreateTable struct {
	Table       QName
	Temp        bool // TEMP, TEMPORARY, or a name that starts with #
	IfNotExists bool
	Columns     []ColumnDef
	Constraints []TableConstraint
	Like        []LikeClause
	DistStyle   *state.DistStyle // nil: not given
	DistKey     *Name            // from DISTKEY(col)
	SortStyle   *state.SortStyle
	SortKey     []Name
	EncodeAuto  bool
	BackupNo    bool
}

// CreateTableAs is CREATE [TEMP] TABLE t [(names)] [attributes] AS query, and
// SELECT … INTO [TEMP] t.
type CreateTableAs struct {
	// Def is the table but for its columns: those are the query's (bind.TableOf).
	Def   CreateTable
	Names []Name // of the columns, as many as are given
	Query *Query
}

// Name is an identifier and its place.
type Name struct {
	Pos
	Name string
}

// ColumnDef is a column of CREATE TABLE.
type ColumnDef struct {
	Pos
	Name        string
	Type        types.Type
	NotNull     bool
	Null        bool   // NULL written
	Default     string // as the catalog keeps it
	DefaultExpr Expr
	Identity    *state.Identity
	Encoding    string
	DistKey     bool
	SortKey     bool
	PrimaryKey  bool
	Unique      bool
	References  *Reference
	Collation   string // in full, "" that of the database
}

// TableConstraint is PRIMARY KEY, UNIQUE or FOREIGN KEY over columns.
type TableConstraint struct {
	Pos
	Name    string
	Kind    string // "p", "u", "f"
	Columns []Name
	Ref     *Reference
}

// Reference is REFERENCES table [(cols)].
type Reference struct {
	Table   QName
	Columns []string
}

// LikeClause is LIKE parent [INCLUDING DEFAULTS].
type LikeClause struct {
	Table    QName
	Defaults bool
	// Before is the number of column definitions in front of the clause.
	Before int
}

// DropTable is DROP TABLE.
type DropTable struct {
	Tables   []QName
	IfExists bool
	Cascade  bool
}

// Analyze is ANALYZE [VERBOSE] [table [(cols)]] [PREDICATE COLUMNS | ALL COLUMNS]; Table is nil for all.
type Analyze struct {
	Table      *QName
	Columns    []Name
	Verbose    bool
	Predicates bool // columns that conditions use
}

// Explain is EXPLAIN. Compile holds the words of (COMPILE '…'), nil if absent.
type Explain struct {
	Verbose  bool
	Analyze  bool
	JSON     bool // FORMAT JSON
	Segments bool
	// NoCosts, NoTiming and NoSummary: COSTS, TIMING and SUMMARY are off.
	NoCosts, NoTiming, NoSummary bool

	Compile []string
	Options map[string]string // further parenthesised options, lower case: "target", "slices"
	Inner   *Statement
}

// ExplainExecute is EXPLAIN EXECUTE: what is explained its session knows. Explain has no Inner.
type ExplainExecute struct {
	Explain *Explain
	Execute *Execute
}

// Set is SET [SESSION|LOCAL] name TO value; Value is nil for DEFAULT.
type Set struct {
	Name  string
	Value *string
	Local bool
	// More are further settings of the same statement: SET TRANSACTION of several modes.
	More []Set
}

// Show is SHOW name or SHOW ALL ("all").
type Show struct{ Name string }

// Reset is RESET name or RESET ALL ("all").
type Reset struct{ Name string }

// TransactionKind is what a transaction statement does.
type TransactionKind uint8

const (
	Begin TransactionKind = iota
	Commit
	Rollback
	Savepoint
	RollbackTo
	Release
)

// Transaction is BEGIN, COMMIT, ROLLBACK and their synonyms, and the statements of savepoints.
type Transaction struct {
	Kind      TransactionKind
	Isolation string // upper case, "" if not given
	ReadOnly  bool   // READ ONLY was written
	ReadWrite bool   // READ WRITE was written
	Savepoint Name   // of Savepoint, RollbackTo, Release
	written   string
}

// Prepare is PREPARE name [(types)] AS statement.
type Prepare struct {
	Name  string
	Pos   Pos
	Types []types.Type
	Inner *Statement
}

// Execute is EXECUTE name [(args)].
type Execute struct {
	Name string
	Pos  Pos
	Args []Expr
}

// Deallocate is DEALLOCATE [PREPARE] name; Name is "" for ALL.
type Deallocate struct{ Name string }

func (*Select) Tag() string         { return "SELECT" }
func (*Insert) Tag() string         { return "INSERT" }
func (*Delete) Tag() string         { return "DELETE" }
func (*Update) Tag() string         { return "UPDATE" }
func (*Truncate) Tag() string       { return "TRUNCATE TABLE" }
func (*Vacuum) Tag() string         { return "VACUUM" }
func (*Lock) Tag() string           { return "LOCK TABLE" }
func (*CreateTableAs) Tag() string  { return "SELECT" }
func (*CreateDatabase) Tag() string { return "CREATE DATABASE" }
func (*AlterDatabase) Tag() string  { return "ALTER DATABASE" }
func (*DropDatabase) Tag() string   { return "DROP DATABASE" }
func (*CreateSchema) Tag() string   { return "CREATE SCHEMA" }
func (*DropSchema) Tag() string     { return "DROP SCHEMA" }
func (*CreateTable) Tag() string    { return "CREATE TABLE" }
func (*DropTable) Tag() string      { return "DROP TABLE" }
func (*Analyze) Tag() string        { return "ANALYZE" }
func (*Explain) Tag() string        { return "EXPLAIN" }
func (*ExplainExecute) Tag() string { return "EXPLAIN" }
func (*Set) Tag() string            { return "SET" }
func (*Show) Tag() string           { return "SHOW" }
func (*Reset) Tag() string          { return "RESET" }
func (*Prepare) Tag() string        { return "PREPARE" }
func (*Execute) Tag() string        { return "EXECUTE" }
func (*Deallocate) Tag() string     { return "DEALLOCATE" }

// Tag is the completion tag PostgreSQL sends: COMMIT for END, ROLLBACK for ABORT.
func (t *Transaction) Tag() string {
	if t.written == "START TRANSACTION" {
		return t.written
	}
	return [...]string{"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "ROLLBACK", "RELEASE"}[t.Kind]
}
