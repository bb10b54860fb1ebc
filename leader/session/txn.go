package session

import (
	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
)

// block is the state of an explicit transaction block.
//
// Until transactions span statements, each statement commits by itself: BEGIN
// says so with a WARNING, and a ROLLBACK that undoes nothing says it again.
type block struct {
	status pgwire.TxStatus
	wrote  bool // a statement of this block has changed data
}

// Status is the byte of ReadyForQuery.
func (s *Session) Status() pgwire.TxStatus {
	if s.block.status == 0 {
		return pgwire.Idle
	}
	return s.block.status
}

// Failed spoils a transaction block.
func (s *Session) Failed() {
	if s.block.status == pgwire.InBlock {
		s.block.status = pgwire.InFailed
	}
}

// Sync ends an extended exchange: nothing is held open between statements.
func (s *Session) Sync() {}

// check refuses everything but the block's end in a failed block.
func (b *block) check(body parse.Body) error {
	if b.status != pgwire.InFailed {
		return nil
	}
	if t, ok := body.(*parse.Transaction); ok && t.Kind != parse.Begin {
		return nil
	}
	return sqlerr.New(sqlerr.InFailedTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// enter notes a statement that goes to the engine.
func (b *block) enter(st *parse.Statement, w pgwire.ResultWriter) error {
	if b.status != pgwire.InBlock {
		return nil
	}
	switch st.Body.(type) {
	case *parse.Select, *parse.Explain, *parse.Analyze:
	case *parse.CreateDatabase, *parse.DropDatabase:
		return sqlerr.New(sqlerr.ActiveTransaction, "%s cannot run inside a transaction block", st.Body.Tag())
	default:
		b.wrote = true
	}
	return nil
}

// transaction runs BEGIN, COMMIT, ROLLBACK.
func (s *Session) transaction(t *parse.Transaction, w pgwire.ResultWriter) error {
	tag := t.Tag()
	switch {
	case t.Kind > parse.Rollback:
		return sqlerr.Unsupported("%s", tag)
	case t.Kind == parse.Begin && s.block.status == pgwire.InBlock:
		warn(w, sqlerr.ActiveTransaction, "there is already a transaction in progress")
	case t.Kind == parse.Begin:
		s.block = block{status: pgwire.InBlock}
		s.settings.begin()
		s.txnStart = s.stmtStart
		if t.Isolation != "" {
			s.settings.local["transaction_isolation"] = isolationName(t.Isolation)
		}
		warn(w, sqlerr.Warning, "statements commit one by one: this transaction block does not group them and ROLLBACK undoes nothing")
	case s.block.status == pgwire.Idle || s.block.status == 0:
		warn(w, sqlerr.NoActiveTransaction, "there is no transaction in progress")
	default:
		failed := s.block.status == pgwire.InFailed
		rollback := failed || t.Kind == parse.Rollback
		if rollback {
			tag = "ROLLBACK"
			if s.block.wrote {
				warn(w, sqlerr.Warning, "statements of this transaction block that succeeded were committed one by one and are not undone")
			}
		}
		for _, p := range s.settings.end(rollback) {
			w.Report(p)
		}
		s.block = block{status: pgwire.Idle}
	}
	return w.Complete(tag)
}

func warn(w pgwire.ResultWriter, code sqlerr.Code, text string) {
	w.Notice(pgwire.Notice{Severity: pgwire.Warning, Error: sqlerr.Error{Code: code, Message: text}})
}
