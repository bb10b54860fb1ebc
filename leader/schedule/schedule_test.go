package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
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

var shapes = []shape{{0, 1, 1}, {0, 3, 0}, {2, 1, 1}, {2, 2, 0}, {3, 2, 2}}

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
}

const slices = 4

func newCluster(t *testing.T, sh shape, e worker.Engine) *testCluster {
	t.Helper()
	log := slog.New(failOnError{t})
	key, err := artifact.NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &testCluster{t: t, shape: sh, store: "file://" + t.TempDir()}
	c.cl = cluster.New(cluster.Config{LeaderID: "lead", ClusterID: "c", Slices: slices, Storage: c.store, PublicKey: key.Public(), Log: log})
	local := wire.NewLocal()
	exec := worker.New(worker.Config{ID: "lead", Workers: sh.workers, Engine: e, Peers: local.As("lead"), Log: log})
	c.sv = schedule.New(schedule.Config{ID: "lead", Cluster: c.cl, Local: exec, Peers: local.As("lead"), Log: log,
		Seal: func(p *program.Segment) ([]byte, error) {
			return (&artifact.Envelope{Tier: "primitives", ProgramHash: p.Hash, Program: p}).Seal(key)
		}})
	local.Attach("lead", c.sv)
	var mux *wire.Mux
	if sh.nodes == 0 {
		n, err := node.Start(node.Config{ID: "n1", Workers: sh.workers, Engine: e, Local: local, Leader: "lead", Log: log})
		if err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
	} else {
		mux, err = wire.Listen(wire.Identity{ID: "lead", Cluster: "c"}, "127.0.0.1:0", c.sv, log)
		if err != nil {
			t.Fatal(err)
		}
		local.SetNext(mux)
	}
	for i := range sh.nodes {
		n, err := node.Start(node.Config{ID: fmt.Sprintf("n%d", i+1), Workers: sh.workers, Engine: e,
			Leaders: []string{mux.Addr()}, ClusterAddr: "127.0.0.1:0", Log: log})
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
		if mux != nil {
			mux.Close()
		}
		if err := exec.Close(); err != nil {
			t.Error(err)
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

// load makes a table with rows rows on each slice.
func (c *testCluster) load(rows int) {
	c.t.Helper()
	store, err := rms.Open(c.store)
	if err != nil {
		c.t.Fatal(err)
	}
	c.table = &state.Table{ID: 1, Columns: []state.Column{{Name: "x", Type: types.TInt8}}, DistKey: -1}
	acct := mem.NewAccount("test", 0)
	l := chunk.LayoutOf([]chunk.Col{{Type: types.TInt8}})
	for s := range slices {
		w := load.NewWriter(context.Background(), store, load.TargetOf(c.table, state.SliceID(s), rms.Prefix(1, 1, 1)), load.NewBudget(1<<30))
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
		c.table.Version.Objects = append(c.table.Version.Objects, refs...)
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

var scan = plan.Source{Kind: plan.SourceScan, Table: &plan.TableRef{ID: 1}}

func scanReturn() *build {
	return noMerge().seg(0, plan.EverySlice, scan, plan.Sink{Kind: plan.SinkReturn})
}

// redistributed sums after an exchange by hash, then on one slice.
func redistributed() *build {
	return noMerge().
		seg(0, plan.EverySlice, scan, plan.Sink{Kind: plan.SinkDist, Exchange: 0, Dist: plan.DistHash}).
		seg(0, plan.EverySlice, plan.Source{Kind: plan.SourceReceive, Exchange: 0}, plan.Sink{Kind: plan.SinkAggr, TableID: 0}).
		seg(1, plan.EverySlice, plan.Source{Kind: plan.SourceTable, TableID: 0}, plan.Sink{Kind: plan.SinkDist, Exchange: 1, Dist: plan.DistSingle}).
		seg(1, plan.OneSlice, plan.Source{Kind: plan.SourceReceive, Exchange: 1}, plan.Sink{Kind: plan.SinkAggr, TableID: 1}).
		seg(2, plan.OneSlice, plan.Source{Kind: plan.SourceTable, TableID: 1}, plan.Sink{Kind: plan.SinkReturn})
}

func eachShape(t *testing.T, e *fakeEngine, f func(t *testing.T, c *testCluster)) {
	for _, sh := range shapes {
		t.Run(sh.String(), func(t *testing.T) {
			c := newCluster(t, sh, e)
			c.load(3000)
			f(t, c)
		})
	}
}

const perSlice = 3000 * 2999 / 2 // sum of a slice's rows

// All rows come back, once, in every shape of the cluster.
func TestScanReturn(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		got, st, err := c.values(scanReturn(), c.env())
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, v := range got {
			sum += v
		}
		if len(got) != 3000*slices || sum != perSlice*slices {
			t.Errorf("%d rows, sum %d", len(got), sum)
		}
		bySlice := map[int]int64{}
		for _, segs := range st.Streams[0].Nodes {
			for _, s := range segs {
				if s.Slice >= 0 {
					bySlice[s.Slice] += s.RowsIn
				}
			}
		}
		for s := range slices {
			if bySlice[s] != 3000 {
				t.Errorf("slice %d read %d rows", s, bySlice[s])
			}
		}
	})
}

// Two exchanges and three streams.
func TestRedistribute(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		got, _, err := c.values(redistributed(), c.env())
		if err != nil || len(got) != 1 || got[0] != perSlice*slices {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// A broadcast reaches every node whole.
func TestBroadcast(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := noMerge().
			seg(0, plan.EverySlice, scan, plan.Sink{Kind: plan.SinkDist, Exchange: 0, Dist: plan.DistBroadcast}).
			seg(0, plan.EveryNode, plan.Source{Kind: plan.SourceReceive, Exchange: 0}, plan.Sink{Kind: plan.SinkAggr, TableID: 0}).
			seg(1, plan.EveryNode, plan.Source{Kind: plan.SourceTable, TableID: 0}, plan.Sink{Kind: plan.SinkReturn})
		got, _, err := c.values(b, c.env())
		if err != nil || len(got) != max(c.shape.nodes, 1) {
			t.Fatalf("%v, %v", got, err)
		}
		for _, v := range got {
			if v != perSlice*slices {
				t.Errorf("a node has %d", v)
			}
		}
	})
}

// Sorted runs are merged; offset and limit count merged rows.
func TestMerge(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := noMerge().
			seg(0, plan.EverySlice, scan, plan.Sink{Kind: plan.SinkSort, TableID: 0}).
			seg(1, plan.EverySlice, plan.Source{Kind: plan.SourceTable, TableID: 0}, plan.Sink{Kind: plan.SinkReturn, Order: []plan.SortKey{{}}})
		b.q.Merge = plan.Merge{Sorted: true, LimitParam: 0, OffsetParam: 1}
		b.q.Params = []plan.Param{{Type: types.TInt8, Value: types.Int(10)}, {Type: types.TInt8, Value: types.Int(6)}}
		got, _, err := c.values(b, c.env())
		if want := fmt.Sprint([]int64{1, 1, 2, 2, 2, 2, 3, 3, 3, 3}); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%v, %v", got, err)
		}
		b.q.Merge = plan.Merge{Sorted: true, LimitParam: -1, OffsetParam: -1}
		got, _, err = c.values(b, c.env())
		if err != nil || len(got) != 3000*slices {
			t.Fatalf("%d rows, %v", len(got), err)
		}
		for i := range got {
			if got[i] != int64(i/slices) {
				t.Fatalf("row %d is %d", i, got[i])
			}
		}
	})
}

