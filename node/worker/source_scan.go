package worker

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
	"slipher/runtime/abi"
	"slipher/runtime/block"
)

// A morsel is a run of sections of one row group: at least minMorsel (less
// would make the claim show), at most maxMorsel (more would make workers idle at the end and
// tiers late), except where zone maps cut it short and where sections turn out to be
// costly (a join with very many matches): then as many as take about morselTime, so that other
// queries get their turn.
const (
	minMorsel  = 8
	maxMorsel  = 64
	morselTime = 10 * time.Millisecond
	// fetchers read row groups ahead of the workers, and this many may be in
	// memory beyond the ones workers are in.
	fetchers   = 4
	fetchAhead = 4
)

// scanSource hands out morsels of the row groups of this node's slices. Row
// groups are fetched ahead by goroutines of its own: no worker waits for storage.
type scanSource struct {
	g      *segment
	scan   *wire.Scan
	cols   []int      // columns of the stored table that are read
	rowIDs bool       // row addresses are read
	live   bool       // it is read which rows are deleted
	rules  []scanRule // what row groups and sections must pass
	morsel int        // sections
	dealt  int        // row groups of an ALL table so far; the lister's alone
	wg     sync.WaitGroup
	top    int           // the rule of cut, -1: none
	cut    atomic.Uint64 // of a sort of which only the first rows are wanted: the last key, so far

	// guarded by the scheduler's lock
	ready   []scanMorsel
	open    int // row groups fetched or being fetched, not yet given out whole
	left    int // goroutines that may still bring row groups
	stopped bool
	room    *sync.Cond // on the scheduler's lock: open sank
}

type scanMorsel struct {
	rg       *sharedGroup
	slice    state.SliceID
	from, to int
}

// sharedGroup is a row group that several morsels read.
type sharedGroup struct {
	*block.RowGroup
	users atomic.Int32
}

func (r *sharedGroup) done() error {
	if r.users.Add(-1) == 0 {
		r.Release()
	}
	return nil
}

func newScanSource(g *segment) (*scanSource, error) {
	s, err := newScan(g)
	if err != nil {
		return nil, err
	}
	if err := s.takeColumns(); err != nil {
		return nil, err
	}
	if err := s.makeRules(); err != nil {
		return nil, err
	}
	var rows int64
	for _, o := range s.scan.Objects {
		rows += o.Rows
	}
	sections := int(rows / abi.VectorRows)
	s.morsel = min(max(sections/(4*g.q.workers()), minMorsel), maxMorsel)
	return s, nil
}

// newScan finds what a segment scans.
func newScan(g *segment) (*scanSource, error) {
	s := &scanSource{g: g, room: sync.NewCond(&g.q.ex.sched.mu)}
	for i := range g.q.start.Scans {
		if g.q.start.Scans[i].Segment == g.id {
			s.scan = &g.q.start.Scans[i]
		}
	}
	if s.scan == nil {
		s.scan = &wire.Scan{Segment: g.id}
	}
	if g.q.ex.cfg.Storage == nil && len(s.scan.Objects) > 0 {
		return nil, sqlerr.New(sqlerr.InternalError, "%s has no storage to scan", g.q.ex.cfg.ID)
	}
	return s, nil
}

// begin starts the goroutine that lists row groups and the fetchers. Called with the lock held.
func (s *scanSource) begin() {
	if len(s.scan.Objects) == 0 {
		return
	}
	items := make(chan fetchItem)
	s.left = 1 + fetchers
	end := func(err error) {
		if err != nil {
			s.g.q.fail(err)
		}
		sch := s.g.q.ex.sched
		sch.mu.Lock()
		s.left--
		sch.cond.Broadcast()
		sch.mu.Unlock()
		s.wg.Done()
	}
	s.wg.Add(1 + fetchers)
	go func() {
		err := s.list(items)
		close(items)
		end(err)
	}()
	for range fetchers {
		go func() {
			var err error
			for it := range items {
				switch {
				case err == nil:
					err = s.fetch(it)
				case it.small != nil:
					it.small.Release()
				}
			}
			end(err)
		}()
	}
}

