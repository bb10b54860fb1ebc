package replica

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// network carries leaders' connections and can cut leaders off.
type network struct {
	mu    sync.Mutex
	place map[string]string // address by id
	cut   map[string]bool   // ids nobody reaches
	conns map[string][]net.Conn
}

// streams is one leader's end of the network.
type streams struct {
	net.Listener
	n  *network
	id string
}

func (n *network) streams(t *testing.T, id string) streams {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.place[id] = l.Addr().String()
	return streams{l, n, id}
}

func (s streams) DialAddr(addr string, timeout time.Duration) (net.Conn, error) {
	s.n.mu.Lock()
	defer s.n.mu.Unlock()
	to := ""
	for id, a := range s.n.place {
		if a == addr {
			to = id
		}
	}
	if s.n.cut[s.id] || s.n.cut[to] {
		return nil, errors.New("cut off")
	}
	c, err := net.DialTimeout("tcp", addr, timeout)
	if err == nil {
		s.n.conns[s.id], s.n.conns[to] = append(s.n.conns[s.id], c), append(s.n.conns[to], c)
	}
	return c, err
}

func (n *network) locate(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.place[id]
}

// isolate cuts a leader off, or lets it in again.
func (n *network) isolate(id string, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[id] = cut
	for _, c := range n.conns[id] {
		c.Close()
	}
	n.conns[id] = nil
}

// group is a few leaders in this process.
type group struct {
	t    *testing.T
	n    *network
	dirs map[string]string
	up   map[string]*Replica
	tune func(*Options)
}

func newGroup(t *testing.T, ids ...string) *group { return newGroupWith(t, nil, ids...) }

func newGroupWith(t *testing.T, tune func(*Options), ids ...string) *group {
	g := &group{t: t, n: &network{place: map[string]string{}, cut: map[string]bool{}, conns: map[string][]net.Conn{}},
		dirs: map[string]string{}, up: map[string]*Replica{}, tune: tune}
	t.Cleanup(func() {
		for id := range g.up {
			g.stop(id)
		}
	})
	for i, id := range ids {
		g.dirs[id] = t.TempDir()
		g.start(id, i == 0)
		if i == 0 {
			r := g.active()
			if err := r.EnsureCluster(context.Background(), 4, "file:///nowhere", 1); err != nil {
				t.Fatal(err)
			}
			continue
		}
		g.join(id)
	}
	return g
}

func (g *group) start(id string, bootstrap bool) *Replica {
	g.t.Helper()
	o := Options{Dir: g.dirs[id], ID: id, Bootstrap: bootstrap, Streams: g.n.streams(g.t, id), Locate: g.n.locate,
		Heartbeat: 300 * time.Millisecond}
	if g.tune != nil {
		g.tune(&o)
	}
	r, err := Open(o)
	if err != nil {
		g.t.Fatal(err)
	}
	g.up[id] = r
	return r
}

func (g *group) stop(id string) {
	g.up[id].Shutdown(context.Background())
	delete(g.up, id)
}

func (g *group) join(id string) {
	g.t.Helper()
	a := g.active()
	if err := a.AddLearner(id, g.n.locate(id)); err != nil {
		g.t.Fatal(err)
	}
	g.wait("a learner catches up", func() bool { return g.up[id].Status().AppliedIndex >= a.Status().CommitIndex })
	if err := a.AddVoter(id, g.n.locate(id)); err != nil {
		g.t.Fatal(err)
	}
}

func (g *group) wait(what string, f func() bool) {
	g.t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			g.t.Fatalf("in vain: %s", what)
		}
	}
}

