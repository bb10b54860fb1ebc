package worker

import (
	"sort"
	"sync"
)

// Scheduler hands instances to workers. One a node, shared by all queries.
//
// Its lock guards the scheduling state of all segments: what is claimed, parked, finished. It is
// held for a look at the lists, never while code runs or memory is fetched.
type Scheduler struct {
	mu      sync.Mutex
	cond    *sync.Cond
	running []*segment // of all queries, grouped by query, most downstream first within one
	turn    int        // where the next look begins
	closed  bool
	wg      sync.WaitGroup
}

// NewScheduler starts the workers.
func NewScheduler(workers int) *Scheduler {
	s := &Scheduler{}
	s.cond = sync.NewCond(&s.mu)
	for range workers {
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			s.work()
		}()
	}
	return s
}

// work is a worker: claim, run, let go.
func (s *Scheduler) work() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.closed {
			return
		}
		t := s.claim()
		if t == nil {
			s.cond.Wait()
			continue
		}
		t.in.seg.q.working++
		s.mu.Unlock()
		t.run()
		s.mu.Lock()
		t.in.seg.q.working--
		t.settle()
		s.cond.Broadcast()
	}
}

// claim finds something to do: queries in turn, their segments from downstream up.
func (s *Scheduler) claim() *task {
	n := len(s.running)
	for i := range n {
		g := s.running[(s.turn+i)%n]
		if t := g.claim(); t != nil {
			s.turn = s.after(g.q)
			return t
		}
	}
	return nil
}

// after is the index of the first segment of the query behind q.
func (s *Scheduler) after(q *query) int {
	last := -1
	for i, g := range s.running {
		if g.q == q {
			last = i
		}
	}
	return (last + 1) % len(s.running)
}

// add makes segments of one query claimable. Called with the lock held.
func (s *Scheduler) add(segs []*segment) {
	sort.SliceStable(segs, func(i, j int) bool { return segs[i].depth > segs[j].depth })
	s.running = append(s.running, segs...)
	s.cond.Broadcast()
}

// remove takes a query's segments out. Called with the lock held.
func (s *Scheduler) remove(q *query) {
	keep := s.running[:0]
	for _, g := range s.running {
		if g.q != q {
			keep = append(keep, g)
		}
	}
	clear(s.running[len(keep):])
	s.running = keep
	s.turn = 0
}

// Wake makes workers look again: something arrived. Not to be called with the lock held.
func (s *Scheduler) Wake() {
	s.mu.Lock()
	s.cond.Broadcast()
	s.mu.Unlock()
}

// Close ends the workers once they let go of what they run.
func (s *Scheduler) Close() {
	s.mu.Lock()
	s.closed = true
	s.cond.Broadcast()
	s.mu.Unlock()
	s.wg.Wait()
}
