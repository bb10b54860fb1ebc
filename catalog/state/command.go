package state

import "slipher/catalog/sqlerr"

//go:generate go run github.com/tinylib/msgp -file command.go -o command_gen.go -io=false -tests=false
//go:generate go run github.com/tinylib/msgp -file model.go -o model_gen.go -io=false -tests=false
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
	Ops   Ops    `msg:"ops"`
}

// Read is a table as a transaction has read it. The command is refused (40001)
// if another transaction has changed the table's content since.
type Read struct {
	Table   TableID `msg:"t"`
	Content uint64  `msg:"c"` // Version.Content
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