// active waits for the one that leads, among those not cut off.
func (g *group) active() *Replica {
	g.t.Helper()
	var found *Replica
	g.wait("an active leader", func() bool {
		for id, r := range g.up {
			if r.Term() != 0 && !g.n.cut[id] {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

// same waits until all replicas have the same log, and byte by byte the same catalog.
func (g *group) same() {
	g.t.Helper()
	g.wait("all replicas have what the active one has", func() bool {
		a := g.active()
		want, err := a.Catalog().Encode()
		if err != nil {
			g.t.Fatal(err)
		}
		for _, r := range g.up {
			got, err := r.Catalog().Encode()
			if err != nil {
				g.t.Fatal(err)
			}
			if r.Status().LastLogIndex != a.Status().LastLogIndex || !bytes.Equal(got, want) {
				return false
			}
		}
		return true
	})
}

// Three leaders: one is active; after it is gone another is, with everything that
// was acknowledged; the old one comes back elsewhere and catches up.
func TestThreeLeaders(t *testing.T) {
	g := newGroup(t, "l1", "l2", "l3")
	for round := range 4 {
		a := g.active()
		propose(t, a, table(fmt.Sprintf("t%d", round)))
		before := a.Term()
		g.stop(a.opts.ID)
		b := g.active()
		if b.Term() <= before || len(b.Catalog().Tables("dev")) != round+1 {
			t.Fatalf("term %d after %d, %d tables, want %d", b.Term(), before, len(b.Catalog().Tables("dev")), round+1)
		}
		g.start(a.opts.ID, false)
		g.same()
	}
	if m := g.active().Members(); len(m) != 3 {
		t.Errorf("members: %v", m)
	}
}

// A whole cluster stops and comes back, every leader at another address.
func TestAllRestart(t *testing.T) {
	ids := []string{"l1", "l2", "l3"}
	g := newGroup(t, ids...)
	propose(t, g.active(), table("t"))
	for _, id := range ids {
		g.stop(id)
	}
	for _, id := range ids {
		g.start(id, id == "l1")
	}
	a := g.active()
	if a.Catalog().Table("dev", "public", "t") == nil {
		t.Error("the table is gone")
	}
	g.same()
}

// A leader that missed more than the log keeps gets a snapshot; so does a new one.
func TestSnapshotInstall(t *testing.T) {
	small := func(o *Options) { o.TrailingLogs, o.SnapshotThreshold, o.SegmentSize = 8, 16, 4096 }
	g := newGroupWith(t, small, "l1", "l2", "l3")
	a := g.active()
	lost := "l1"
	if a.opts.ID == lost {
		lost = "l2"
	}
	g.stop(lost)
	tid := state.TableID(propose(t, a, table("t")).Ops[0].ID)
	for i := range 100 {
		propose(t, a, &state.Delta{Table: tid, Adds: []state.ObjectRef{{Name: fmt.Sprint(i), Rows: 1}}})
	}
	if err := a.Snapshot(); err != nil {
		t.Fatal(err)
	}
	first, err := a.log.FirstIndex()
	if err != nil || first < 50 {
		t.Fatalf("the log was not cut: it begins at %d (%v)", first, err)
	}
	g.start(lost, false)
	g.same()
	g.wait("a snapshot came", func() bool { return g.up[lost].Status().SnapshotIndex > 0 })
	g.dirs["l4"] = t.TempDir()
	g.start("l4", false)
	g.join("l4")
	g.same()
	// A leader that lives on an installed snapshot leads with it.
	if err := g.active().Transfer(context.Background(), "l4"); err != nil {
		t.Fatal(err)
	}
	g.wait("l4 leads", func() bool { return g.up["l4"].Term() != 0 })
	if rows := g.up["l4"].Catalog().TableByID(tid).Version.Rows; rows != 100 {
		t.Errorf("%d rows, want 100", rows)
	}
	propose(t, g.up["l4"], table("u"))
	g.same()
}

// Leadership is handed over; the old leader knows, answers nothing more and can lead again.
func TestTransfer(t *testing.T) {
	g := newGroup(t, "l1", "l2", "l3")
	ctx := context.Background()
	for range 2 {
		for _, to := range []string{"l2", "l3", "l1"} {
			a := g.active()
			term := a.Term()
			if err := a.Confirm(ctx, term); err != nil {
				t.Fatal(err)
			}
			if err := a.Transfer(ctx, to); err != nil {
				t.Fatal(err)
			}
			g.wait(to+" leads", func() bool { return g.up[to].Term() > term })
			if a != g.up[to] {
				g.wait("the old leader knows", func() bool { return a.Term() == 0 })
				if err := a.Confirm(ctx, term); !errors.Is(err, ErrNotActive) {
					t.Errorf("the old leader confirms: %v", err)
				}
				if _, err := a.Propose(ctx, &state.Command{Ops: []state.Op{table("x")}}); !errors.Is(err, ErrNotActive) {
					t.Errorf("the old leader took a command: %v", err)
				}
			}
			propose(t, g.up[to], table(fmt.Sprint("t", term)))
		}
	}
	if err := g.active().Transfer(ctx, "nobody"); sqlerr.From(err).Code != sqlerr.UndefinedObject {
		t.Errorf("%v", err)
	}
	g.same()
}

// A leader that is cut off steps down and acknowledges nothing; what it had under way is
// unknown to it, and is found to count or not when it is back.
func TestIsolatedLeader(t *testing.T) {
	g := newGroup(t, "l1", "l2", "l3")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	old := g.active()
	tid := state.TableID(propose(t, old, table("t")).Ops[0].ID)
	txn, err := old.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	term := old.Term()
	g.n.isolate(old.opts.ID, true)
	cmd := &state.Command{Txn: txn, Term: term, Ops: []state.Op{&state.Delta{Table: tid,
		Adds: []state.ObjectRef{{Name: "o", Rows: 1}}}}}
	if _, err := old.Propose(ctx, cmd); !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("cut off from the others: %v", err)
	}
	g.wait("it steps down", func() bool { return old.Term() == 0 })
	if err := old.Confirm(ctx, term); !errors.Is(err, ErrNotActive) {
		t.Errorf("it confirms: %v", err)
	}
	next := g.active()
	propose(t, next, table("u"))
	g.n.isolate(old.opts.ID, false)
	g.wait("the old leader learns", func() bool { return old.Catalog().Term() > term })
	if old.Catalog().Outcome(txn) != nil {
		t.Error("an entry of a minority counts")
	}
	// The same command under its old term counts nowhere.
	if _, err := next.Propose(ctx, cmd); err == nil {
		t.Error("a transaction of a deposed leader committed")
	}
	g.same()
	if rows := next.Catalog().TableByID(tid).Version.Rows; rows != 0 {
		t.Errorf("%d rows", rows)
	}
}

// Leaders go and come while sessions commit; every acknowledged commit is there once.
func TestNothingLostUnderLoad(t *testing.T) {
	g := newGroup(t, "l1", "l2", "l3")
	tid := state.TableID(propose(t, g.active(), table("t")).Ops[0].ID)
	var mu sync.Mutex // guards g.up and acked
	acked := map[string]bool{}
	unsure := map[string]bool{}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for s := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				mu.Lock()
				var a *Replica
				for _, r := range g.up {
					if r.Term() != 0 {
						a = r
					}
				}
				mu.Unlock()
				if a == nil {
					time.Sleep(5 * time.Millisecond)
					continue
				}
				name := fmt.Sprintf("%d-%d", s, i)
				txn, err := a.Begin(ctx)
				if err != nil {
					continue
				}
				_, err = a.Propose(ctx, &state.Command{Txn: txn, Ops: []state.Op{&state.Delta{Table: tid,
					Adds: []state.ObjectRef{{Name: name, Rows: 1}}}}})
				mu.Lock()
				switch {
				case err == nil:
					acked[name] = true
				case errors.Is(err, ErrOutcomeUnknown):
					unsure[name] = true
				}
				mu.Unlock()
				a.End(txn)
			}
		})
	}
	for round := range 6 {
		time.Sleep(100 * time.Millisecond)
		a := g.active()
		switch round % 3 {
		case 0:
			mu.Lock()
			g.stop(a.opts.ID)
			mu.Unlock()
			g.active()
			mu.Lock()
			g.start(a.opts.ID, false)
			mu.Unlock()
		case 1:
			if err := a.Transfer(context.Background(), ""); err != nil {
				t.Log(err)
			}
		case 2:
			g.n.isolate(a.opts.ID, true)
			g.wait("another leads", func() bool {
				for id, r := range g.up {
					if id != a.opts.ID && r.Term() != 0 {
						return true
					}
				}
				return false
			})
			g.n.isolate(a.opts.ID, false)
		}
	}
	stop()
	wg.Wait()
	g.same()
	there := map[string]int{}
	for _, o := range g.active().Catalog().TableByID(tid).Version.Objects.List() {
		there[o.Name]++
	}
	if len(acked) == 0 {
		t.Error("nothing was committed")
	}
	for name := range acked {
		if there[name] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", name, there[name])
		}
	}
	for name, n := range there {
		if n != 1 || !acked[name] && !unsure[name] {
			t.Errorf("%s is there %d times, acknowledged %v, unsure %v", name, n, acked[name], unsure[name])
		}
	}
	t.Logf("%d acknowledged, %d unsure", len(acked), len(unsure))
}

