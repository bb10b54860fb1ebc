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
	holds   int           // how often it was; guarded by mu
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
	l := &r.lease
	l.mu.Lock()
	holds := l.holds
	l.mu.Unlock()
	err := r.verified(term, began)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && l.holds == holds { // else what was said before says nothing about now
		l.since, l.term = began, term
	}
	l.failure, l.asking = err, nil
	close(asking)
}

// verified waits until a majority has answered messages that were begun at that time or later. raft's own
// VerifyLeader also takes the answers to older ones, which may have lain here unread while the process was
// stopped and another led.
func (r *Replica) verified(term uint64, began time.Time) error {
	for {
		news := r.trans.acks.changed()
		if err := r.await(r.raft.VerifyLeader()); err != nil {
			return err
		}
		if r.agreed(term, began) {
			return nil
		}
		select {
		case <-news:
		case <-time.After(r.raft.ReloadableConfig().HeartbeatTimeout / 10):
		}
	}
}

// agreed reports whether a majority of the voters has.
func (r *Replica) agreed(term uint64, began time.Time) bool {
	voters, yes := 0, 0
	for _, m := range r.Members() {
		if !m.Voter {
			continue
		}
		voters++
		if m.ID == r.opts.ID || r.trans.acks.since(m.ID, term, began) {
			yes++
		}
	}
	return yes > voters/2
}

// acks are the newest messages of each other leader's acceptance: when they were begun.
type acks struct {
	mu   sync.Mutex
	last map[string]ack // by id; guarded by mu
	news chan struct{}  // closed when last changes; guarded by mu
}

type ack struct {
	term  uint64
	began time.Time
}

func newAcks() *acks { return &acks{last: map[string]ack{}, news: make(chan struct{})} }

// note takes down that id has accepted a message of a term's leader.
func (a *acks) note(id string, term uint64, began time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if old := a.last[id]; old.term > term || old.term == term && old.began.After(began) {
		return
	}
	a.last[id] = ack{term, began}
	close(a.news)
	a.news = make(chan struct{})
}

// since reports whether id has accepted a message begun at that time or later.
func (a *acks) since(id string, term uint64, began time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, ok := a.last[id]
	return ok && last.term == term && !last.began.Before(began)
}

func (a *acks) changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.news
}

// hold makes Confirm ask: another leader may be elected at any moment.
func (l *lease) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
	l.holds++
}

// release ends hold. What was confirmed before counts no more.
func (l *lease) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken, l.since = false, time.Time{}
}
