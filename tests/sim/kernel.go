package sim

import (
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// actor is a coroutine: one thing that goes on in a process or at a client.
type actor struct {
	name string
	node *node // whose process it is part of, nil for clients

	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	ready func() bool // what it waits for, nil: nothing
	until int64       // when it waits no longer, 0: never
	done  bool
}

// errKilled unwinds an actor whose process is killed.
var errKilled = errors.New("killed")

// spawn starts an actor; it runs when the scheduler comes to it.
func (s *Sim) spawn(name string, n *node, f func()) *actor {
	a := &actor{name: name, node: n}
	a.next, a.stop = iter.Pull(func(yield func(struct{}) bool) {
		a.yield = yield
		defer func() {
			a.done = true
			if p := recover(); p != nil && p != errKilled {
				s.fail("panic in %s: %v\n%s", name, p, debug.Stack())
			}
		}()
		f()
	})
	s.actors = append(s.actors, a)
	return a
}

// run lets an actor go on until it waits or ends.
func (s *Sim) run(a *actor) {
	before := s.cur
	s.cur = a
	a.ready, a.until = nil, 0
	if _, more := a.next(); !more {
		a.done = true
	}
	s.cur = before
}

// kill ends an actor where it stands.
func (s *Sim) kill(a *actor) {
	if a.done || a == s.cur {
		return
	}
	before := s.cur
	s.cur = a
	a.stop()
	a.done = true
	s.cur = before
}

// park hands over to the scheduler until ready (nil: at once) or d has passed (0: for ever).
func (s *Sim) park(ready func() bool, d time.Duration) {
	a := s.cur
	a.ready = ready
	if d > 0 {
		a.until = s.now + d.Microseconds()
	}
	if !a.yield(struct{}{}) {
		panic(errKilled)
	}
}

// pause hands over, more often than not.
func (s *Sim) pause() {
	if s.rng.IntN(4) > 0 {
		s.park(nil, 0)
	}
}

// runnable lists the actors that could go on now.
func (s *Sim) runnable() []*actor {
	out := s.ready[:0]
	live := s.actors[:0]
	for _, a := range s.actors {
		if a.done {
			continue
		}
		live = append(live, a)
		if a.node != nil && a.node.paused {
			continue
		}
		if a.ready == nil && a.until == 0 || a.ready != nil && a.ready() || a.until != 0 && a.until <= s.now {
			out = append(out, a)
		}
	}
	s.actors, s.ready = live, out
	return out
}

// nextTime is the earliest time at which an actor stops waiting, 0 if none does.
func (s *Sim) nextTime() int64 {
	at := int64(0)
	for _, a := range s.actors {
		if !a.done && a.until > s.now && (a.node == nil || !a.node.paused) && (at == 0 || a.until < at) {
			at = a.until
		}
	}
	return at
}

// clock is the simulated time.
func (s *Sim) clock() time.Time { return epoch.Add(time.Duration(s.now) * time.Microsecond) }

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// fail notes a violation; the run ends.
func (s *Sim) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
		s.trace("VIOLATION %v", s.err)
	}
}

// trace notes what happens. The digest is what two runs of a seed are compared by.
func (s *Sim) trace(format string, args ...any) {
	if !s.o.Trace {
		return
	}
	line := fmt.Sprintf("%6d %9d ", s.step, s.now) + fmt.Sprintf(format, args...)
	s.lines = append(s.lines, line)
}
