package session

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/statement"
	"slipher/leader/txn"
)

// block is where the session stands between BEGIN and COMMIT.
type block struct {
	status pgwire.TxStatus
	// implicit: the statements of one text, or of one exchange until Sync, share a
	// transaction that nobody began.
	implicit bool
}

// Txn is the transaction in progress, nil if there is none.
func (s *Session) Txn() *txn.Txn { return s.txn }

// Temp is the session's temporary tables.
func (s *Session) Temp() *txn.Temp { return s.temp }

// TempSchema is the schema of the session's temporary tables, "" if it has none.
func (s *Session) TempSchema() string {
	if s.temp == nil {
		return ""
	}
	return s.temp.Schema()
}

// Status is the byte of ReadyForQuery.
func (s *Session) Status() pgwire.TxStatus {
	if s.block.status == 0 {
		return pgwire.Idle
	}
	return s.block.status
}

// idle: no BEGIN is open.
func (s *Session) idle() bool { return s.Status() == pgwire.Idle }

// Failed spoils a transaction block, and ends an implicit transaction. A block without a savepoint
// to go back to has nothing to keep: its locks are for others.
func (s *Session) Failed() {
	switch s.Status() {
	case pgwire.InBlock:
		s.block.status = pgwire.InFailed
		if s.txn != nil && len(s.points) == 0 {
			s.txn.Rollback()
		}
	case pgwire.Idle:
		s.reports = append(s.reports, s.leave()...)
	}
}

// leave ends a transaction that failed, and with it the block.
func (s *Session) leave() []pgwire.Parameter {
	if s.txn != nil {
		s.txn.Rollback()
		s.txn = nil
	}
	return s.left(true)
}

// left forgets the block after its transaction has ended.
func (s *Session) left(rollback bool) []pgwire.Parameter {
	s.block = block{status: pgwire.Idle}
	s.points = nil
	return s.settings.end(rollback)
}

// Sync ends an extended exchange, and commits what its statements have done together.
func (s *Session) Sync(ctx context.Context) error {
	if !s.idle() {
		return nil
	}
	return s.finish(ctx)
}

// finish commits the implicit transaction, if there is one.
func (s *Session) finish(ctx context.Context) error {
	if !s.block.implicit {
		return nil
	}
	return s.commit(ctx)
}

// commit ends the transaction in progress and the block.
func (s *Session) commit(ctx context.Context) error {
	t := s.txn
	s.txn = nil
	var err error
	if t != nil {
		err = t.Commit(ctx)
	}
	s.reports = append(s.reports, s.left(err != nil)...)
	return err
}

// share makes the statements that follow share a transaction until finish.
func (s *Session) share() {
	if s.idle() && !s.block.implicit {
		s.block = block{status: pgwire.Idle, implicit: true}
		s.settings.begin()
	}
}

// begin starts the transaction that the settings ask for, unless one is in progress.
func (s *Session) begin(ctx context.Context) error {
	if s.txn != nil {
		return nil
	}
	t, err := s.engine.Begin(ctx, txn.Spec{PID: s.start.PID, Database: s.start.Database, User: s.start.User, Temp: s.temp,
		Serializable: s.settings.get("transaction_isolation") == serializable,
		ReadOnly:     s.settings.get("transaction_read_only") == "on"})
	s.txn = t
	return err
}

// check refuses everything but the block's end, or a way back into it, in a failed block.
func (b *block) check(body parse.Body) error {
	if b.status != pgwire.InFailed {
		return nil
	}
	if takes := statement.Of(body).InFailed; takes != nil && takes(body) {
		return nil
	}
	return pgwire.ErrInFailed
}

// alone refuses statements that make no part of a transaction.
func (s *Session) alone(row *statement.Row, body parse.Body) error {
	if row.Block == statement.Alone && (!s.idle() || s.block.implicit) {
		return sqlerr.New(sqlerr.ActiveTransaction, "%s cannot run inside a transaction block", body.Tag())
	}
	return nil
}

// Transaction runs the statements that begin and end blocks and savepoints: statement.Own.
func (s *Session) Transaction(ctx context.Context, t *parse.Transaction, w pgwire.ResultWriter) error {
	tag := t.Tag()
	var err error
	switch t.Kind {
	case parse.Begin:
		err = s.beginBlock(ctx, t, w)
	case parse.Commit:
		if s.Status() == pgwire.InFailed {
			tag = "ROLLBACK"
			s.reports = append(s.reports, s.leave()...)
			break
		}
		s.unlessIdle(w)
		err = s.commit(ctx)
	case parse.Rollback:
		s.unlessIdle(w)
		s.reports = append(s.reports, s.leave()...)
	default:
		err = s.savepoint(t)
	}
	s.report(w)
	if err != nil {
		return err
	}
	return w.Complete(tag)
}

