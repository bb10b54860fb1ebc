package session

import (
	"context"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/leader/pgwire"
)

// Each case is texts sent one after the other, what comes back, and the schemas
// that are there in the end. PostgreSQL's rules.
func TestTransactions(t *testing.T) {
	for _, c := range []struct{ in, want, left string }{
		{"create schema a", "CREATE SCHEMA", "a"},
		{"begin | create schema a | commit", "BEGIN, CREATE SCHEMA, COMMIT", "a"},
		{"begin | create schema a | rollback", "BEGIN, CREATE SCHEMA, ROLLBACK", ""},
		{"begin | create schema a | select fail | create schema b | commit", "BEGIN, CREATE SCHEMA, 22012, 25P02, ROLLBACK",
			""},
		{"begin | create schema a | savepoint s | create schema b | select fail | rollback to s | create schema c | commit",
			"BEGIN, CREATE SCHEMA, SAVEPOINT, CREATE SCHEMA, 22012, ROLLBACK, CREATE SCHEMA, COMMIT", "a c"},
		{"begin | savepoint s | select fail | savepoint t | release s | rollback to x | rollback to s | release s | " +
			"rollback to s",
			"BEGIN, SAVEPOINT, 22012, 25P02, 25P02, 3B001, ROLLBACK, RELEASE, 3B001", ""},
		{"savepoint s | rollback to s | release s", "25P01, 25P01, 25P01", ""},
		// Several statements in a text are one transaction.
		{"create schema a; create schema b", "CREATE SCHEMA, CREATE SCHEMA", "a b"},
		{"create schema a; select fail | create schema b", "CREATE SCHEMA, 22012, CREATE SCHEMA", "b"},
		{"create schema a; commit; create schema b; select fail",
			"CREATE SCHEMA, WARNING 25P01, COMMIT, CREATE SCHEMA, 22012", "a"},
		{"create schema a; rollback; create schema b", "CREATE SCHEMA, WARNING 25P01, ROLLBACK, CREATE SCHEMA", "b"},
		{"create schema a; begin; create schema b | rollback", "CREATE SCHEMA, BEGIN, CREATE SCHEMA, ROLLBACK", ""},
		{"begin; create schema a; commit; create schema b", "BEGIN, CREATE SCHEMA, COMMIT, CREATE SCHEMA", "a b"},
		{"create schema a; vacuum", "CREATE SCHEMA, 25001", ""},
		{"create schema a; savepoint s", "CREATE SCHEMA, 25P01", ""},
		// Settings follow.
		{"begin | savepoint s | set slipher_tier = fused | rollback to s | show slipher_tier | commit",
			"BEGIN, SAVEPOINT, SET, ROLLBACK, row auto, SHOW, COMMIT", ""},
		{"set slipher_tier = fused; select fail | show slipher_tier", "SET, 22012, row auto, SHOW", ""},
		{"show transaction_isolation | begin isolation level serializable | show transaction_isolation | commit | show " +
			"transaction isolation level",
			"row snapshot, SHOW, BEGIN, row serializable, SHOW, COMMIT, row snapshot, SHOW", ""},
		{"set session characteristics as transaction isolation level serializable | show transaction_isolation | begin | " +
			"show transaction_isolation | set transaction isolation level repeatable read | show transaction_isolation",
			"SET, row serializable, SHOW, BEGIN, row serializable, SHOW, SET, row repeatable read, SHOW", ""},
		{"begin | create schema a | set transaction isolation level serializable", "BEGIN, CREATE SCHEMA, 25001", ""},
		{"set transaction read only", "WARNING 25P01, SET", ""},
		{"begin read only | create schema a", "BEGIN, 25006", ""},
		{"set readonly = 1 | create schema a | begin read write | create schema a | commit",
			"SET, 25006, BEGIN, CREATE SCHEMA, COMMIT", "a"},
		{"begin | set transaction read only | create schema a", "BEGIN, SET, 25006", ""},
		// TRUNCATE commits what came before it.
		{"begin | create schema a | truncate t | rollback", "BEGIN, CREATE SCHEMA, SELECT 0, WARNING 25P01, ROLLBACK", "a"},
	} {
		s, e := newSession(t, nil)
		var r recorder
		for _, text := range strings.Split(c.in, " | ") {
			if err := s.Simple(context.Background(), text, &r); err != nil {
				s.Failed()
				r.log = append(r.log, string(sqlerr.From(err).Code))
			}
		}
		got := strings.Join(r.log, ", ")
		if got != c.want || e.schemas() != c.left {
			t.Errorf("%s\n got %s; %q\nwant %s; %q", c.in, got, e.schemas(), c.want, c.left)
		}
		s.Close()
		if n := len(e.txns.List()); n != 0 {
			t.Errorf("%s: %d transactions are open after the session", c.in, n)
		}
	}
}

// A statement of its own that loses against another transaction is run again; in a block, or
// after the client has read something, it is not.
func TestRunAgain(t *testing.T) {
	conflict := sqlerr.New(sqlerr.SerializationFailure, "conflict")
	for _, c := range []struct {
		in, want string
		runs     int
	}{
		{"create schema a", "CREATE SCHEMA", 3},
		{"begin; create schema a", "BEGIN, 40001", 1},
		{"create schema a; create schema b", "40001", 1},
	} {
		s, e := newSession(t, nil)
		e.fail = []error{conflict, conflict, nil}
		var r recorder
		if err := s.Simple(context.Background(), c.in, &r); err != nil {
			s.Failed()
			r.log = append(r.log, string(sqlerr.From(err).Code))
		}
		if got := strings.Join(r.log, ", "); got != c.want || len(e.got) != c.runs {
			t.Errorf("%s: %s, run %d times", c.in, got, len(e.got))
		}
	}
}

// Statements of an extended exchange share a transaction until Sync, unless Sync follows.
func TestExchange(t *testing.T) {
	ctx := context.Background()
	run := func(s *Session, text string, next pgwire.Next) error {
		if err := s.Prepare(ctx, "", text, nil); err != nil {
			return err
		}
		p, err := s.Prepared("")
		if err != nil {
			return err
		}
		return s.Run(ctx, p, nil, next, &recorder{})
	}
	s, e := newSession(t, nil)
	for _, text := range []string{"create schema a", "create schema b"} {
		if err := run(s, text, pgwire.AnyNext); err != nil {
			t.Fatal(err)
		}
	}
	if e.schemas() != "" || s.Status() != pgwire.Idle {
		t.Errorf("before Sync: %s %c", e.schemas(), s.Status())
	}
	if err := s.Sync(ctx); err != nil || e.schemas() != "a b" {
		t.Errorf("after Sync: %s %v", e.schemas(), err)
	}
	if err := run(s, "create schema c", pgwire.SyncNext); err != nil || e.schemas() != "a b c" {
		t.Errorf("Sync follows: %s %v", e.schemas(), err)
	}
	run(s, "create schema d", pgwire.AnyNext)
	if err := run(s, "select fail", pgwire.SyncNext); err == nil {
		t.Error("no error")
	}
	s.Failed()
	if err := s.Sync(ctx); err != nil || e.schemas() != "a b c" {
		t.Errorf("after an error: %s %v", e.schemas(), err)
	}
	run(s, "begin", pgwire.SyncNext)
	run(s, "create schema e", pgwire.SyncNext)
	if err := s.Sync(ctx); err != nil || e.schemas() != "a b c" || s.Status() != pgwire.InBlock {
		t.Errorf("in a block: %s %v", e.schemas(), err)
	}
}
