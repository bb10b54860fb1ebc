package schedule

import (
	"context"
	"errors"
	"time"

	"slipher/node/wire"
)

// Lost reports whether a query failed because a process or a leadership was lost, not by
// its own doing: a node died or was given up, a link broke, a later leader fenced this one. Such a
// query may be run again if nothing of it was returned; Run then waits for
// slices without a node until they have one.
func Lost(err error) bool {
	return errors.Is(err, wire.ErrLost) || errors.Is(err, wire.ErrLinkLost)
}

// termBits is where a query's id has the leader's term: ids of different terms
// never meet, so that rows of an old query cannot pass for those of a new one.
const termBits = 40

func (s *Service) nextID(term uint64) uint64 { return term<<termBits | s.lastID.Add(1)&(1<<termBits-1) }

// Fence implements wire.Fenced: what runs under a lower term fails.
func (s *Service) Fence(term uint64) {
	s.mu.Lock()
	var hit []*run
	for _, r := range s.runs {
		if r.a.term < term {
			hit = append(hit, r)
		}
	}
	s.mu.Unlock()
	for _, r := range hit {
		r.fail(wire.ErrFenced(r.a.term, term))
	}
	if s.cfg.Cluster != nil {
		s.cfg.Cluster.Fence(term)
	}
	if f, ok := s.cfg.Local.(wire.Fenced); ok {
		f.Fence(term)
	}
}

// leave takes a node's slices away and answers when no query runs there any more.
func (s *Service) leave(ctx context.Context, from wire.Conn) error {
	if s.cfg.Cluster == nil {
		return nil
	}
	if err := s.cfg.Cluster.Leave(ctx, from); err != nil {
		return err
	}
	for s.Running(from.Peer()) > 0 {
		select {
		case <-time.After(leavePoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

const leavePoll = 10 * time.Millisecond

// Running is the number of queries that run on a node.
func (s *Service) Running(node string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.runs {
		if r.takesPart(node) {
			n++
		}
	}
	return n
}
