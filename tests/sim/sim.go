package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
)

// Options are what a run is like beside its seed.
type Options struct {
	Faults   bool // else the leaders, the network and the storage are in order
	Mutation Mutation
	Trace    bool // keep what happens, line by line

	hold bool // new leaders keep outcomes for a while
}

// Sim is one run.
type Sim struct {
	o    Options
	seed uint64
	rng  *rand.Rand
	now  int64 // microseconds
	step int
	err  error

	actors, ready []*actor
	cur           *actor // who runs now, nil: the scheduler
	lines         []string

	// Raft, seen from above.
	nodes   []*node
	elected *node
	term    uint64
	flight  []*proposal // under way at the elected leader, oldest first
	log     []entry
	hashes  map[int][32]byte // of the catalog behind log entries

	// What is true.
	head     *state.Catalog
	model    content
	versions map[uint64]content // by catalog version
	all      []*record
	recs     map[*actor]*record
	rows     map[string][]int64 // of objects, never forgotten
	store    *store
	value    int64
	told     uint64 // the newest version of which a client knows
	given    map[state.TxnID]bool
	tables   map[state.TableID]bool
	used     map[[2]int64]bool // table and ordinal
	madeUp   state.TxnID
	settling bool  // no more faults: everybody comes to an end
	settled  int64 // when they have had their time
}

const (
	simSlices = 3
	leaders   = 3
	clients   = 4
	maxSteps  = 60_000
	// faultEvery is how many steps are between two faults, on the average.
	faultEvery = 60
)

// Stats are what a run was like.
type Stats struct {
	Steps, Entries, Acked, Refused, Unsure, Terms int
	Trace                                         []string
}

// Run runs a seed. The error is the first violation.
func Run(seed uint64, o Options) (Stats, error) {
	s := &Sim{o: o, seed: seed, rng: rand.New(rand.NewPCG(seed, 20240229)), hashes: map[int][32]byte{}, model: content{},
		versions: map[uint64]content{}, recs: map[*actor]*record{}, rows: map[string][]int64{}, given: map[state.TxnID]bool{},
		tables: map[state.TableID]bool{}, used: map[[2]int64]bool{}}
	s.store = &store{sim: s, objects: map[string][]byte{}, ever: map[string]bool{}}
	s.head = state.New()
	s.versions[0] = s.model
	s.o.hold = s.rng.IntN(2) == 0
	defer s.close()
	s.begin()
	s.loop()
	st := Stats{Steps: s.step, Entries: len(s.log), Terms: int(s.term), Trace: s.lines}
	for _, r := range s.all {
		switch r.outcome {
		case acked:
			st.Acked++
		case refused:
			st.Refused++
		case unsure:
			st.Unsure++
		}
	}
	if s.err != nil {
		return st, fmt.Errorf("seed %d: %w", seed, s.err)
	}
	return st, nil
}

// close ends actors that are left.
func (s *Sim) close() {
	for _, a := range s.actors {
		s.kill(a)
	}
}

// begin makes the cluster: leaders, a first term, clients.
func (s *Sim) begin() {
	for i := range leaders {
		n := &node{sim: s, id: fmt.Sprint("l", i)}
		s.nodes = append(s.nodes, n)
		n.start()
	}
	first := &proposal{node: s.nodes[0], index: -1}
	cmd := &state.Command{Micros: types.MicrosOf(epoch),
		Ops: []state.Op{&state.Bootstrap{Cluster: state.Cluster{ID: "c", Slices: simSlices}}}}
	first.data, _ = state.EncodeCommand(cmd)
	s.append(first)
	for no := range clients {
		count := 3 + s.rng.IntN(8)
		s.spawn(fmt.Sprint("client", no), nil, func() { s.client(no, count) })
	}
	s.elect(s.nodes[s.rng.IntN(leaders)])
}