// An error of the log's disk acknowledges nothing and is the replica's last; the others go on, and after a
// restart the replica has what they have.
func TestLogDiskFails(t *testing.T) {
	for _, point := range []string{"log.store", "log.stored"} {
		t.Run(point, func(t *testing.T) {
			g := newGroup(t, "l1", "l2", "l3")
			g.same()
			a := g.active()
			arm(t, point+"=error:ENOSPC@1")
			// Whoever stores first fails: the active leader.
			_, err := a.Propose(context.Background(), &state.Command{Ops: []state.Op{table("t")}})
			if err == nil {
				t.Error("acknowledged although the disk failed")
			}
			select {
			case <-a.Failed():
			case <-time.After(10 * time.Second):
				t.Fatal("the replica goes on")
			}
			if a.Err() == nil {
				t.Error("no reason")
			}
			g.stop(a.opts.ID)
			b := g.active()
			propose(t, b, table("u"))
			g.start(a.opts.ID, false)
			g.same()
		})
	}
}

// A snapshot that cannot be written costs nothing but itself.
func TestSnapshotDiskFails(t *testing.T) {
	r := open(t, t.TempDir())
	for _, point := range []string{"snapshot.create", "snapshot.write", "snapshot.close", "snapshot.closed"} {
		propose(t, r, table(point))
		arm(t, point+"=error:ENOSPC@1")
		if err := r.Snapshot(); err == nil {
			t.Errorf("%s: no error", point)
		}
		propose(t, r, table(point+" after"))
	}
	if err := r.Snapshot(); err != nil {
		t.Fatal(err)
	}
	n := len(r.Catalog().Tables("dev"))
	r.Shutdown(context.Background())
	r = open(t, r.opts.Dir)
	if got := len(r.Catalog().Tables("dev")); got != n {
		t.Errorf("%d tables, want %d", got, n)
	}
}

