package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// fakeConn is a link to a node that remembers what it was asked.
type fakeConn struct {
	id   string
	done chan struct{}

	mu   sync.Mutex
	asks []wire.Message // guarded by mu
}

func newConn(id string) *fakeConn { return &fakeConn{id: id, done: make(chan struct{})} }

func (f *fakeConn) Peer() string          { return f.id }
func (f *fakeConn) Local() bool           { return false }
func (f *fakeConn) Done() <-chan struct{} { return f.done }
func (f *fakeConn) Send(*wire.Data) error { return nil }
func (f *fakeConn) Call(_ context.Context, m wire.Message) (wire.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asks = append(f.asks, m)
	return &wire.OK{}, nil
}

// asked reports whether a message of m's type came.
func (f *fakeConn) asked(m wire.Message) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.asks {
		if fmt.Sprintf("%T", a) == fmt.Sprintf("%T", m) {
			return true
		}
	}
	return false
}

// catalog stands for the replicated one.
type catalog struct {
	t *testing.T

	mu  sync.Mutex
	cat *state.Catalog // guarded by mu
	err error          // guarded by mu: the next proposals fail
	ops int            // guarded by mu

	refused int // guarded by mu: proposals that failed with err
}

func (c *catalog) refusals() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newCatalog(t *testing.T, slices int) *catalog {
	c := &catalog{t: t, cat: state.New()}
	if err := c.propose(context.Background(), []state.Op{&state.Bootstrap{Cluster: state.Cluster{ID: "c",
		Slices: slices}}}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *catalog) propose(_ context.Context, ops []state.Op) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		c.refused++
		return c.err
	}
	next, res := c.cat.Apply(&state.Command{Ops: ops})
	if res.Err != nil {
		return res.Err
	}
	c.cat = next
	c.ops += len(ops)
	return nil
}

func (c *catalog) now() *state.Catalog {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cat
}

func (c *catalog) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *catalog) facts(term uint64) Facts {
	cat := c.now()
	return Facts{Term: term, Addr: "lead:1", ClusterID: "c", Slices: cat.SliceCount(), Nodes: cat.Nodes(),
		Map: cat.Slices()}
}

func newCluster(t *testing.T, cat *catalog, edit func(*Config)) *Cluster {
	cfg := Config{LeaderID: "lead", Propose: cat.propose, Grace: 50 * time.Millisecond,
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		Active: func() (string, string) { return "other", "other:1" }}
	if edit != nil {
		edit(&cfg)
	}
	c := New(cfg)
	t.Cleanup(c.Stop)
	return c
}

