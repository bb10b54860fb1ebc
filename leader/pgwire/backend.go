package pgwire

import (
	"context"
	"io"
	"net"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// Backend makes sessions: the server behind the protocol.
type Backend interface {
	// NewSession opens a session for a client that has passed authentication. An
	// error refuses the connection with its SQLSTATE.
	NewSession(ctx context.Context, s Startup) (Session, error)
}

// Startup is what a client said when it connected.
type Startup struct {
	User, Database string
	Params         map[string]string // the rest: settings, driver facts
	Remote         net.Addr
	PID            int32 // the backend's number, as in BackendKeyData
	MaxConnections int   // of the server, for SHOW
	// Relayed: the client is behind a standby leader, which wants the reports of relayed.go.
	Relayed bool
	// Cancel cancels what session pid runs now, for pg_cancel_backend; false: no such session.
	Cancel func(pid int32) bool
}

// Session is one client's conversation. The protocol layer calls one method at
// a time; contexts end with a cancel request, a lost client or a shutdown.
type Session interface {
	// Greeting lists the parameters reported after authentication.
	Greeting() []Parameter
	// Simple runs all statements of one text, each result through w. Positions of
	// errors count in text. An error ends the text.
	Simple(ctx context.Context, text string, w ResultWriter) error
	// Prepare parses one statement and keeps it under name ("" is the unnamed
	// one). params are the client's type ids, 0 where it leaves the choice.
	Prepare(ctx context.Context, name, text string, params []uint32) error
	// Prepared finds a statement, also one made by SQL's PREPARE.
	Prepared(name string) (Prepared, error)
	// Deallocate forgets a statement, if there is one.
	Deallocate(name string)
	// Run executes a prepared statement.
	Run(ctx context.Context, p Prepared, args []types.Datum, next Next, w ResultWriter) error
	// Sync ends an extended exchange: it commits the implicit transaction of its
	// statements. An error means that they do not count.
	Sync(ctx context.Context) error
	// Failed tells the session of an error outside its own methods: a bad Bind
	// spoils a transaction too.
	Failed()
	// Reports takes the reported parameters that have changed since something told of them: with
	// a transaction that was rolled back. The client hears of them before ReadyForQuery.
	Reports() []Parameter
	Status() TxStatus
	Close()
}

// Next is what comes after a statement of an extended exchange.
type Next uint8

const (
	AnyNext  Next = iota // not known, or not Sync
	SyncNext             // Sync is here already
)

// Prepared is a parsed statement.
type Prepared interface {
	// Params are the types of $1, $2…; all are known after Prepare.
	Params() []types.Type
	// Columns describe the result; nil if the statement returns no rows.
	Columns() []plan.OutputColumn
	// Empty reports a text without a statement.
	Empty() bool
}

// ErrInFailed is what statements of a transaction that failed end with, but those that end it.
var ErrInFailed = sqlerr.New(sqlerr.InFailedTransaction, "current transaction is aborted, commands ignored until end of "+
	"transaction block")

// TxStatus is the byte of ReadyForQuery.
type TxStatus byte

const (
	Idle     TxStatus = 'I'
	InBlock  TxStatus = 'T'
	InFailed TxStatus = 'E'
)

// ResultWriter takes the results of statements. Each statement ends with
// Complete or Empty; one with rows calls Columns before.
//
// An error from a method means the client is gone or the row cannot be shown:
// the statement stops and returns it.
type ResultWriter interface {
	Columns(cols []plan.OutputColumn) error
	// Rows sends rows [from, to) of r. Columns of r behind those announced are not shown.
	Rows(r Rows, from, to int) error
	Complete(tag string) error
	Empty() error
	Notice(n Notice)
	// Report sends a ParameterStatus.
	Report(p Parameter)
	// CopyIn asks the client for COPY data. The reader ends with io.EOF when the client is
	// through, with an error if it gave up.
	CopyIn(columns int) (CopyReader, error)
}

// CopyReader yields COPY data. One goroutine reads; it may be another than the
// statement's, but must have ended when the statement does.
type CopyReader interface {
	io.Reader
	// Interrupt makes reading fail, also a Read that waits now. Any goroutine may call it.
	Interrupt()
}

// Rows is a batch of rows by columns: runtime/chunk.Chunk, or Datums.
type Rows = types.Rows

// Parameter is a reported setting.
type Parameter struct{ Name, Value string }

// Severity of a notice.
type Severity string

const (
	Info    Severity = "INFO"
	Note    Severity = "NOTICE"
	Warning Severity = "WARNING"
)

// Notice is a message that is no error.
type Notice struct {
	Severity Severity
	sqlerr.Error
}

// Datums are rows held as values on the leader: SHOW, EXPLAIN.
type Datums [][]types.Datum

func (d Datums) Rows() int                          { return len(d) }
func (d Datums) IsNull(col, row int) bool           { return d[row][col].Null }
func (d Datums) Int(col, row int) int64             { return d[row][col].Lo }
func (d Datums) Int128(col, row int) (hi, lo int64) { return d[row][col].Hi, d[row][col].Lo }
func (d Datums) Float(col, row int) float64         { return d[row][col].Float() }
func (d Datums) Str(col, row int) []byte            { return []byte(d[row][col].S) }
