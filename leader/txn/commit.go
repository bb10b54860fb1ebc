package txn

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"slipher/catalog/bound"
	"slipher/catalog/fault"
	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// commitPatience is how long a commit whose outcome is unknown is asked for again.
const commitPatience = 30 * time.Second

// lastPatience is how long it is asked for when the server ends its sessions, which get five seconds.
const lastPatience = 3 * time.Second

// askAgain is how long to wait before it is.
const askAgain = 50 * time.Millisecond

// maxCommand bounds a commit in bytes: a log entry is held in memory by every leader.
const maxCommand = 32 << 20

// maxRebases is how often a commit is tried anew because merges moved rows under it.
const maxRebases = 10

// ErrUnknown: the transaction may or may not count, and nobody will say which.
var ErrUnknown = sqlerr.New(sqlerr.TransactionResolutionUnknown, "the outcome of the commit is unknown").
	WithHint("Another leader has taken over while the transaction was being committed. Look whether its changes are " +
		"there before running it again.")

// IsUnknown reports whether err, of Commit, leaves open what became of the transaction.
func IsUnknown(err error) bool { return sqlerr.From(err).Code == sqlerr.TransactionResolutionUnknown }

// Commit ends the transaction and makes it count. nil: it is durable. ErrUnknown says so; any
// other error means that the transaction changes nothing, now or later.
func (t *Txn) Commit(ctx context.Context) error {
	t.mu.Lock()
	over := t.ended
	t.ended = true // from here on nothing of t changes: it is read without mu
	t.mu.Unlock()
	if over {
		return errEnded
	}
	defer t.end()
	if len(t.ops) > 0 {
		if err := t.propose(ctx); err != nil {
			if IsUnknown(err) {
				// It may count although this leader, deposed, cannot see it: what it has written
				// is no orphan as long as this leader takes itself for the active one.
				t.mu.Lock()
				t.writes = nil
				t.mu.Unlock()
			}
			return err
		}
	}
	if t.temp {
		if len(t.ops) == 0 && t.m.log.Term() != t.term {
			return errDeposed // its objects carry a term that is over: the collector may have them
		}
		t.spec.Temp.publish(t.view)
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// Then has f called when the transaction has been committed: not if it is rolled back, or to a savepoint before, or
// if nobody knows whether it counts.
func (t *Txn) Then(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after = append(t.after, f)
}

// propose has the commit's command applied, translated to where merges have put the rows.
func (t *Txn) propose(asker context.Context) error {
	// From here the transaction may have counted: a cancel must not hide that.
	ctx := context.WithoutCancel(asker)
	t.m.mu.Lock()
	rebase := t.m.rebase
	t.m.mu.Unlock()
	for try := 0; ; try++ {
		cat := t.m.log.Catalog()
		ops := t.ops
		if rebase != nil {
			var err error
			if ops, err = rebase(ctx, cat, ops); err != nil {
				return err
			}
		}
		id, err := t.commitID(ctx)
		if err != nil {
			return err
		}
		cmd := &state.Command{Txn: id, Term: t.term, Pre: t.pre, Reads: t.readSet(), Ops: ops}
		if err := checkSize(cmd); err != nil {
			return err
		}
		if try > 0 { // refused before: again only if it was a merge that stood in the way
			if _, res := cat.Apply(cmd); res.Err != nil {
				t.refused(id, res.Err)
				return t.explain(res.Err)
			}
		}
		if err := fault.Point("txn.commit.before"); err != nil {
			return err
		}
		err = t.resolve(ctx, asker, cmd)
		if err == nil { // only here: the point is of a commit that counts, not of one that a merge had refused
			if fault.Point("txn.commit.after") != nil {
				return ErrUnknown
			}
			return nil
		}
		if sqlerr.From(err).Code != sqlerr.SerializationFailure || errors.Is(err,
			errDeposed) || rebase == nil || try == maxRebases {
			t.refused(id, err)
			return t.explain(err)
		}
		t.spent()
	}
}

// checkSize refuses commands that the log does not take.
func checkSize(cmd *state.Command) error {
	size := cmd.Msgsize() // an upper bound
	if size <= bound.Elements {
		return nil
	}
	if err := bound.Check(cmd); err != nil {
		return err
	}
	if size <= maxCommand {
		return nil
	}
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		return err
	}
	if len(data) > maxCommand {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "the transaction is too large").
			WithDetail("Its commit has %d bytes; the limit is %d.", len(data), maxCommand)
	}
	return nil
}

// resolve proposes a command until its outcome is known, or for as long as asker may wait. The
// transaction id makes it count once.
func (t *Txn) resolve(ctx, asker context.Context, cmd *state.Command) error {
	log := t.m.log
	deadline := t.m.o.Now().Add(commitPatience)
	level := slog.LevelWarn // for the first time, then again and again
	for asked, ending := false, false; ; {
		changed := log.Changed()
		_, err := log.Propose(ctx, cmd)
		var own *sqlerr.Error
		switch {
		case err == nil:
			return nil
		case errors.Is(err, replica.ErrOutcomeUnknown):
			asked = true
		case errors.Is(err, replica.ErrNotActive):
			if !asked {
				return errDeposed
			}
		case errors.As(err, &own), !asked:
			return err // the command's own: it was refused, for good
		}
		// It may be in the log. A deposed leader's replica tells in the end: results
		// outlive their term, and a newer term refuses what has not counted yet.
		cat := log.Catalog()
		if res, final := cat.Resolve(cmd.Txn, t.term); final {
			switch {
			case res == nil:
				return errDeposed
			case res.Err != nil:
				e := *res.Err
				return &e
			}
			return nil
		}
		now := t.m.o.Now()
		if !ending && shutDown(asker) {
			ending = true
			if last := now.Add(lastPatience); last.Before(deadline) {
				deadline = last
			}
		}
		if cat.Forgotten(cmd.Txn) || now.After(deadline) {
			t.m.o.Log.Error("the outcome of a commit stays unknown", "txn", uint64(cmd.Txn), "term", t.term, "err", err)
			return ErrUnknown
		}
		t.m.o.Log.Log(ctx, level, "asking again for the outcome of a commit", "txn", uint64(cmd.Txn), "err", err)
		level = slog.LevelDebug
		if err := t.m.o.Wait(ctx, changed, askAgain); err != nil {
			return ErrUnknown
		}
	}
}

// shutDown reports whether the server ends what ctx is of.
func shutDown(ctx context.Context) bool {
	why := context.Cause(ctx)
	return why != nil && sqlerr.From(why).Code == sqlerr.AdminShutdown
}

var errDeposed = sqlerr.New(sqlerr.SerializationFailure, "the transaction was begun on a leader that is no longer "+
	"the active one").
	WithHint("Run the transaction again.")

// explain gives a refused commit the form that tells the client what to do. A table that has
// gone since the snapshot is a conflict, and named.
func (t *Txn) explain(err error) error {
	e := sqlerr.From(err)
	if e.Code != sqlerr.UndefinedTable {
		return err
	}
	now := t.m.log.Catalog()
	for _, id := range slices.Sorted(maps.Keys(t.tables)) {
		if was := t.base.TableByID(id); was != nil && now.TableByID(id) == nil {
			return errDropped(was)
		}
	}
	return err
}

func errDropped(was *state.Table) error {
	return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access: table \"%s\" was dropped by another "+
		"transaction", was.Name).
		WithHint("Run the transaction again.")
}
