package replica

import (
	"context"
	"sync"
	"time"
)

// lease remembers when a majority last confirmed that this replica leads. A
// process that was stopped for a while, or cut off, may still take itself for the active
// leader when another has long committed: what it reads then is old.
type lease struct {
	mu      sync.Mutex
	since   time.Time     // a majority confirmed at this time or later; guarded by mu
	term    uint64        // in this term; guarded by mu
	broken  bool          // leadership is being handed over; guarded by mu
	asking  chan struct{} // closed when the question under way is answered; guarded by mu
	failure error         // its answer; guarded by mu
}

// Confirm returns nil if this replica was the active leader, in the given term,
// at some moment after the call: a catalog version taken before the call was then the
// newest at the time it was taken. Call it after taking a version and before answering from
// it. It costs a message to the other leaders now and then.
func (r *Replica) Confirm(ctx context.Context, term uint64) error {
	for {
		if t, ok := r.leader.term(); !ok || t != term {
			return notActive(nil)
		}
		if r.opts.Streams == nil {
			return nil
		}
		l := &r.lease
		l.mu.Lock()
		// No other leader is elected within a heartbeat timeout of the last word to a
		// majority; half of it allows for clocks that run unlike ours.
		if !l.broken && l.term == term && time.Since(l.since) < r.raft.ReloadableConfig().HeartbeatTimeout/2 {
			l.mu.Unlock()
			return nil
		}
		asking := l.asking
		if asking == nil {
			asking = make(chan struct{})
			l.asking, l.failure = asking, nil
			go r.verify(term, asking)
		}
		l.mu.Unlock()
		select {
		case <-asking:
			l.mu.Lock()
			err := l.failure
			l.mu.Unlock()
			if err != nil {
				return notActive(err)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// verify asks a majority. It ends when raft answers, at the latest when it steps down.
func (r *Replica) verify(term uint64, asking chan struct{}) {
	began := time.Now()
	err := r.raft.VerifyLeader().Error()
	l := &r.lease
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.since, l.term = began, term
	}
	l.failure, l.asking = err, nil
	close(asking)
}

// hold makes Confirm ask: another leader may be elected at any moment.
func (l *lease) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
}

// release ends hold. What was confirmed before counts no more.
func (l *lease) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken, l.since = false, time.Time{}
}
