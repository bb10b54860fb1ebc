package schedule_test

import (
	"context"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/runtime/program"
)

// loopNext is the table of looping's next rows.
const loopNext = 2

// looping returns the rows of the table, and of those that each turn of a loop of two streams makes of the ones before.
func looping() *build {
	save := func(t int) plan.Sink { return plan.Sink{Kind: program.SinkSave, TableID: t} }
	saved := func(t int) plan.Source { return plan.Source{Kind: program.SourceTable, TableID: t} }
	send := func(x int, how program.DistKind) plan.Sink {
		return plan.Sink{Kind: program.SinkDist, Exchange: x, Dist: how}
	}
	receive := func(x int) plan.Source { return plan.Source{Kind: program.SourceReceive, Exchange: x} }
	b := noMerge().
		seg(0, plan.EverySlice, scan, save(0)).
		seg(1, plan.EverySlice, receive(0), plan.Sink{Kind: program.SinkReturn}).
		seg(2, plan.EverySlice, saved(0), send(0, program.DistLocal)).
		seg(2, plan.EverySlice, saved(0), send(1, program.DistHash)).
		seg(2, plan.EverySlice, receive(1), save(1)).
		seg(3, plan.EverySlice, saved(1), send(2, program.DistHash)).
		seg(3, plan.EverySlice, receive(2), save(loopNext))
	b.q.Loops = []plan.Loop{{Stream: 1, Body: []int{2, 3}, Work: 0, Next: loopNext, Fresh: []int{1}, Out: 0,
		Inner: []int{1, 2}}}
	return b
}

// eachLoop runs f in all shapes, with rows from 0 to 29 on each slice.
func eachLoop(t *testing.T, e *fakeEngine, f func(t *testing.T, c *testCluster)) {
	eachShapeOf(t, e, 30, f)
}

// Nodes run the turns of a loop among themselves: every row of every turn comes, once; a loop ends when no node has
// rows for another turn.
func TestLoop(t *testing.T) {
	eachLoop(t, &fakeEngine{less: loopNext}, func(t *testing.T, c *testCluster) {
		for range 5 {
			got, st, err := c.values(looping(), c.env())
			sum := int64(0)
			for _, v := range got {
				sum += v
			}
			if len(got) != slices*(1+29*30/2) || sum != slices*29*30*31/6 || err != nil {
				t.Errorf("%d rows, sum %d, %v", len(got), sum, err)
			}
			seen := int64(0) // by the segments that receive in the body's streams
			for _, s := range st.Streams {
				for _, segs := range s.Nodes {
					for _, g := range segs {
						if g.Segment == 4 || g.Segment == 6 {
							seen += g.RowsIn
						}
					}
				}
			}
			if seen != 2*int64(len(got)) {
				t.Errorf("%d rows are counted in the body", seen)
			}
		}
	})
}

// A row that fails in a later turn fails the query on all nodes; the next one is well.
func TestLoopError(t *testing.T) {
	eachLoop(t, &fakeEngine{less: loopNext, least: -10, poison: -5}, func(t *testing.T, c *testCluster) {
		for range 3 {
			if _, _, err := c.values(looping(), c.env()); sqlerr.From(err).Code != sqlerr.DivisionByZero {
				t.Errorf("error %v", err)
			}
		}
		if got, _, err := c.values(scanReturn(), c.env()); err != nil || len(got) != slices*30 {
			t.Errorf("%d rows, %v", len(got), err)
		}
	})
}

// A loop without end goes on while its rows are read, and ends by a LIMIT, a cancel and a time that is over.
func TestEndlessLoop(t *testing.T) {
	eachLoop(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		b := looping()
		b.q.Merge.LimitParam = 0
		b.q.Params = []plan.Param{{Type: types.TInt8, Value: types.Int(5000)}}
		if got, _, err := c.values(b, c.env()); err != nil || len(got) != 5000 {
			t.Errorf("%d rows, %v", len(got), err)
		}
		b = looping()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		on, end := context.WithCancel(ctx)
		rows, err := c.run(on, b, c.env())
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			if !rows.Next(ctx) {
				t.Fatal(rows.Err())
			}
		}
		end()
		if err := drain(ctx, rows); sqlerr.From(err).Code != sqlerr.QueryCanceled {
			t.Errorf("cancel: %v", err)
		}
		on, end = context.WithTimeout(ctx, 50*time.Millisecond)
		defer end()
		if rows, err = c.run(on, b, c.env()); err == nil {
			err = drain(ctx, rows)
		}
		if sqlerr.From(err).Code != sqlerr.QueryCanceled {
			t.Errorf("timeout: %v", err)
		}
	})
}

// A node that is lost during a loop ends the query everywhere.
func TestLoopLostNode(t *testing.T) {
	for _, sh := range shapes[2:] {
		t.Run(sh.String(), func(t *testing.T) {
			c := newCluster(t, sh, &fakeEngine{})
			c.load(30)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			rows, err := c.run(ctx, looping(), c.env())
			if err != nil {
				t.Fatal(err)
			}
			for range 3000 {
				if !rows.Next(ctx) {
					t.Fatal(rows.Err())
				}
			}
			last := len(c.nodes) - 1
			if err := c.nodes[last].Close(); err != nil {
				t.Fatal(err)
			}
			c.nodes = c.nodes[:last]
			if err := drain(ctx, rows); !schedule.Lost(err) || sqlerr.From(err).Code != sqlerr.SystemError {
				t.Errorf("%v", err)
			}
		})
	}
}
