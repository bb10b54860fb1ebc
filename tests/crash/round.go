package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"slipher/tests/history"
)

// round is one plan carried out under load.
type round struct {
	*run
	n    int // number, in the run
	plan plan
	stop atomic.Bool // clients begin nothing more

	active  int      // number of the active leader at the beginning
	undrain []string // statements that undo drains

	mu        sync.Mutex
	txns      []history.Txn         // guarded by mu
	registers []porcupine.Operation // guarded by mu
	wrong     []string              // guarded by mu
	probes    []probe               // guarded by mu
	committed int                   // guarded by mu
	unknown   int                   // guarded by mu
	refused   map[string]int        // guarded by mu; errors of the server by code
	tables    []*ownTable           // guarded by mu
	groups    groups
	stopping  sync.WaitGroup // processes that were told to stop
}

// probe is a write and a read that succeeded, one after the other.
type probe struct{ begin, end time.Duration }

// fail notes something that must not be.
func (r *round) fail(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// record adds a transaction to the history, ended now.
func (r *round) record(c *client, begin time.Duration, serializable bool, o history.Outcome, ops []history.Op) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := fmt.Sprintf("%s#%d", c.name, len(r.txns))
	if o != history.Committed && c.last != "" {
		name += " [" + c.last + "]"
	}
	t := history.Txn{Name: name, Ops: ops, Outcome: o, Serializable: serializable,
		Begin: int64(begin), End: int64(r.rig.now())}
	r.txns = append(r.txns, t)
	switch o {
	case history.Committed:
		r.committed++
	case history.Unknown:
		r.unknown++
	}
}

// refuse counts an error of the server; one that no client should see is a failure.
func (r *round) refuse(err error) {
	c := code(err)
	if err == nil || c == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = map[string]int{}
	}
	r.refused[c]++
	if bad(err) {
		r.wrong = append(r.wrong, "a client saw "+errorText(err))
	}
}

// bad reports whether no client should ever see an error, whatever happens to the cluster.
func bad(err error) bool {
	c := code(err)
	return strings.HasPrefix(c, "XX") && !strings.Contains(err.Error(), "injected at ") ||
		strings.HasPrefix(c, "42") || strings.HasPrefix(c, "22") || c == "58P01" || c == "0A000"
}

// result is what a round came to.
type result struct {
	wrong     []string
	recovery  time.Duration // first success after the fault, or after healing if it took too much away
	whole     time.Duration // from healing until every leader answers
	committed int
	unknown   int
	refused   map[string]int
}

// Bounds of a round.
const (
	settle        = 30 * time.Second // until every leader answers again: beyond it the round has failed
	recoveryBound = 15 * time.Second // generous: the machine may be busy with other tests
	wrapUp        = 2 * time.Second  // for statements under way when a round ends
	probePatience = 1500 * time.Millisecond
)

// play carries out a round.
func (r *round) play() (res result) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, p := range r.rig.procs() {
			r.wrong = append(r.wrong, p.takeCrashes()...)
		}
		r.wrong = append(r.wrong, r.complaints()...)
		res.wrong, res.committed, res.unknown, res.refused = r.wrong, r.committed, r.unknown, r.refused
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := r.setup(ctx); err != nil {
		r.fail("setup: %v", err)
		return res
	}
	var clients, probers sync.WaitGroup
	seed := r.plan.seed
	for _, w := range r.works {
		for i := range w.clients {
			seed++
			c := r.client(fmt.Sprintf("%s%d", w.name, i), seed)
			c.hasty = true
			clients.Go(func() {
				defer c.close()
				for !r.stop.Load() && ctx.Err() == nil {
					w.step(ctx, r, c)
					sleep(ctx, time.Duration(1+c.rnd.IntN(12))*time.Millisecond)
				}
			})
		}
	}
	probing, stopProbing := context.WithCancel(ctx)
	defer stopProbing()
	for i := range r.rig.sql {
		seed++
		c := r.client(fmt.Sprintf("probe%d", i), seed)
		c.leader, c.patience, c.connecting = i, probePatience, probePatience
		probers.Go(func() { r.prober(probing, c) })
	}

	since, quorum, err := r.carryOut(ctx)
	if err != nil {
		r.fail("plan: %v", err)
	}
	if err := r.rig.heal(); err != nil {
		r.fail("heal: %v", err)
	}
	healed := r.rig.now()
	r.stopping.Wait()
	if err := r.allWell(healed); err != nil {
		r.fail("%v", err)
	}
	res.whole = r.rig.now() - healed
	if !quorum {
		since = healed
	}
	if res.recovery = r.recovery(since); res.recovery > recoveryBound {
		r.fail("recovery took %v", res.recovery)
	}
	r.stop.Store(true)
	stopProbing()
	done := make(chan struct{})
	go func() { clients.Wait(); probers.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(wrapUp):
		cancel() // links that were cut may be waiting for a retransmission
		<-done
	}
	r.check()
	return res
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// prober writes and reads through one leader until ctx ends.
func (r *round) prober(ctx context.Context, c *client) {
	defer c.close()
	for ctx.Err() == nil {
		begin := r.rig.now()
		id := r.id()
		_, _, err := c.exec(ctx, "INSERT INTO probe VALUES (%d, %d)", r.n, id)
		r.refuse(err)
		r.record(c, begin, false, outcome(err), []history.Op{history.Add(r.key("probe"), id)})
		if err == nil {
			mid := r.rig.now()
			rows, _, err := c.exec(ctx, "SELECT v FROM probe WHERE round = %d", r.n)
			r.refuse(err)
			if err == nil {
				r.record(c, mid, false, history.Committed, []history.Op{history.ReadSet(r.key("probe"), numbers(rows))})
				r.mu.Lock()
				r.probes = append(r.probes, probe{begin, r.rig.now()})
				r.mu.Unlock()
				r.heard(c.leader, begin)
			}
		}
		sleep(ctx, 25*time.Millisecond)
	}
}

