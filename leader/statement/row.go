package statement

import (
	"context"
	"fmt"
	"time"

	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/history"
	"slipher/leader/names"
	"slipher/leader/pgwire"
	"slipher/leader/query"
)

// Row is what is known of a kind of statement.
type Row struct {
	// Body is the parser's type of it: a nil pointer.
	Body parse.Body
	// Tag is the completion tag, with %d for the number of rows; "": the body's own name.
	Tag string
	// Word is what errors call it; "": its body's name.
	Word string
	// Access is what it does to tables and definitions.
	Access Access
	// Kind is which relations of the history show it.
	Kind relations.QueryKind
	// Block is what it is to a transaction block.
	Block Block
	// InFailed: a block that has failed takes it. nil: no.
	InFailed func(b parse.Body) bool
	// Warn is what a client reads who runs it outside of a block, where it is in vain. "": nothing.
	Warn string
	// Standby says what it means for a session whose leader was lost. nil: what Access says.
	Standby func(st *parse.Statement) Standby

	// Describe is its parameters and columns. nil: it has none.
	Describe func(e *Engine, c *Call) (Description, error)
	// Changes are the tables that it changes, as far as they are known by name: the leader holds them before
	// it runs. What is not found the statement itself complains about. nil: none, or it holds them itself.
	Changes func(v names.View, b parse.Body) []*state.Table
	// Asks is what it asks of its user's privileges, before it runs; whoever may run it besides may read what
	// its query reads. Every row says it: nothing and onlyReads are answers too.
	Asks Asks
	// Define is the change of definitions that it is. nil: it is none.
	Define func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error)
	// Run does it, within the session's transaction. nil: Own does.
	Run func(ctx context.Context, e *Engine, c *Call) error

	// Own and DescribeOwn are Run and Describe of a statement that concerns only its session.
	Own         func(ctx context.Context, s Own, c *Call) error
	DescribeOwn func(s Own, c *Call) (Description, error)
}

// Access is what a statement does to tables and definitions.
type Access uint8

const (
	Neither Access = iota
	Reads
	Writes
)

// Block is what a statement is to a transaction block.
type Block uint8

const (
	Part   Block = iota // of the transaction in progress
	Alone               // none runs in a block
	Closes              // it commits the transaction that it is in, as in Redshift
)

// Call is one execution of a statement.
type Call struct {
	Session query.Session
	*parse.Statement
	Types []types.Type  // of $1, $2, …, as the client declared them
	Args  []types.Datum // their values
	Out   pgwire.ResultWriter
	// Reading is how long the text took to be read.
	Reading time.Duration
	// OnLeader is noted by Run: no node took part.
	OnLeader bool
	// Did is noted by Run, for the history.
	Did history.Did
}

// Description is what is known of a statement before it runs.
type Description struct {
	Params  []types.Type
	Columns []plan.OutputColumn // nil: no rows
}

// Own is what a session does itself: the statements about its settings, transactions and prepared statements.
type Own interface {
	Set(b *parse.Set, w pgwire.ResultWriter) error
	Reset(b *parse.Reset, w pgwire.ResultWriter) error
	Show(b *parse.Show, w pgwire.ResultWriter) error
	ShowColumns(b *parse.Show) ([]plan.OutputColumn, error)
	Transaction(ctx context.Context, b *parse.Transaction, w pgwire.ResultWriter) error
	SQLPrepare(ctx context.Context, st *parse.Statement, b *parse.Prepare, w pgwire.ResultWriter) error
	SQLExecute(ctx context.Context, st *parse.Statement, b *parse.Execute, w pgwire.ResultWriter) error
	SQLExplainExecute(ctx context.Context, st *parse.Statement, b *parse.ExplainExecute, w pgwire.ResultWriter) error
	SQLDeallocate(b *parse.Deallocate, w pgwire.ResultWriter) error
	// PreparedColumns are those of a prepared statement's result.
	PreparedColumns(name string) ([]plan.OutputColumn, error)
}

// names is what names mean to the statement now.
func (c *Call) names(cat *state.Catalog) names.View { return names.View{Cat: cat, Ses: c.Session} }

// view is the catalog as the statement's transaction sees it.
func (c *Call) view() *state.Catalog { return c.Session.Txn().View() }

// target finds the table that the statement changes, or says where it named none.
func (c *Call) target(q parse.QName) (*state.Table, error) {
	t, err := c.names(c.view()).Target(q)
	if err != nil {
		return nil, c.placed(q, err)
	}
	return t, nil
}

// mayChange refuses a statement in a READ ONLY transaction, unless the schema is that of temporary tables.
func (c *Call) mayChange(schema string) error {
	word := Of(c.Body).Word
	if word == "" {
		word = c.Body.Tag()
	}
	return names.Mutable(c.Session, c.Session.Txn().ReadOnly(), word, schema)
}

// complete says that the statement is complete.
func (c *Call) complete() error { return c.Out.Complete(c.Body.Tag()) }

// completeRows is complete, and how many rows it was about.
func (c *Call) completeRows(n int64) error {
	c.Did.Rows = n
	return c.Out.Complete(fmt.Sprintf(Of(c.Body).Tag, n))
}
