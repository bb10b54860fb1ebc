package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// run is rounds on one cluster.
type run struct {
	rig   *rig
	in    ingredients
	works []*workload
	logf  func(format string, args ...any)
	talk  bool // clients' errors are logged
	ids   atomic.Int64

	mu    sync.Mutex
	last  []time.Duration // guarded by mu; by leader: when the last answered probe began
	seen  map[string]bool // guarded by mu; points passed
	late  []string        // guarded by mu; complaints of residents
	stats stats
}

// roundsOfTables is how many rounds the same tables serve; then they are dropped and made anew.
const roundsOfTables = 40

// newRun takes a cluster that is ready.
func newRun(g *rig, in ingredients, logf func(string, ...any)) *run {
	return &run{rig: g, in: in, works: workloads, logf: logf, last: make([]time.Duration, len(g.sql)),
		seen: map[string]bool{}, stats: stats{kinds: map[string]*kindStats{}, refused: map[string]int{}}}
}

// id is a number that nobody had before.
func (r *run) id() int64 { return r.ids.Add(1) }

func (r *run) client(name string, seed uint64) *client {
	c := r.rig.client(name, seed)
	if r.talk {
		c.log = r.logf
	}
	return c
}

func (r *run) heard(leader int, began time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last[leader] = max(r.last[leader], began)
}

func (r *run) lastHeard(leader int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[leader]
}

// tables drops the tables that are there and makes them.
func (r *run) tables(ctx context.Context) error {
	c := r.client("tables", 1)
	defer c.close()
	for _, w := range append(slices.Clone(r.works), probeWork) {
		for _, create := range w.create {
			name, _, _ := strings.Cut(strings.TrimPrefix(create, "CREATE TABLE "), "(")
			err := r.retry(ctx, c, func() error {
				if _, _, err := c.exec(ctx, "DROP TABLE IF EXISTS %s", name); err != nil {
					return err
				}
				_, _, err := c.exec(ctx, "%s", create)
				if code(err) == "42P07" {
					err = nil // an answer was lost
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", create, err)
			}
		}
	}
	return nil
}

// round carries out the plan of a seed and reports whether all was right.
func (r *run) round(n int, seed uint64) bool {
	if n%roundsOfTables == 0 {
		if err := r.tables(context.Background()); err != nil {
			r.logf("round %d: tables: %v", n, err)
			r.stats.failed++
			return false
		}
	}
	p := makePlan(seed, r.in)
	rd := &round{run: r, n: n, plan: p}
	begin := time.Now()
	res := rd.play()
	r.stats.add(p, res)
	for _, p := range r.rig.procs() {
		for name := range p.points() {
			r.seen[name] = true
		}
	}
	verdict := "ok"
	if len(res.wrong) > 0 {
		verdict = "WRONG"
	}
	r.logf("round %d seed %d: %s in %v: recovery %v, whole %v, %d commits, %d unknown, refused %v: %s", n, seed, verdict,
		time.Since(begin).Round(time.Millisecond), res.recovery.Round(time.Millisecond), res.whole.Round(time.Millisecond),
		res.committed, res.unknown, res.refused, p)
	for _, w := range res.wrong {
		r.logf("round %d seed %d: %s", n, seed, w)
	}
	return len(res.wrong) == 0
}

// carryOut does the plan's steps and undoes each when its time is over. since is when the last one
// began; quorum is false if the plan left too little running for anybody to serve meanwhile.
func (r *round) carryOut(ctx context.Context) (since time.Duration, quorum bool, err error) {
	quorum = true
	begin := r.rig.now()
	since = begin
	type event struct {
		at time.Duration
		do func() error
	}
	var events []event
	cut := map[[2]int]bool{}
	for _, s := range r.plan.steps {
		var victims []*proc
		undo := func() error {
			for _, p := range victims {
				if err := p.disarm(); err != nil {
					return err
				}
				p.resume()
				if !p.running() { // one that is still stopping is started when everything is healed
					if err := p.start(); err != nil {
						return err
					}
				}
			}
			return nil
		}
		do := func() error {
			since = r.rig.now()
			victims = r.victims(s)
			if !r.leavesEnough(s, victims) {
				quorum = false
			}
			switch s.kind {
			case "kill":
				for _, p := range victims {
					p.kill()
				}
			case "term":
				for _, p := range victims {
					r.stopping.Go(func() {
						if err := p.stop(); err != nil {
							r.fail("%v", err)
						}
					})
				}
			case "stop":
				for _, p := range victims {
					p.pause()
				}
			case "point":
				for _, p := range victims {
					if err := p.arm(s.rule); err != nil {
						return err
					}
				}
			case "cut":
				r.cuts(cut, s, victims)
				return r.rig.net.set(clone(cut))
			case "sql":
				if node, ok := strings.CutPrefix(s.sql, drain); ok {
					r.undrain = append(r.undrain, undrain+node)
				}
				c := r.client("admin", r.plan.seed)
				go func() {
					defer c.close()
					_, _, err := c.exec(ctx, "%s", s.sql)
					r.refuse(err)
				}()
			}
			return nil
		}
		if s.kind == "cut" {
			undo = func() error {
				// Cuts that overlap end together: rare, and one more shape of partition.
				clear(cut)
				return r.rig.net.set(clone(cut))
			}
		}
		events = append(events, event{s.at, do}, event{s.at + s.last, undo})
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].at < events[j].at })
	for _, e := range events {
		sleep(ctx, begin+e.at-r.rig.now())
		if err := e.do(); err != nil {
			return since, quorum, err
		}
	}
	return since, quorum, nil
}

