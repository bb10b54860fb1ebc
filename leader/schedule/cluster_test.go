package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/codegen/artifact"
	"slipher/compiler/plan"
	"slipher/leader/cluster"
	"slipher/leader/schedule"
	"slipher/node"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/node/worker"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// failOnError makes the test fail when something logs an error: leaks, for one.
type failOnError struct{ t *testing.T }

func (failOnError) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (h failOnError) Handle(_ context.Context, r slog.Record) error {
	msg := r.Message
	r.Attrs(func(a slog.Attr) bool { msg += " " + a.String(); return true })
	h.t.Error("logged: " + msg)
	return nil
}
func (h failOnError) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h failOnError) WithGroup(string) slog.Handler      { return h }

// shape is a cluster to test on.
type shape struct {
	nodes   int // 0: one node in the leader's process
	workers int
	credits int
}

func (s shape) String() string {
	return fmt.Sprintf("nodes=%d,workers=%d,credits=%d", s.nodes, s.workers, s.credits)
}

// testCluster is a leader and its nodes in this process, over TCP unless shape.nodes is 0.
type testCluster struct {
	t     *testing.T
	shape shape
	sv    *schedule.Service
	cl    *cluster.Cluster
	nodes []*node.Node
	table *state.Table
	store string
	key   artifact.PrivateKey
	local *wire.Local
	mux   *wire.Mux // nil if shape.nodes is 0
}

