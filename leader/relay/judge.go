package relay

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/compiler/parse"
	"slipher/leader/statement"
)

// deed is what a message has the server do.
type deed struct {
	text   string
	hidden bool // the relay does not know
}

var unknown = deed{hidden: true}

// effect is what statements mean for a session that has lost its leader.
type effect struct {
	harmless bool // may run twice: they change nothing that lasts
	commits  bool // may have ended a transaction for good
	single   bool // there is one statement, or none
	ends     bool // the last statement about transactions ends a block
	begins   bool // it begins one
	rollback bool // the only statement is ROLLBACK
	acts     bool // it may do something else than change data, which an error does not undo
}

// judge says what deeds mean, in a session whose plain literals are read so.
func judge(does []deed, reads parse.Options) effect {
	e := judgeAs(does, reads)
	for _, d := range does {
		if strings.Contains(d.text, `\`) {
			// One of the deeds may have been SET standard_conforming_strings: what the texts may mean counts.
			o := judgeAs(does, parse.Options{StandardStrings: !reads.StandardStrings})
			e.harmless, e.single, e.rollback = e.harmless && o.harmless, e.single && o.single, e.rollback && o.rollback
			e.commits, e.acts = e.commits || o.commits, e.acts || o.acts
			break
		}
	}
	return e
}

func judgeAs(does []deed, reads parse.Options) effect {
	e := effect{harmless: true, single: len(does) <= 1}
	for _, d := range does {
		if d.hidden {
			e.harmless, e.commits, e.acts = false, true, true
			continue
		}
		stmts, err := parse.Parse(d.text, reads)
		if err != nil {
			continue // refused by any leader before any of the text runs
		}
		if len(stmts) > 1 {
			e.single = false
		}
		for _, st := range stmts {
			e.statement(st)
		}
	}
	e.rollback = e.rollback && e.single
	return e
}

func (e *effect) statement(st *parse.Statement) {
	b := statement.Of(st.Body).Judge(st)
	if b.Begins || b.Ends {
		e.begins, e.ends = b.Begins, b.Ends
	}
	e.commits, e.acts, e.rollback = e.commits || b.Commits, e.acts || b.Acts, e.rollback || b.Rollback
	if b.Repeats {
		return
	}
	e.harmless = false
	e.commits = e.commits || e.rollback // outside the block that was rolled back
}

// verdict is what becomes of an exchange whose link broke before it was answered.
type verdict struct {
	retry bool // send it again, to a session in the state that it began in
	err   error
	after byte // the session's status behind err
}

// judge decides about an exchange.
func (x *exchange) judge(reads parse.Options) verdict {
	e := judge(x.does, reads)
	again := x.whole && !x.returned && !x.rows && x.retries < maxRetries
	v := verdict{after: x.status, err: errUnknownOutcome}
	switch {
	case e.begins:
		v.after = 'E'
	case e.ends:
		v.after = 'I'
	case x.status == 'T':
		v.after = 'E'
	}
	switch {
	case x.status == 'I' && e.harmless:
		v.retry, v.err = again, errLostQuery
	case x.status == 'I' && x.stopped && e.single && !e.acts:
		v.retry, v.err = again, errStopped
	case x.status == 'I':
	case x.status == 'T' && e.rollback, x.status == 'E' && e.single:
		// In a block that has failed, only its end changes anything, and that rolls back.
		v.retry, v.err = again, errLostBlock
	case x.status == 'T' && !e.commits:
		v.err = errLostBlock
	}
	return v
}

// maxRetries bounds how often one exchange is sent to a new leader.
const maxRetries = 5

var (
	errLostQuery = sqlerr.New(sqlerr.ConnectionFailure, "the active leader was lost while the statement ran").
			WithDetail("Part of the result was sent already, or it cannot be run again by itself.").
			WithHint("The session goes on: run the statement again.")
	errStopped = sqlerr.New(sqlerr.AdminShutdown, "the active leader has stopped: the statement was not run").
			WithHint("The session goes on: run the statement again.")
	errLostBlock = sqlerr.New(sqlerr.AdminShutdown, "the active leader was lost: the transaction is rolled back").
			WithHint("The session goes on: roll back and run the transaction again.")
	errLostTables = sqlerr.New(sqlerr.ConnectionFailure, "the active leader was lost, and the session's temporary "+
		"tables with it").
		WithHint("Connect again.")
	errUnknownOutcome = sqlerr.New(sqlerr.TransactionResolutionUnknown,
		"the active leader was lost before it answered: the statement may have been committed or not").
		WithHint("The session goes on: look whether its changes are there before running it again.")
)