// recovery is how long after since the first probe succeeded that began then.
func (r *round) recovery(since time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	best := time.Duration(-1)
	for _, p := range r.probes {
		if d := p.end - since; p.begin >= since && (best < 0 || d < best) {
			best = d
		}
	}
	return best
}

// allWell waits until every process is ready and every leader has answered a
// probe that began after healing.
func (r *round) allWell(healed time.Duration) error {
	deadline := time.Now().Add(settle)
	for {
		var waiting []string
		for _, p := range r.rig.procs() {
			switch {
			case !p.running():
				// It came to a fault point just before that was disarmed.
				if err := p.start(); err != nil {
					return err
				}
				waiting = append(waiting, p.name)
			case p.frozen():
				p.resume()
				waiting = append(waiting, p.name)
			case p.waitReady(0) != nil:
				waiting = append(waiting, p.name)
			}
		}
		for i := range r.rig.sql {
			if r.lastHeard(i) < healed {
				waiting = append(waiting, r.rig.leaders[i].name+" (no answer)")
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			text := fmt.Sprintf("%s after healing the cluster is not well: %s", settle, strings.Join(waiting, ", "))
			for _, p := range r.rig.procs() {
				text += "\n--- log of " + p.name + ":\n" + p.tail()
			}
			return errors.New(text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// setup gives every workload its rows, on a healthy cluster.
func (r *round) setup(ctx context.Context) error {
	c := r.client("setup", r.plan.seed)
	defer c.close()
	for _, w := range r.works {
		if w.setup == nil {
			continue
		}
		if err := r.retry(ctx, c, func() error { return w.setup(ctx, r, c) }); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return r.retry(ctx, c, func() error { return r.findActive(ctx, c) })
}

// retry repeats what may be repeated until it succeeds.
func (r *run) retry(ctx context.Context, c *client, f func() error) error {
	deadline := time.Now().Add(settle)
	for {
		err := f()
		if err == nil || !lost(err) || time.Now().After(deadline) {
			return err
		}
		sleep(ctx, 50*time.Millisecond)
	}
}

// check looks at everything at the end of a round, on a healthy cluster.
func (r *round) check() {
	ctx := context.Background()
	c := r.client("check", r.plan.seed+1)
	c.patience = settle
	defer c.close()
	for _, sql := range r.undrain {
		if err := r.retry(ctx, c, func() error { _, _, err := c.exec(ctx, "%s", sql); return err }); err != nil {
			r.fail("%s: %s", sql, errorText(err))
		}
	}
	for _, w := range append(r.works, probeWork) {
		if err := r.retry(ctx, c, func() error { return w.check(ctx, r, c) }); err != nil {
			r.fail("%s: the last look failed: %s", w.name, errorText(err))
		}
	}
	r.mu.Lock()
	txns, registers := r.txns, r.registers
	r.mu.Unlock()
	for i, v := range history.Check(txns) {
		if i == 3 {
			break
		}
		r.fail("%v", v)
	}
	r.checkRegisters(registers)
}

// key names a key of the history that belongs to this round.
func (r *round) key(name string) string { return fmt.Sprintf("%s.%d", name, r.n) }

// pick is a choice of one of the arguments.
func pick[T any](rnd *rand.Rand, of ...T) T { return of[rnd.IntN(len(of))] }