// enter waits for room for one more row group; false: the query has ended.
func (s *scanSource) enter() bool {
	sch := s.g.q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	for s.open >= fetchAhead+s.g.q.workers() && !s.stopped && s.g.q.err == nil {
		s.room.Wait()
	}
	s.open++
	return !s.stopped && s.g.q.err == nil
}

// give cuts a row group into morsels and makes them claimable.
func (s *scanSource) give(rg *block.RowGroup, slice state.SliceID, dead deadRows) {
	shared := &sharedGroup{RowGroup: rg}
	rows := rg.Rows()
	var ms []scanMorsel
	skipped := make([]int64, len(s.rules))
	from := -1
	cut := func(to int) {
		if from >= 0 {
			ms = append(ms, scanMorsel{shared, slice, from, to})
		}
		from = -1
	}
	for sec, at := 0, 0; at < rows; sec, at = sec+1, at+abi.VectorRows {
		end := min(at+abi.VectorRows, rows)
		if r := s.sectionRuledOut(rg, dead, sec, at, end); r >= 0 {
			cut(at)
			skipped[r] += int64(end - at)
			continue
		}
		if from < 0 {
			from = at
		}
		if end-from >= s.morsel*abi.VectorRows {
			cut(end)
		}
	}
	cut(rows)
	if s.turned(0, 2) > 0 {
		slices.Reverse(ms)
	}
	shared.users.Store(int32(len(ms)))
	for r, n := range skipped {
		if n > 0 {
			s.skip(slice, r, 0, n)
		}
	}
	sch := s.g.q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if len(ms) == 0 || s.stopped {
		s.left1(len(ms) == 0 || s.stopped)
		rg.Release()
		return
	}
	s.ready = append(s.ready, ms...)
	sch.cond.Broadcast()
}

// left1 counts a row group out.
func (s *scanSource) left1(out bool) {
	if out {
		s.open--
		s.room.Signal()
	}
}

func (s *scanSource) next(in *inst) (feed, bool) {
	s.dropCut()
	for i, m := range s.ready {
		if in.slice >= 0 && int(m.slice) != in.slice {
			continue
		}
		if most := s.most(); m.to-m.from > most {
			m.rg.users.Add(1)
			s.ready[i].from += most
			m.to = m.from + most
		} else {
			s.ready = append(s.ready[:i], s.ready[i+1:]...)
			s.left1(!s.waiting(m.rg))
		}
		in.rows, in.lane = m.to-m.from, int(m.slice)
		st := s.g.q.sliceStats(s.g.id, in.lane)
		st.RowsIn += int64(m.to - m.from)
		st.Morsels++
		s.g.rowsIn += int64(m.to - m.from)
		return func(x Instance) (bool, func() error, error) {
			if x == nil {
				return false, m.rg.done, nil
			}
			return true, m.rg.done, x.SetScan(m.rg.RowGroup, m.from, m.to)
		}, true
	}
	return nil, false
}

// waiting reports whether morsels of a row group are still to be claimed.
func (s *scanSource) waiting(rg *sharedGroup) bool {
	for _, m := range s.ready {
		if m.rg == rg {
			return true
		}
	}
	return false
}

// most is how many rows a morsel may have at the pace so far, whole sections.
func (s *scanSource) most() int {
	p := &s.g.pace
	if p.rows == 0 {
		return minMorsel * abi.VectorRows // to learn the pace
	}
	perSection := p.nanos * abi.VectorRows / time.Duration(p.rows)
	return min(max(int(morselTime/max(perSection, 1)), 1), maxMorsel) * abi.VectorRows
}

func (s *scanSource) over(in *inst) bool { return s.left == 0 && len(s.ready) == 0 }

func (s *scanSource) stop() {
	s.stopped = true
	for _, m := range s.ready {
		_ = m.rg.done()
	}
	s.ready = nil
	s.room.Broadcast()
}

// wait waits for the fetchers. Called without the lock, after stop.
func (s *scanSource) wait() { s.wg.Wait() }
