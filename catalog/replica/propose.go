package replica

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hashicorp/raft"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// maxCommand is the largest command that goes into the log. raft-wal refuses to
// read entries above 64 MB (but writes them!), and a message between leaders, of up to
// batchEntries of them, must pass within rpcTimeout.
const maxCommand = 32 << 20

// Propose puts cmd into the log and waits until it is applied. The error is the
// command's own (then the result is set too), or ErrNotActive, ErrOutcomeUnknown
// or ctx's error wrapped in it. cmd's Term, Settled and Micros are filled in.
func (r *Replica) Propose(ctx context.Context, cmd *state.Command) (*state.Result, error) {
	term, ok := r.leader.term()
	if !ok {
		return nil, notActive(nil)
	}
	c := *cmd
	if c.Term == 0 && c.Txn != 0 {
		c.Term = term
	}
	if c.Micros == 0 {
		c.Micros = r.opts.Now()
	}
	c.Settled = r.txns.settled()
	return r.apply(ctx, &c)
}

func (r *Replica) apply(ctx context.Context, cmd *state.Command) (*state.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		return nil, err
	}
	if len(data) > maxCommand {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded,
			"a commit of %d bytes is too large for the catalog's log (the limit is %d bytes)", len(data), maxCommand)
	}
	if err := fault.Point("replica.propose"); err != nil {
		return nil, notActive(err)
	}
	p := r.propose(data)
	select {
	case <-p.done:
		err = p.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
	}
	if err == nil {
		err = fault.Point("replica.proposed") // the reply is lost
	}
	switch {
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrLeadershipTransferInProgress),
		errors.Is(err, raft.ErrEnqueueTimeout):
		return nil, notActive(err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	res := p.res
	if res.Err != nil {
		// A copy: errors are decorated on their way out, results are kept.
		e := *res.Err
		return res, &e
	}
	return res, nil
}

// Level is how loud a task of the background says that the catalog did not take its change and
// that it will try again. Where another leader is or becomes the active one nobody need look: that
// one does the task.
func Level(err error) slog.Level {
	if errors.Is(err, ErrNotActive) {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// notActive: nothing was proposed.
func notActive(why error) error {
	err := ErrNotActive
	if why != nil {
		err = fmt.Errorf("%w: %v", err, why)
	}
	return sqlerr.Wrap(err, sqlerr.CannotConnectNow)
}

// Barrier waits until everything committed before it is applied here.
func (r *Replica) Barrier(ctx context.Context) error {
	wait := time.Duration(0)
	if deadline, ok := ctx.Deadline(); ok {
		wait = max(time.Until(deadline), time.Millisecond)
	}
	if err := r.await(r.raft.Barrier(wait)); err != nil {
		return notActive(err)
	}
	return nil
}
