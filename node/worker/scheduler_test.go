package worker

import (
	"testing"
	"time"
)

// steps is a source of n inputs.
type steps struct{ n int }

func (s *steps) next(*inst) (feed, bool) {
	if s.n == 0 {
		return nil, false
	}
	s.n--
	return func(Instance) (bool, func() error, error) { return true, nil, nil }, true
}
func (s *steps) over(*inst) bool { return s.n == 0 }
func (s *steps) stop()           {}

func stepping(s *Scheduler, n int) *segment {
	g := &segment{q: &query{ex: &Executor{sched: s}}, src: &steps{n}}
	g.insts = []*inst{{seg: g, slice: -1}}
	g.open = 1
	return g
}

// Time, not turns: of two queries, the one with short morsels gets many for one long one of the other;
// and one that comes late does not get the past's time.
func TestFairness(t *testing.T) {
	s := NewScheduler(0)
	long, short := stepping(s, 1000), stepping(s, 1000)
	cost := map[*segment]time.Duration{long: 100, short: 1}
	count := map[*segment]int{}
	serve := func(rounds int) {
		for range rounds {
			task := s.claim()
			g := task.in.seg
			count[g]++
			task.in.state = free
			s.charge(g.q, cost[g])
		}
	}
	s.add([]*segment{long})
	serve(10)
	s.add([]*segment{short})
	count[long] = 0
	serve(500)
	if count[long] < 3 || count[long] > 7 {
		t.Errorf("%d long morsels beside %d short ones", count[long], count[short])
	}
}

// Within a query what is downstream goes first.
func TestDownstreamFirst(t *testing.T) {
	s := NewScheduler(0)
	up, down := stepping(s, 5), stepping(s, 2)
	down.q, down.depth = up.q, 1
	s.add([]*segment{up, down})
	for i, want := range []*segment{down, down, down, up} { // the third ends down's instance
		task := s.claim()
		if task.in.seg != want {
			t.Fatalf("claim %d", i)
		}
		task.in.state = free
		if task.in.finishing {
			task.in.state = finished
		}
	}
}