// loop is the scheduler.
func (s *Sim) loop() {
	for s.err == nil {
		if s.step++; s.step > maxSteps {
			s.fail("the run does not come to an end: %s", s.stuck())
			return
		}
		if !s.settling && s.over() {
			s.settle()
		}
		if s.settling && s.finished() {
			s.last()
			return
		}
		if s.chance(s.o.Faults, faultEvery) {
			s.fault()
			continue
		}
		switch k := s.rng.IntN(100); {
		case k < 60:
			ready := s.runnable()
			if len(ready) > 0 {
				s.run(ready[s.rng.IntN(len(ready))])
				s.now += int64(s.rng.IntN(300))
				continue
			}
		case k < 78:
			if s.commit() {
				continue
			}
		default:
			n := s.nodes[s.rng.IntN(leaders)]
			if n.alive && !n.paused && !n.stale() && n.applied < len(s.log) {
				for range 1 + s.rng.IntN(3) {
					if n.applied < len(s.log) {
						n.apply()
					}
				}
				continue
			}
		}
		s.idle()
	}
}

// idle is a step in which nothing could be done: time passes if that helps.
func (s *Sim) idle() {
	if len(s.runnable()) > 0 || s.rng.IntN(3) > 0 {
		return
	}
	if at := s.nextTime(); at > s.now {
		s.now = at
	}
	if s.elected == nil || !s.elected.leads || s.settling && s.elected.paused {
		s.election()
	}
}

// chance is true once in n times, if that is on and the run is not coming to its end.
func (s *Sim) chance(on bool, n int) bool { return on && !s.settling && s.rng.IntN(n) == 0 }

// election elects somebody who can be.
func (s *Sim) election() {
	var can []*node
	for _, n := range s.nodes {
		if n.alive && !n.paused {
			can = append(can, n)
		}
	}
	if len(can) > 0 {
		s.elect(can[s.rng.IntN(len(can))])
	}
}

// over reports whether all clients have done what they wanted.
func (s *Sim) over() bool {
	for _, a := range s.actors {
		if !a.done && a.node == nil {
			return false
		}
	}
	return true
}

// settle ends the faults.
func (s *Sim) settle() {
	s.trace("settle")
	s.settling = true
	for _, n := range s.nodes {
		n.paused = false
		if !n.alive {
			n.start()
		}
		if n.stale() {
			n.stepDown()
		}
		if !n.leads && !n.told {
			n.deposed()
		}
	}
	s.settled = s.now + 1_000_000
}

// finished reports whether housekeeping has had its time and all replicas are up to date.
func (s *Sim) finished() bool {
	if s.now < s.settled || s.elected == nil || s.elected.opened != s.term || s.elected.working || len(s.flight) > 0 {
		return false
	}
	for _, n := range s.nodes {
		if n.applied < len(s.log) {
			return false
		}
	}
	return true
}

// last is what must be true in the end.
func (s *Sim) last() {
	want := digest(s, s.head)
	for _, n := range s.nodes {
		if digest(s, n.cat) != want {
			s.fail("replica %s differs in the end", n.id)
		}
	}
	for _, r := range s.all {
		switch {
		case r.outcome == running:
			s.fail("%s has no outcome", r.name)
		case r.outcome == acked && len(r.of(false)) > 0 && r.counted != 1, r.outcome == refused && r.counted != 0,
			r.counted > 1:
			s.fail("%s ended with %c and counts %d times", r.name, r.outcome, r.counted)
		}
	}
	in := map[string]bool{}
	for _, t := range s.head.AllTables() {
		s.same("in the end", t, s.model[t.ID])
		if in[t.Version.Stats] = true; t.Version.Stats != "" && !s.store.has(t.Version.Stats) {
			s.fail("statistics %s are gone", t.Version.Stats)
		}
		for _, o := range t.Version.Objects.All() {
			if in[o.Name] = true; !o.Inline() {
				if !s.store.has(o.Name) {
					s.fail("object %s is gone", o.Name)
				}
				in[rms.RowsName(o.Name)] = true // while a merge's addresses may be asked for
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.store.objects)) {
		if !in[name] && !s.head.Garbaged(name) {
			s.fail("object %s is an orphan that nobody has collected", name)
			return
		}
	}
}

// stuck says who waits.
func (s *Sim) stuck() string {
	var out []string
	for _, a := range s.actors {
		if !a.done {
			out = append(out, a.name)
		}
	}
	return strings.Join(out, " ")
}