func clone(m map[[2]int]bool) map[[2]int]bool {
	c := make(map[[2]int]bool, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// cuts adds the pairs that a step parts: the victims from everybody else.
func (r *round) cuts(cut map[[2]int]bool, s step, victims []*proc) {
	side := map[int]bool{}
	for _, p := range victims {
		side[p.host] = true
	}
	n := len(r.rig.net.hosts)
	for i := range n {
		for j := range n {
			if side[i] && !side[j] {
				cut[[2]int{i, j}] = true
				if !s.oneway {
					cut[[2]int{j, i}] = true
				}
			}
		}
	}
}

// leavesEnough reports whether the cluster can serve clients while the step lasts: a majority
// of leaders that clients reach, and nodes.
func (r *round) leavesEnough(s step, victims []*proc) bool {
	if s.kind == "sql" {
		return true
	}
	leaders, nodes := 0, 0
	for _, p := range victims {
		if slices.Contains(r.rig.leaders, p) {
			leaders++
		} else {
			nodes++
		}
	}
	if s.kind == "point" && strings.Contains(s.rule, "error") && leaders > 0 {
		return false // as long as it fails it fails
	}
	if s.kind == "cut" && 2*leaders > len(r.rig.leaders) {
		leaders, nodes = len(r.rig.leaders)-leaders, len(r.rig.nodes)-nodes // the others are the minority
	}
	return 2*leaders < len(r.rig.leaders) && (nodes < len(r.rig.nodes) || len(r.rig.nodes) == 0)
}

// victims finds the processes of a step.
func (r *round) victims(s step) []*proc {
	var all []*proc
	for _, name := range s.victims {
		p := r.rig.proc(name)
		if p == nil {
			p = r.byRole(name)
		}
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// byRole is the active leader, or another one.
func (r *round) byRole(role string) *proc {
	active := r.active
	if role == "active" {
		return r.rig.leaders[active]
	}
	rnd := rand.New(rand.NewPCG(r.plan.seed, 5))
	return r.rig.leaders[(active+1+rnd.IntN(max(len(r.rig.leaders)-1, 1)))%len(r.rig.leaders)]
}

// findActive asks who the active leader is. On a healthy cluster: a plan that needs to know
// finds out before it begins.
func (r *round) findActive(ctx context.Context, c *client) error {
	if len(r.rig.leaders) < 2 {
		return nil
	}
	rows, _, err := c.exec(ctx, "SELECT id FROM stv_leaders WHERE state = 'leader'")
	if err != nil {
		return err
	}
	for _, row := range rows {
		r.active = slices.IndexFunc(r.rig.leaders, func(p *proc) bool { return p.name == row[0] })
	}
	if len(rows) != 1 || r.active < 0 {
		return fmt.Errorf("active leaders by stv_leaders: %v", rows)
	}
	return nil
}

// Statements of an administrator.
const (
	drain    = "SELECT slipher_drain_node("
	undrain  = "SELECT slipher_undrain_node("
	snapshot = "SELECT slipher_snapshot()"
	transfer = "SELECT slipher_transfer_leadership()"
)

// admin lists what an administrator may do to a cluster at any time.
func (s shape) admin() []string {
	all := []string{"VACUUM set_a", "VACUUM set_b", "VACUUM list0", "VACUUM register", "VACUUM account", "ANALYZE set_a",
		"VACUUM"}
	all = append(all, snapshot, snapshot, snapshot)
	if s.leaders > 1 {
		all = append(all, transfer, transfer, transfer)
	}
	if s.nodes > 1 {
		for i := range s.nodes {
			all = append(all, fmt.Sprintf("%s'n%d')", drain, i+1))
		}
	}
	return all
}

// stats sums up rounds.
type stats struct {
	rounds, failed, committed, unknown int
	kinds                              map[string]*kindStats
	recoveries                         []time.Duration
	refused                            map[string]int
}

type kindStats struct {
	rounds     int
	recoveries []time.Duration
}

func (s *stats) add(p plan, res result) {
	s.rounds++
	if len(res.wrong) > 0 {
		s.failed++
	}
	s.committed += res.committed
	s.unknown += res.unknown
	for c, n := range res.refused {
		s.refused[c] += n
	}
	k := s.kinds[p.kinds()]
	if k == nil {
		k = &kindStats{}
		s.kinds[p.kinds()] = k
	}
	k.rounds++
	if res.recovery >= 0 {
		k.recoveries = append(k.recoveries, res.recovery)
		s.recoveries = append(s.recoveries, res.recovery)
	}
}

// median and most of some durations, 0 of none.
func middle(d []time.Duration) (median, most time.Duration) {
	if len(d) == 0 {
		return 0, 0
	}
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2].Round(time.Millisecond), d[len(d)-1].Round(time.Millisecond)
}

// goal is what a recovery should stay under; on a machine that is busy with other things it may not.
const goal = 5 * time.Second

// String is a table of the kinds of faults with one cause, and a line for all.
func (s *stats) String() string {
	var b strings.Builder
	median, most := middle(s.recoveries)
	slow := 0
	for _, d := range s.recoveries {
		if d > goal {
			slow++
		}
	}
	fmt.Fprintf(&b,
		"%d rounds, %d failed; %d commits acknowledged, %d of unknown outcome; recovery median %v, most %v, %d over %v; "+
			"refused %v\n",
		s.rounds, s.failed, s.committed, s.unknown, median, most, slow, goal, s.refused)
	var names []string
	for name := range s.kinds {
		if !strings.Contains(name, " + ") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		k := s.kinds[name]
		median, most := middle(k.recoveries)
		fmt.Fprintf(&b, "  %-24s %5d rounds, recovery median %v, most %v\n", name, k.rounds, median, most)
	}
	return b.String()
}
