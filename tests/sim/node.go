package sim

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/leader/keep"
	"slipher/leader/txn"
)

// node is a leader: a replica and, in its process, transactions and housekeeping.
type node struct {
	sim *Sim
	id  string

	alive, paused bool
	life          int // counts its processes

	// The replica. snapshot is on disk, the rest dies with the process.
	cat      *state.Catalog
	changed  chan struct{}
	applied  int
	snapshot []byte
	snapped  int

	// leads: raft in this process takes itself for the leader of raftTerm. opened is the term
	// that the rest of the process takes itself for active in: it is told a little later.
	leads    bool
	raftTerm uint64
	opened   uint64
	asked    []*proposal // since it leads

	ids           map[state.TxnID]bool // may still be proposed
	nextID, endID state.TxnID
	idLock        bool
	forgets       bool // the block of ids, when idLock is free
	told          bool // the process knows that raft leads no more
	hold          int64

	txns    *txn.Manager
	keeper  *keep.Keeper
	open    map[*record]bool // transactions that run here
	working bool             // the keeper is in the middle of something
}

// start starts a process: a replica from its last snapshot.
func (n *node) start() {
	n.alive, n.paused, n.life = true, false, n.life+1
	n.cat, n.applied = state.New(), 0
	if n.snapshot != nil {
		cat, err := state.Decode(n.snapshot)
		if err != nil {
			n.sim.fail("snapshot of %s: %v", n.id, err)
			return
		}
		n.cat, n.applied = cat, n.snapped
	}
	n.changed = make(chan struct{})
	n.leads, n.opened, n.raftTerm = false, 0, 0
	n.asked = nil
	n.ids, n.nextID, n.endID, n.idLock, n.hold = map[state.TxnID]bool{}, 0, 0, false, 0
	n.forgets, n.told = false, true
	n.txns = txn.New(n, txn.Options{Log: quiet, Now: n.sim.clock, Wait: n.sim.wait})
	n.keeper = nil
	n.open = map[*record]bool{}
}

var quiet = slog.New(slog.DiscardHandler)

// crash ends a process at once.
func (n *node) crash() {
	s := n.sim
	n.alive, n.leads, n.opened = false, false, 0
	if s.elected == n {
		s.elected = nil
	}
	var lost []*record
	for _, r := range s.all {
		if n.open[r] {
			lost = append(lost, r)
		}
	}
	for _, a := range slices.Clone(s.actors) {
		if a.node == n {
			s.kill(a)
		}
	}
	for _, r := range lost {
		r.killed()
	}
}

// wait is how transactions and keepers wait.
func (s *Sim) wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	s.park(func() bool {
		select {
		case <-changed:
			return true
		default:
			return ctx.Err() != nil
		}
	}, d)
	return context.Cause(ctx)
}

// elect makes n raft's leader of a new term. Of what the old one had under way a part is in the
// log of the new one and counts, the rest is lost.
func (s *Sim) elect(n *node) {
	s.term++
	keep := s.rng.IntN(len(s.flight) + 1)
	s.trace("elect %s for term %d, %d of %d under way count", n.id, s.term, keep, len(s.flight))
	for _, p := range s.flight[:keep] {
		s.append(p)
	}
	for _, p := range s.flight[keep:] {
		s.trace("lost: txn of %s", p.node.id)
	}
	s.flight = nil
	if n.leads {
		n.stepDown() // raft won again: what was under way is answered all the same
	}
	s.elected = n
	n.leads, n.raftTerm = true, s.term
	term := s.term
	s.spawn("lead "+n.id, n, func() { n.takeOver(term) })
}

// stepDown: raft in this process learns that it leads no more. Its proposals have no known outcome.
func (n *node) stepDown() {
	n.leads, n.told = false, false
	for _, p := range n.asked {
		if p.res == nil && p.err == nil {
			p.err = fmt.Errorf("%w: leadership lost while committing log", replica.ErrOutcomeUnknown)
		}
	}
	n.asked = nil
}

// stale: raft in this process does not know yet that another leads, or nobody.
func (n *node) stale() bool { return n.leads && (n.sim.elected != n || n.raftTerm != n.sim.term) }

// deposed: the rest of the process hears of it.
func (n *node) deposed() {
	n.told = true
	if n.idLock {
		n.forgets = true
	} else {
		n.nextID, n.endID = 0, 0
	}
	if n.opened == 0 {
		return
	}
	n.sim.trace("%s is deposed from term %d", n.id, n.opened)
	n.opened = 0
	if n.keeper != nil {
		_ = n.keeper.Stop(context.Background())
	}
}

// takeOver is catalog/replica's: apply what came before, open the term, be active.
func (n *node) takeOver(term uint64) {
	s := n.sim
	n.deposed()
	for n.leads && n.raftTerm == term {
		s.pause()
		if s.elected != n || s.term != term {
			s.park(func() bool { return !n.leads || n.raftTerm != term }, 0)
			return
		}
		n.catchUp()
		s.pause()
		if term > n.cat.Term() {
			if _, err := n.propose(context.Background(), &state.Command{Ops: []state.Op{&state.OpenTerm{Term: term}}},
				nil); err != nil {
				s.park(nil, 100*time.Millisecond)
				continue
			}
		}
		if !n.leads || n.raftTerm != term {
			return
		}
		if s.o.hold {
			n.hold = s.now + (20 * time.Millisecond).Microseconds()
		}
		n.opened = term
		s.trace("%s is active in term %d", n.id, term)
		n.keep(term)
		return
	}
}

// keep starts the housekeeping of a term.
func (n *node) keep(term uint64) {
	s := n.sim
	k := keep.New(keep.Options{
		Log: n, Readers: s.o.Mutation.readers(n), Store: s.store, Wait: s.wait, Slog: quiet,
		Run:  func(ctx context.Context, m *keep.Merge) ([]state.ObjectRef, error) { return s.merge(m) },
		Busy: func() bool { return s.rng.IntN(3) == 0 },
		Policy: keep.Policy{Tick: 20 * time.Millisecond, FlushCount: 3, FlushAge: 60 * time.Millisecond,
			Fan: 2 + s.rng.IntN(3), MaxRows: 100,
			Idle: 150 * time.Millisecond, Collect: 30 * time.Millisecond, Sweep: 80 * time.Millisecond, Stale: time.Second},
	})
	n.keeper = k
	n.txns.SetRebase(k.Rebase)
	s.spawn("keeper "+n.id, n, func() {
		for n.opened == term {
			n.working = true
			k.Step(context.Background(), s.clock())
			if all := n.cat.AllTables(); len(all) > 0 && !s.settling && s.rng.IntN(6) == 0 {
				t := all[s.rng.IntN(len(all))]
				err := k.Vacuum(context.Background(), t.ID, keep.Mode(s.rng.IntN(3)))
				s.trace("%s: VACUUM %d: %v", n.id, t.ID, err)
			}
			n.working = n.opened != term // an old keeper does not speak for the new one
			s.park(nil, time.Duration(5+s.rng.IntN(30))*time.Millisecond)
		}
	})
}