func join(t *testing.T, c *Cluster, id string) *fakeConn {
	t.Helper()
	conn := newConn(id)
	m, err := c.Register(context.Background(), conn, &wire.Register{ID: id, Addr: id + ":1", Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.(*wire.Registered); !ok {
		t.Fatalf("registering %s: %+v", id, m)
	}
	return conn
}

func (f *fakeConn) lose(c *Cluster) {
	close(f.done)
	c.Gone(f)
}

// owners is the map, "n1 n1 n2 …"; an error's text if there is none in time.
func owners(c *Cluster) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	m, err := c.Map(ctx)
	if err != nil {
		return err.Error()
	}
	return strings.Join(m.Slices, " ")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// Nodes come, go and come back; the catalog always has the deal that queries see.
func TestComeAndGo(t *testing.T) {
	cat := newCatalog(t, 4)
	c := newCluster(t, cat, nil)
	if m, err := c.Register(context.Background(), newConn("n1"), &wire.Register{ID: "n1", Workers: 1}); err != nil ||
		m.(*wire.NotActive).Addr != "other:1" {
		t.Errorf("a leader that stands by answers %+v, %v", m, err)
	}
	if got := owners(c); !strings.Contains(got, "not the active one") {
		t.Errorf("a map of a leader that stands by: %s", got)
	}
	c.Start(cat.facts(5))
	n1 := join(t, c, "n1")
	want(t, "one node", owners(c), "n1 n1 n1 n1")
	n2 := join(t, c, "n2")
	want(t, "two nodes", owners(c), "n1 n1 n2 n2")
	join(t, c, "n3")
	join(t, c, "n4")
	want(t, "four nodes", owners(c), "n1 n4 n2 n3")
	before := owners(c)
	n2.lose(c)
	if got := owners(c); strings.Contains(got, "n2") || strings.Join(cat.now().Slices(), " ") != got {
		t.Errorf("without n2: %s, catalog %v", got, cat.now().Slices())
	}
	join(t, c, "n2")
	want(t, "n2 is back", owners(c), before)
	join(t, c, "n1") // on a new link, before the old one is told to be lost
	n1.lose(c)
	if got := owners(c); !strings.Contains(got, "n1") {
		t.Errorf("the end of an old link took the new one away: %s", got)
	}
	waitUntil(t, func() bool { return n1.asked(&wire.Assign{}) }) // when n2 took its share
	dead := newConn("n9")
	close(dead.done)
	if _, err := c.Register(context.Background(), dead, &wire.Register{ID: "n9", Workers: 1}); !errors.Is(err,
		wire.ErrLinkLost) {
		t.Errorf("a node whose link is lost: %v", err)
	}
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it did not happen in time")
}

// A new leader begins with the map of the catalog: slices of nodes that come back
// within the grace stay where they were, nothing is written; then the rest is dealt.
func TestGrace(t *testing.T) {
	cat := newCatalog(t, 4)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(1))
	join(t, c, "n1")
	join(t, c, "n2")
	join(t, c, "n3")
	before := owners(c)
	c.Stop()

	slow := newCluster(t, cat, func(c *Config) { c.Grace = time.Hour })
	slow.Start(cat.facts(2))
	written := cat.ops
	for _, id := range []string{"n3", "n1"} {
		join(t, slow, id)
		if m, _, err := slow.mapNow(); m != nil || err != nil {
			t.Errorf("a map while nodes are missing: %v, %v", m, err)
		}
	}
	join(t, slow, "n2")
	want(t, "all are back", owners(slow), before)
	if cat.ops != written {
		t.Errorf("%d operations written although nothing changed", cat.ops-written)
	}
	slow.Stop()

	c.Start(cat.facts(3))
	join(t, c, "n2")
	join(t, c, "n3")
	if got := owners(c); strings.Contains(got, "n1") || !strings.Contains(got, "n2") || !strings.Contains(got, "n3") {
		t.Errorf("after the grace: %s", got)
	}
	c.Stop()
	c.Start(cat.facts(4)) // nobody comes within the grace
	time.Sleep(100 * time.Millisecond)
	join(t, c, "n3")
	want(t, "the first after the grace", owners(c), "n3 n3 n3 n3")
}

// Slices whose deal the catalog does not take at once are dealt when it does.
func TestDealAgain(t *testing.T) {
	cat := newCatalog(t, 4)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(1))
	n1 := join(t, c, "n1")
	join(t, c, "n2")
	cat.fail(errors.New("no leader"))
	n1.lose(c)
	if _, err := c.Register(context.Background(), newConn("n3"), &wire.Register{ID: "n3", Workers: 1}); err == nil {
		t.Error("a node was taken in that the catalog does not know")
	}
	if m, _, _ := c.mapNow(); m != nil {
		t.Errorf("a map with a lost node: %v", m.Slices)
	}
	cat.fail(nil)
	want(t, "when the catalog writes again", owners(c), "n2 n2 n2 n2")
}