func newCluster(t *testing.T, sh shape, e worker.Engine) *testCluster {
	t.Helper()
	log := slog.New(failOnError{t})
	key, err := artifact.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &testCluster{t: t, shape: sh, store: "file://" + t.TempDir(), key: key}
	c.own()
	c.lead("lead", e)
	c.cl.Start(c.facts(3))
	if sh.nodes == 0 {
		n, err := node.Start(node.Config{ID: "n1", Workers: sh.workers, Engine: e, Local: c.local, Leader: "lead", Log: log})
		if err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
	}
	for i := range sh.nodes {
		n, err := node.Start(node.Config{ID: fmt.Sprintf("n%d", i+1), Workers: sh.workers, Engine: e,
			Leaders: []string{c.mux.Addr()}, ClusterAddr: "127.0.0.1:0", Log: log})
		if err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
	}
	t.Cleanup(func() {
		for _, n := range c.nodes {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, n := range c.nodes {
		if err := n.Ready(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// lead makes the leader's process: it stands by.
func (c *testCluster) lead(id string, e worker.Engine) {
	c.t.Helper()
	log := slog.New(failOnError{c.t})
	c.local = wire.NewLocal()
	c.cl = cluster.New(cluster.Config{LeaderID: id, SetTerm: c.local.SetTerm, Dial: c.local.As(id).Conn,
		Grace: 10 * time.Second, Log: log})
	exec := worker.New(worker.Config{ID: id, Workers: c.shape.workers, Engine: e, Peers: c.local.As(id), Log: log})
	c.sv = schedule.New(schedule.Config{ID: id, Cluster: c.cl, Local: exec, Peers: c.local.As(id), Log: log,
		Seal: func(p *program.Segment) ([]byte, error) {
			return (&artifact.Envelope{Tier: "primitives", ProgramHash: p.Hash, Program: p}).Seal(c.key)
		}})
	c.local.Attach(id, c.sv)
	var mux *wire.Mux
	if c.shape.nodes > 0 {
		var err error
		if mux, err = wire.Listen(wire.Identity{ID: id, Cluster: "c"}, "127.0.0.1:0", c.sv, log); err != nil {
			c.t.Fatal(err)
		}
		c.local.SetNext(mux)
	}
	c.mux = mux
	cl := c.cl
	c.t.Cleanup(func() {
		cl.Stop()
		if mux != nil {
			mux.Close()
		}
		if err := exec.Close(); err != nil {
			c.t.Error(err)
		}
	})
}

// testClaim is that of the storage's owner.
var testClaim = state.Claim{Incarnation: 1, Token: "t"}

// own marks the cluster's storage as that of its leader.
func (c *testCluster) own() {
	c.t.Helper()
	store, err := rms.Open(c.store)
	if err == nil {
		err = rms.WriteOwner(c.t.Context(), store, rms.NewOwner(store, "c", "l", testClaim))
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// facts are what the leader of a term starts with.
func (c *testCluster) facts(term uint64) cluster.Facts {
	f := cluster.Facts{Term: term, ClusterID: "c", Slices: slices, Storage: c.store, Claim: testClaim,
		PublicKey: c.key.Public()}
	if c.mux != nil {
		f.Addr = c.mux.Addr()
	}
	return f
}

// load makes a table with rows rows on each slice.
func (c *testCluster) load(rows int) {
	c.t.Helper()
	store, err := rms.Open(c.store)
	if err != nil {
		c.t.Fatal(err)
	}
	c.table = &state.Table{ID: 1, Columns: []state.Column{{Name: "x", Type: types.TInt8}}}
	acct := mem.NewAccount("test", 0)
	l := chunk.LayoutOf([]chunk.Col{{Type: types.TInt8}})
	for s := range slices {
		w := load.NewWriter(context.Background(), store, load.TargetOf(c.table, state.SliceID(s), rms.Prefix(1, 1, 1)),
			load.NewBudget(1<<30))
		for at := 0; at < rows; at += 1000 {
			ch, err := chunk.New(acct, l)
			if err != nil {
				c.t.Fatal(err)
			}
			n := min(1000, rows-at)
			for i := range n {
				ch.SetInt(0, i, int64(at+i))
			}
			ch.SetRows(n)
			if err := w.Add(ch); err != nil {
				c.t.Fatal(err)
			}
			ch.Free()
		}
		refs, err := w.Finish()
		if err != nil {
			c.t.Fatal(err)
		}
		for i := range refs {
			c.table.Version.Objects = c.table.Version.Objects.With(&refs[i])
		}
	}
}

func (c *testCluster) env() schedule.Env {
	return schedule.Env{Table: func(*plan.TableRef) (*state.Table, error) { return c.table, nil },
		Options: wire.Options{Workers: c.shape.workers, Credits: c.shape.credits, Tier: schedule.TierPrimitives}}
}

func (c *testCluster) run(ctx context.Context, b *build, env schedule.Env) (*schedule.Rows, error) {
	codes := make([]schedule.Code, len(b.code))
	for i := range b.code {
		codes[i].General = b.code[i].general
	}
	params, err := schedule.Params(&b.q, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.sv.Run(ctx, &b.q, codes, params, env)
}

// values runs a query to its end.
func (c *testCluster) values(b *build, env schedule.Env) ([]int64, schedule.Stats, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	rows, err := c.run(ctx, b, env)
	if err != nil {
		return nil, schedule.Stats{}, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next(ctx) {
		out = append(out, rows.Chunk().Int(0, rows.Row()))
	}
	return out, rows.Stats(), rows.Err()
}

func noMerge() *build {
	return &build{q: plan.Query{Merge: plan.Merge{LimitParam: -1, OffsetParam: -1}}}
}

func scanReturn() *build {
	return noMerge().seg(0, plan.EverySlice, scan, plan.Sink{Kind: program.SinkReturn})
}

// redistributed sums after an exchange by hash, then on one slice.
func redistributed() *build {
	return noMerge().
		seg(0, plan.EverySlice, scan, plan.Sink{Kind: program.SinkDist, Exchange: 0, Dist: program.DistHash}).
		seg(0, plan.EverySlice, plan.Source{Kind: program.SourceReceive, Exchange: 0},
			plan.Sink{Kind: program.SinkAggr, TableID: 0}).
		seg(1, plan.EverySlice, plan.Source{Kind: program.SourceTable, TableID: 0},
			plan.Sink{Kind: program.SinkDist, Exchange: 1, Dist: program.DistSingle}).
		seg(1, plan.OneSlice, plan.Source{Kind: program.SourceReceive, Exchange: 1},
			plan.Sink{Kind: program.SinkAggr, TableID: 1}).
		seg(2, plan.OneSlice, plan.Source{Kind: program.SourceTable, TableID: 1}, plan.Sink{Kind: program.SinkReturn})
}

// eachShape runs f in all shapes, with 3,000 rows on each slice.
func eachShape(t *testing.T, e *fakeEngine, f func(t *testing.T, c *testCluster)) {
	eachShapeOf(t, e, 3000, f)
}

func eachShapeOf(t *testing.T, e *fakeEngine, rows int, f func(t *testing.T, c *testCluster)) {
	for _, sh := range shapes {
		t.Run(sh.String(), func(t *testing.T) {
			c := newCluster(t, sh, e)
			c.load(rows)
			f(t, c)
		})
	}
}