// unlessIdle warns that COMMIT or ROLLBACK ends no block. An implicit transaction ends all the same.
func (s *Session) unlessIdle(w pgwire.ResultWriter) {
	if s.idle() {
		warn(w, sqlerr.NoActiveTransaction, "there is no transaction in progress")
	}
}

// report tells the client which settings the end of a transaction has changed.
func (s *Session) report(w pgwire.ResultWriter) {
	for _, p := range s.Reports() {
		w.Report(p)
	}
}

// Reports takes what is still to be told of settings.
func (s *Session) Reports() []pgwire.Parameter {
	out := s.reports
	s.reports = nil
	return out
}

// beginBlock is BEGIN. The block takes over the implicit transaction of the statements before it.
func (s *Session) beginBlock(ctx context.Context, t *parse.Transaction, w pgwire.ResultWriter) error {
	if !s.idle() {
		warn(w, sqlerr.ActiveTransaction, "there is already a transaction in progress")
		return nil
	}
	if !s.block.implicit {
		s.settings.begin()
		s.txnStart = s.stmtStart
	}
	level, readOnly := s.settings.get("default_transaction_isolation"), s.settings.readOnly()
	if t.Isolation != "" {
		level = isolationName(t.Isolation)
	}
	if t.ReadOnly || t.ReadWrite {
		readOnly = t.ReadOnly
	}
	s.settings.local["transaction_isolation"], s.settings.local["transaction_read_only"] = level, onOff(readOnly)
	if s.txn != nil && !s.txn.SetMode(level == serializable, readOnly) {
		return errTooLate
	}
	if err := s.begin(ctx); err != nil {
		s.leave()
		return err
	}
	s.block = block{status: pgwire.InBlock}
	return nil
}

var errTooLate = sqlerr.New(sqlerr.ActiveTransaction, "SET TRANSACTION must be called before any query")

// setMode is a change of transaction_isolation or transaction_read_only within a transaction.
func (s *Session) setMode() error {
	if s.txn == nil {
		return nil
	}
	if !s.txn.SetMode(s.settings.get("transaction_isolation") == serializable,
		s.settings.get("transaction_read_only") == "on") {
		return errTooLate
	}
	return nil
}

// point is what a savepoint keeps of the session: its settings.
type point struct {
	name          string
	values, local map[string]string
}

// savepoint runs SAVEPOINT, ROLLBACK TO and RELEASE.
func (s *Session) savepoint(t *parse.Transaction) error {
	name := t.Savepoint.Name
	if s.idle() {
		return sqlerr.New(sqlerr.NoActiveTransaction, "%s can only be used in transaction blocks", savepointWords[t.Kind])
	}
	switch t.Kind {
	case parse.Savepoint:
		s.txn.Savepoint(name)
		values, local := s.settings.copies()
		s.points = append(s.points, point{name, values, local})
	case parse.RollbackTo:
		if err := s.txn.RollbackTo(name); err != nil {
			return err
		}
		s.block.status = pgwire.InBlock
		at := s.point(name)
		s.points = s.points[:at+1]
		s.reports = append(s.reports, s.settings.restore(s.points[at].values, s.points[at].local)...)
	case parse.Release:
		if err := s.txn.Release(name); err != nil {
			return err
		}
		s.points = s.points[:s.point(name)]
	}
	return nil
}

// point is the innermost savepoint of that name, which the transaction knows too.
func (s *Session) point(name string) int {
	for i := len(s.points) - 1; i > 0; i-- {
		if s.points[i].name == name {
			return i
		}
	}
	return 0
}

var savepointWords = map[parse.TransactionKind]string{parse.Savepoint: "SAVEPOINT",
	parse.RollbackTo: "ROLLBACK TO SAVEPOINT", parse.Release: "RELEASE SAVEPOINT"}

func notice(w pgwire.ResultWriter, text string) {
	w.Notice(pgwire.Notice{Severity: pgwire.Note, Error: sqlerr.Error{Code: "00000", Message: text}})
}

func warn(w pgwire.ResultWriter, code sqlerr.Code, text string) {
	w.Notice(pgwire.Notice{Severity: pgwire.Warning, Error: sqlerr.Error{Code: code, Message: text}})
}