// A deal that waits because the leadership is handed on asks for nobody's attention; one that the catalog of
// the active leader does not take does.
func TestDealIsQuiet(t *testing.T) {
	for _, why := range []error{fmt.Errorf("%w: leadership transfer in progress", replica.ErrNotActive),
		errors.New("disk full")} {
		var log syncBuffer
		cat := newCatalog(t, 4)
		c := newCluster(t, cat, func(cfg *Config) {
			cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		c.Start(cat.facts(1))
		n1 := join(t, c, "n1")
		join(t, c, "n2")
		cat.fail(why)
		n1.lose(c)
		for cat.refusals() < 2 {
			time.Sleep(time.Millisecond)
		}
		cat.fail(nil)
		want(t, "afterwards", owners(c), "n2 n2 n2 n2")
		if loud := strings.Contains(log.String(), "slices cannot be dealt"); loud == errors.Is(why, replica.ErrNotActive) {
			t.Errorf("%v: logged %q", why, log.String())
		}
	}
}

// Draining moves slices first, is kept in the catalog, and ends with the node's
// removal or with Undrain.
func TestDrain(t *testing.T) {
	cat := newCatalog(t, 4)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(1))
	ctx := context.Background()
	join(t, c, "n1")
	code := func(err error) sqlerr.Code {
		if err == nil {
			return ""
		}
		return sqlerr.From(err).Code
	}
	if _, err := c.Drain(ctx, "n1"); code(err) != sqlerr.ObjectInUse {
		t.Errorf("draining the only node: %v", err)
	}
	if _, err := c.Drain(ctx, "nobody"); code(err) != sqlerr.UndefinedObject {
		t.Errorf("draining a node that does not exist: %v", err)
	}
	n2 := join(t, c, "n2")
	if err := c.Remove(ctx, "n2"); code(err) != sqlerr.ObjectInUse {
		t.Errorf("removing a node with slices: %v", err)
	}
	for _, changed := range []bool{true, false} {
		if did, err := c.Drain(ctx, "n2"); err != nil || did != changed {
			t.Errorf("draining: %v, %v", did, err)
		}
	}
	want(t, "drained", owners(c), "n1 n1 n1 n1")
	if _, err := c.Drain(ctx, "n1"); code(err) != sqlerr.ObjectInUse {
		t.Errorf("draining the last one: %v", err)
	}
	if !cat.now().Node("n2").Draining {
		t.Error("the catalog does not know")
	}
	n2.lose(c)
	join(t, c, "n2")
	want(t, "a drained node is back", owners(c), "n1 n1 n1 n1")
	c.Start(cat.facts(2))
	n1 := join(t, c, "n1")
	n2 = join(t, c, "n2")
	want(t, "under a new leader", owners(c), "n1 n1 n1 n1")
	n1.lose(c)
	want(t, "no other is left", owners(c), "n2 n2 n2 n2")
	join(t, c, "n1")
	want(t, "another is there again", owners(c), "n1 n1 n1 n1")
	if _, err := c.Undrain(ctx, "n2"); err != nil {
		t.Error(err)
	}
	want(t, "undrained", owners(c), "n1 n1 n2 n2")
	if _, err := c.Drain(ctx, "n2"); err != nil {
		t.Error(err)
	}
	if err := c.Remove(ctx, "n2"); err != nil {
		t.Error(err)
	}
	if cat.now().Node("n2") != nil || !n2.asked(&wire.Dismiss{}) {
		t.Error("the removed node is still there or was not told")
	}
	if got := c.Infos(); len(got) != 1 || got[0].ID != "n1" || !got[0].Connected || got[0].Slices != 4 {
		t.Errorf("nodes %+v", got)
	}
}

// A node about to stop loses its slices at once and gets some when it comes again.
func TestLeave(t *testing.T) {
	cat := newCatalog(t, 4)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(1))
	join(t, c, "n1")
	n2 := join(t, c, "n2")
	if err := c.Leave(context.Background(), n2); err != nil {
		t.Fatal(err)
	}
	want(t, "left", owners(c), "n1 n1 n1 n1")
	if cat.now().Node("n2").Draining {
		t.Error("leaving is not draining")
	}
	n2.lose(c)
	join(t, c, "n2")
	want(t, "back", owners(c), "n1 n1 n2 n2")
}

// A leader that hears of a higher term takes no nodes and gives no map, until it leads in a higher one still.
func TestDeposed(t *testing.T) {
	cat := newCatalog(t, 2)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(5))
	join(t, c, "n1")
	c.Fence(7)
	if m, err := c.Register(context.Background(), newConn("n2"), &wire.Register{ID: "n2", Workers: 1}); err != nil ||
		m.(*wire.NotActive).ID != "other" {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := c.Map(context.Background()); !errors.Is(err, wire.ErrLost) {
		t.Errorf("a map: %v", err)
	}
	c.Start(cat.facts(8))
	join(t, c, "n1")
	want(t, "active again", owners(c), "n1 n1")
	if c.Term() != 8 {
		t.Errorf("term %d", c.Term())
	}
}

// A new active leader calls the nodes of the catalog until they come.
func TestContact(t *testing.T) {
	cat := newCatalog(t, 2)
	c := newCluster(t, cat, nil)
	c.Start(cat.facts(1))
	join(t, c, "n1")
	c.Stop()
	n1 := newConn("n1")
	var mu sync.Mutex
	tries := 0
	next := newCluster(t, cat, func(cfg *Config) {
		cfg.Dial = func(_ context.Context, id, addr string) (wire.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			if tries++; tries < 3 || id != "n1" || addr != "n1:1" {
				return nil, errors.New("not there")
			}
			return n1, nil
		}
	})
	next.Start(cat.facts(2))
	waitUntil(t, func() bool { return n1.asked(&wire.Lead{}) })
	if _, err := next.Register(context.Background(), n1, &wire.Register{ID: "n1", Addr: "n1:1", Workers: 2}); err != nil {
		t.Error(err)
	}
	want(t, "called", owners(next), "n1 n1")
}
