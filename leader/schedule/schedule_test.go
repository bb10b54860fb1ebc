package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node/wire"
	"slipher/runtime/program"
)

var shapes = []shape{{0, 1, 1}, {0, 3, 0}, {2, 1, 1}, {2, 2, 0}, {3, 2, 2}}

const slices = 4

var scan = plan.Source{Kind: program.SourceScan, Table: &plan.TableRef{ID: 1}}

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

// Three segments of two streams fill one table, which is read twice in a third: sealed once on each node, whole.
func TestSeveralFillers(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		save := plan.Sink{Kind: program.SinkSave, TableID: 0}
		read := plan.Source{Kind: program.SourceTable, TableID: 0}
		b := noMerge().seg(0, plan.EverySlice, scan, save).seg(0, plan.EverySlice, scan, save).
			seg(1, plan.EverySlice, scan, save).
			seg(2, plan.EverySlice, read, plan.Sink{Kind: program.SinkReturn}).
			seg(2, plan.EverySlice, read, plan.Sink{Kind: program.SinkReturn})
		got, _, err := c.values(b, c.env())
		sum := int64(0)
		for _, v := range got {
			sum += v
		}
		if err != nil || len(got) != 6*3000*slices || sum != 6*perSlice*slices {
			t.Errorf("%d rows, sum %d, %v", len(got), sum, err)
		}
	})
}

// A broadcast reaches every node whole.
func TestBroadcast(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := noMerge().
			seg(0, plan.EverySlice, scan, plan.Sink{Kind: program.SinkDist, Exchange: 0, Dist: program.DistBroadcast}).
			seg(0, plan.EveryNode, plan.Source{Kind: program.SourceReceive, Exchange: 0},
				plan.Sink{Kind: program.SinkAggr, TableID: 0}).
			seg(1, plan.EveryNode, plan.Source{Kind: program.SourceTable, TableID: 0}, plan.Sink{Kind: program.SinkReturn})
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
			seg(0, plan.EverySlice, scan, plan.Sink{Kind: program.SinkSort, TableID: 0}).
			seg(1, plan.EverySlice, plan.Source{Kind: program.SourceTable, TableID: 0},
				plan.Sink{Kind: program.SinkReturn, Order: []plan.SortKey{{}}})
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
		b := noMerge().seg(0, plan.Leader, plan.Source{Kind: program.SourceValues}, plan.Sink{Kind: program.SinkReturn})
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
			seg(0, plan.Leader, plan.Source{Kind: program.SourceValues},
				plan.Sink{Kind: program.SinkDist, Exchange: 0, Dist: program.DistHash}).
			seg(0, plan.EverySlice, plan.Source{Kind: program.SourceReceive, Exchange: 0}, plan.Sink{Kind: program.SinkInsert})
		var refs []state.ObjectRef
		env := c.env()
		env.Insert = &schedule.Insert{Table: c.table, Term: 1, Txn: 2,
			Commit: func(_ context.Context, o []state.ObjectRef, _ []wire.Deleted) (int64, error) {
				refs = append(refs, o...)
				return 100, nil
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
		c.table.Version.Objects = state.MakeObjects(refs...)
		if got, _, err := c.values(scanReturn(), c.env()); err != nil || len(got) != 100 {
			t.Errorf("%d rows, %v", len(got), err)
		}
		env.Insert.Commit = func(context.Context, []state.ObjectRef, []wire.Deleted) (int64, error) {
			return 0, sqlerr.New(sqlerr.SerializationFailure, "conflict")
		}
		if _, _, err := c.values(b, env); sqlerr.From(err).Code != sqlerr.SerializationFailure {
			t.Error(err)
		}
	})
}

// An INSERT whose reader closes it before its end commits nothing, or all of it if it was quicker.
func TestInsertClosed(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := noMerge().
			seg(0, plan.Leader, plan.Source{Kind: program.SourceValues},
				plan.Sink{Kind: program.SinkDist, Exchange: 0, Dist: program.DistHash}).
			seg(0, plan.EverySlice, plan.Source{Kind: program.SourceReceive, Exchange: 0}, plan.Sink{Kind: program.SinkInsert})
		env := c.env()
		for i := range 10 {
			env.Insert = &schedule.Insert{Table: c.table, Term: 1, Txn: uint64(i) + 2,
				Commit: func(_ context.Context, o []state.ObjectRef, _ []wire.Deleted) (int64, error) {
					if len(o) != slices {
						t.Errorf("%d objects are committed", len(o))
					}
					return 100, nil
				}}
			rows, err := c.run(context.Background(), b, env)
			if err != nil {
				t.Fatal(err)
			}
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
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
