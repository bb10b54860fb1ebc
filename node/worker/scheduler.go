package worker

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Scheduler hands instances to workers. One a node, shared by all queries.
//
// Queries share the workers by time: the one that has used least is looked at
// first. (By turns, one with costly morsels would take nearly all.) A query that
// begins a stream starts from where the others are, so that nobody saves up time.
//
// Its lock guards the scheduling state of all segments: what is claimed, parked, finished. It is
// held for a look at the lists, never while code runs or memory is fetched.
type Scheduler struct {
	mu      sync.Mutex
	cond    *sync.Cond
	running []*share      // queries with a running stream, by time used
	now     time.Duration // time used by the query that was last served
	closed  bool
	wg      sync.WaitGroup
}

// share is a query's part in the workers' time. Guarded by the scheduler's lock.
type share struct {
	q    *query
	segs []*segment // most downstream first
	used time.Duration
}

// NewScheduler starts the workers.
func NewScheduler(workers int) *Scheduler {
	s := &Scheduler{}
	s.cond = sync.NewCond(&s.mu)
	for i := range workers {
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			s.work(i)
		}()
	}
	return s
}

// turn is how long a worker stays with one instance while others may wait. Morsels are made to take
// less (morselTime); one row with very many matches may take any time.
const turn = 20 * time.Millisecond

// turns calls the instance that a worker runs back when its turn is over.
type turns struct {
	timer *time.Timer
	x     atomic.Pointer[Instance] // nil: none runs
}

func newTurns() *turns {
	t := &turns{}
	t.timer = time.AfterFunc(time.Hour, func() {
		if x := t.x.Load(); x != nil {
			(*x).Yield() // perhaps of the next turn: it runs again
		}
	})
	t.timer.Stop()
	return t
}

func (t *turns) run(x Instance) (RunState, error) {
	t.x.Store(&x)
	t.timer.Reset(turn)
	st, err := x.Run()
	t.timer.Stop()
	t.x.Store(nil)
	return st, err
}

// work is a worker: claim, run, let go.
func (s *Scheduler) work(worker int) {
	turns := newTurns()
	defer turns.timer.Stop()
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
		q := t.in.seg.q
		q.working++
		s.mu.Unlock()
		t.run(worker, turns)
		s.mu.Lock()
		q.working--
		t.settle()
		s.charge(q, t.took)
		s.cond.Broadcast()
	}
}

// claim finds something to do: by time used, in a query from downstream up.
func (s *Scheduler) claim() *task {
	for _, sh := range s.running {
		for _, g := range sh.segs {
			if t := g.claim(); t != nil {
				s.now = sh.used
				return t
			}
		}
	}
	return nil
}

// charge counts time against a query and puts it in its place.
func (s *Scheduler) charge(q *query, took time.Duration) {
	for _, sh := range s.running {
		if sh.q == q {
			sh.used += took
			s.order()
			return
		}
	}
}

func (s *Scheduler) order() {
	slices.SortStableFunc(s.running, func(a, b *share) int { return int(a.used - b.used) })
}

// add makes segments of one query claimable, until remove. Called with the lock held.
func (s *Scheduler) add(segs []*segment) *share {
	if len(segs) == 0 {
		return nil
	}
	slices.SortStableFunc(segs, func(a, b *segment) int { return b.depth - a.depth })
	sh := &share{q: segs[0].q, segs: segs, used: s.now}
	s.running = append(s.running, sh)
	s.order()
	s.cond.Broadcast()
	return sh
}

// remove takes segments out. Called with the lock held.
func (s *Scheduler) remove(sh *share) {
	s.running = slices.DeleteFunc(s.running, func(o *share) bool { return o == sh })
}

// removeAll takes a query's segments out. Called with the lock held.
func (s *Scheduler) removeAll(q *query) {
	s.running = slices.DeleteFunc(s.running, func(sh *share) bool { return sh.q == q })
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