// Members come and go; one that is removed is asked no more.
func TestMembers(t *testing.T) {
	g := newGroup(t, "l1", "l2")
	a := g.active()
	other := "l2"
	if a.opts.ID == other {
		other = "l1"
	}
	if err := a.RemoveMember("nobody"); sqlerr.From(err).Code != sqlerr.UndefinedObject {
		t.Errorf("%v", err)
	}
	if err := a.RemoveMember(other); err != nil {
		t.Fatal(err)
	}
	g.stop(other)
	propose(t, a, table("t")) // alone again
	if err := a.RemoveMember(a.opts.ID); sqlerr.From(err).Code != sqlerr.ObjectInUse {
		t.Errorf("the last one: %v", err)
	}
	// On an empty disk: on its old one it may have heard that it is no member any more.
	g.dirs[other] = t.TempDir()
	g.start(other, false)
	g.join(other)
	g.same()
	// The active leader removes itself: the other one leads alone.
	if err := a.RemoveMember(a.opts.ID); err != nil {
		t.Fatal(err)
	}
	g.stop(a.opts.ID)
	b := g.active()
	propose(t, b, table("u"))
	if m := b.Members(); len(m) != 1 || m[0].ID != other {
		t.Errorf("members: %v", m)
	}
}

// A command too large for the log is refused before it gets there.
func TestCommandTooLarge(t *testing.T) {
	r := open(t, t.TempDir())
	tid := state.TableID(propose(t, r, table("t")).Ops[0].ID)
	_, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{&state.Delta{Table: tid,
		Adds: []state.ObjectRef{{Name: "o", Rows: 1, Data: make([]byte, maxCommand)}}}}})
	if sqlerr.From(err).Code != sqlerr.ProgramLimitExceeded {
		t.Errorf("%v", err)
	}
	propose(t, r, table("u"))
}

// arm makes a point fail until the test ends.
func arm(t *testing.T, plan string) {
	t.Helper()
	release, err := fault.Arm(plan, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
}
