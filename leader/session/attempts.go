package session

import (
	"context"
	"errors"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/leader/pause"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/statement"
	"slipher/leader/txn"
)

// attemptsTime is how long a statement is run again for reasons that are not its own.
const attemptsTime = 10 * time.Second

// firstPause and longestPause bound the wait between attempts, which doubles.
const (
	firstPause   = 2 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// run has the engine run a statement: in the transaction in progress, or in one of its own
// that is committed before the client reads of its success. What loses against another
// transaction, or a node with it, is run again as long as the client has read nothing.
func (s *Session) run(ctx context.Context, c *statement.Call) error {
	row := statement.Of(c.Body)
	if err := s.alone(row, c.Body); err != nil {
		return err
	}
	own := s.txn == nil && s.idle() && !s.block.implicit
	if own && row.Warn != "" {
		warn(c.Out, sqlerr.NoActiveTransaction, row.Warn)
	}
	began, wait := time.Now(), firstPause
	s.waited = 0
	for {
		h := &held{w: c.Out}
		err := s.attempt(ctx, row, c, h, own)
		if err == nil {
			s.report(h)
			return h.finish()
		}
		if !again(err, own) || h.sent || ctx.Err() != nil || time.Since(began)-s.waited > attemptsTime {
			h.fail()
			return err
		}
		s.log.Debug("a statement is run again", "pid", s.start.PID, "err", err)
		if !pause.Sleep(ctx, wait) {
			h.fail()
			return err
		}
		wait = min(2*wait, longestPause)
	}
}

// attempt runs a statement once. If it fails nothing of it is left.
func (s *Session) attempt(ctx context.Context, row *statement.Row, c *statement.Call, h *held, own bool) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	t := s.txn
	mark, waited := t.Mark(), t.Waited()
	call := *c
	call.Out = h
	err := s.engine.Execute(ctx, &call)
	s.waited += t.Waited() - waited
	if err != nil {
		if own {
			s.txn = nil
			t.Rollback()
		} else {
			t.Undo(mark)
			t.LetGo()
		}
		return err
	}
	t.LetGo()
	if !s.temporary && t.Temporary() {
		s.temporary = true
		s.tellRelay(h, pgwire.ReportTemporary, "on")
	}
	switch {
	case own:
		s.txn = nil
		if err := t.Commit(ctx); err != nil {
			return refused{err}
		}
	case row.Block == statement.Closes:
		return s.commit(ctx)
	}
	return nil
}

// refused is an error of a commit, as opposed to one of running a statement.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

// again reports whether a statement may do better if it is run again. One with a transaction
// of its own starts from a new snapshot; in a block only a lost node is worth it.
func again(err error, own bool) bool {
	if txn.IsUnknown(err) {
		return false
	}
	if schedule.Lost(err) {
		return true
	}
	var r refused
	code := sqlerr.From(err).Code
	return own && (code == sqlerr.SerializationFailure || errors.As(err, &r) && overtaken[code])
}

// overtaken are the codes of commits that others' definitions have overtaken: run again the
// statement says what is wrong, in its own words, or finds nothing wrong.
var overtaken = map[sqlerr.Code]bool{
	sqlerr.UndefinedTable: true, sqlerr.DuplicateTable: true, sqlerr.DuplicateSchema: true, sqlerr.DuplicateDatabase: true,
	sqlerr.InvalidSchemaName: true, sqlerr.InvalidCatalogName: true, sqlerr.DependentObjects: true,
}