// A limit without order ends the query early; nothing leaks.
func TestLimit(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := scanReturn()
		b.q.Merge.LimitParam = 0
		for _, n := range []int64{0, 1, 100} {
			b.q.Params = []plan.Param{{Type: types.TInt8, Value: types.Int(n)}}
			got, _, err := c.values(b, c.env())
			if err != nil || len(got) != int(n) {
				t.Errorf("limit %d: %d rows, %v", n, len(got), err)
			}
		}
	})
}

// An error in one row is the error of the query; the next query is well.
func TestRowError(t *testing.T) {
	e := &fakeEngine{poison: 1234}
	eachShape(t, e, func(t *testing.T, c *testCluster) {
		for _, b := range []*build{scanReturn(), redistributed()} {
			_, _, err := c.values(b, c.env())
			if se := sqlerr.From(err); err == nil || se.Code != sqlerr.DivisionByZero || se.Message != "division by zero" {
				t.Errorf("error %v", err)
			}
		}
		b := noMerge().seg(0, plan.Leader, plan.Source{Kind: plan.SourceValues}, plan.Sink{Kind: plan.SinkReturn})
		b.q.LeaderOnly = true
		if got, _, err := c.values(b, c.env()); err != nil || len(got) != 100 {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// INSERT: the leader's rows reach their slices' loaders; the objects are committed once.
func TestInsert(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := noMerge().
			seg(0, plan.Leader, plan.Source{Kind: plan.SourceValues}, plan.Sink{Kind: plan.SinkDist, Exchange: 0, Dist: plan.DistHash}).
			seg(0, plan.EverySlice, plan.Source{Kind: plan.SourceReceive, Exchange: 0}, plan.Sink{Kind: plan.SinkInsert})
		var refs []state.ObjectRef
		env := c.env()
		env.Insert = &schedule.Insert{Table: c.table, Term: 1, Txn: 2, Commit: func(_ context.Context, o []state.ObjectRef) error {
			refs = append(refs, o...)
			return nil
		}}
		_, st, err := c.values(b, env)
		if err != nil || st.Affected != 100 || len(refs) != slices {
			t.Fatalf("%d rows in %d objects, %v", st.Affected, len(refs), err)
		}
		for _, r := range refs {
			if r.Rows != 25 {
				t.Errorf("slice %d has %d rows", r.Slice, r.Rows)
			}
		}
		c.table.Version.Objects = refs
		if got, _, err := c.values(scanReturn(), c.env()); err != nil || len(got) != 100 {
			t.Errorf("%d rows, %v", len(got), err)
		}
		env.Insert.Commit = func(context.Context, []state.ObjectRef) error {
			return sqlerr.New(sqlerr.SerializationFailure, "conflict")
		}
		if _, _, err := c.values(b, env); sqlerr.From(err).Code != sqlerr.SerializationFailure {
			t.Error(err)
		}
	})
}

// A cancelled context ends the query with 57014, also while nobody reads.
func TestCancel(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		ctx, cancel := context.WithCancel(context.Background())
		rows, err := c.run(ctx, scanReturn(), c.env())
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next(ctx) {
			t.Fatal(rows.Err())
		}
		cancel()
		n := 0
		for rows.Next(context.Background()) {
			n++
		}
		if n < 3000*slices-1 && sqlerr.From(rows.Err()).Code != sqlerr.QueryCanceled {
			t.Errorf("after %d rows: %v", n, rows.Err())
		}
		rows.Close()
		if got, _, err := c.values(scanReturn(), c.env()); err != nil || len(got) != 3000*slices {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// A node that goes away ends the query with one error; the others take its slices over.
func TestNodeLoss(t *testing.T) {
	c := newCluster(t, shape{nodes: 2, workers: 2, credits: 1}, &fakeEngine{})
	c.load(3000)
	rows, err := c.run(context.Background(), scanReturn(), c.env())
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next(context.Background()) {
		t.Fatal(rows.Err())
	}
	if err := c.nodes[1].Close(); err != nil {
		t.Error(err)
	}
	c.nodes = c.nodes[:1]
	for rows.Next(context.Background()) {
	}
	if e := sqlerr.From(rows.Err()); e.Code != sqlerr.SystemError {
		t.Errorf("error %v", rows.Err())
	}
	var got []int64
	for range 50 { // until the loss is noticed
		if got, _, err = c.values(scanReturn(), c.env()); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil || len(got) != 3000*slices {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

// The fused tier waits for code; without any it runs on primitives.
func TestFused(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		var asked atomic.Int32
		env := c.env()
		env.Options.Tier = schedule.TierFused
		env.Fused = func(_ context.Context, seg int, special bool, target string, how schedule.Effort) ([]byte, error) {
			if how == schedule.FromCache {
				return nil, nil
			}
			asked.Add(1)
			return nil, errors.New("no libLLVM")
		}
		got, _, err := c.values(redistributed(), env)
		if err != nil || len(got) != 1 || got[0] != perSlice*slices {
			t.Errorf("%v, %v", got, err)
		}
		if asked.Load() == 0 {
			t.Error("nothing was compiled")
		}
	})
}

// Many queries at once share the workers.
func TestConcurrent(t *testing.T) {
	c := newCluster(t, shape{nodes: 2, workers: 1, credits: 1}, &fakeEngine{})
	c.load(3000)
	errs := make(chan error)
	for i := range 8 {
		go func() {
			b := redistributed()
			want := 1
			if i%2 == 0 {
				b, want = scanReturn(), 3000*slices
			}
			got, _, err := c.values(b, c.env())
			if err == nil && len(got) != want {
				err = fmt.Errorf("%d rows", len(got))
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
