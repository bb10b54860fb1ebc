package schedule_test

import (
	"context"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/schedule"
)

// stuck starts a query that cannot end, for nobody reads its rows.
func (c *testCluster) stuck(ctx context.Context) *schedule.Rows {
	c.t.Helper()
	rows, err := c.run(ctx, scanReturn(), c.env())
	if err != nil {
		c.t.Fatal(err)
	}
	if !rows.Next(ctx) {
		c.t.Fatalf("no rows: %v", rows.Err())
	}
	return rows
}

// drain reads what is left and gives the query's error.
func drain(ctx context.Context, rows *schedule.Rows) error {
	for rows.Next(ctx) {
	}
	return rows.Close()
}

// A higher term ends what runs under a lower one, in one process and in several; the leader that has
// not noticed gets nothing done any more; under the higher term queries run.
func TestFencedQueries(t *testing.T) {
	eachShape(t, &fakeEngine{}, func(t *testing.T, c *testCluster) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		rows := c.stuck(ctx)
		c.local.SetTerm(4) // another leader's, by hearsay
		if err := drain(ctx, rows); !schedule.Lost(err) || sqlerr.From(err).Code != sqlerr.SerializationFailure {
			t.Errorf("a query of term 3: %v", err)
		}
		if _, _, err := c.values(scanReturn(), c.env()); !schedule.Lost(err) {
			t.Errorf("a new query of term 3: %v", err)
		}
		f := c.facts(5)
		for i, n := range c.nodes {
			f.Nodes = append(f.Nodes, &state.Node{ID: nodeID(i), Address: n.Addr(), Workers: 1})
		}
		c.cl.Start(f)
		if got, _, err := c.values(scanReturn(), c.env()); err != nil || len(got) != 3000*slices {
			t.Errorf("under a new term: %d rows, %v", len(got), err)
		}
	})
}

func nodeID(i int) string { return []string{"n1", "n2", "n3"}[i] }

// Another leader takes over while the first one knows nothing of it (it is paused, say): nodes
// move over when they are called, end the first one's queries, and obey only the second.
func TestTakeOver(t *testing.T) {
	for _, sh := range shapes[2:] {
		t.Run(sh.String(), func(t *testing.T) {
			e := &fakeEngine{}
			c := newCluster(t, sh, e)
			c.load(3000)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			rows := c.stuck(ctx)
			m, err := c.cl.Map(ctx)
			if err != nil {
				t.Fatal(err)
			}
			other := &testCluster{t: t, shape: sh, store: c.store, key: c.key, table: c.table, nodes: c.nodes}
			other.lead("other", e)
			f := other.facts(4)
			f.Map = m.Slices
			for i, n := range c.nodes {
				f.Nodes = append(f.Nodes, &state.Node{ID: nodeID(i), Address: n.Addr(), Workers: sh.workers})
			}
			other.cl.Start(f)
			if got, _, err := other.values(redistributed(), other.env()); err != nil || len(got) != 1 ||
				got[0] != perSlice*slices {
				t.Errorf("under the second leader: %v, %v", got, err)
			}
			if err := drain(ctx, rows); !schedule.Lost(err) {
				t.Errorf("the first leader's query: %v", err)
			}
			if _, _, err := c.values(scanReturn(), c.env()); !schedule.Lost(err) {
				t.Errorf("a new query of the first leader: %v", err)
			}
			if got, _, err := other.values(scanReturn(), other.env()); err != nil || len(got) != 3000*slices {
				t.Errorf("afterwards: %d rows, %v", len(got), err)
			}
		})
	}
}

// A node that ends fails the queries that run there with an error that says so; those
// started afterwards wait until its slices are with others.
func TestLostNode(t *testing.T) {
	for _, sh := range shapes[2:] {
		t.Run(sh.String(), func(t *testing.T) {
			c := newCluster(t, sh, &fakeEngine{})
			c.load(3000)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			rows := c.stuck(ctx)
			last := len(c.nodes) - 1
			if err := c.nodes[last].Close(); err != nil {
				t.Fatal(err)
			}
			c.nodes = c.nodes[:last]
			got, _, err := c.values(redistributed(), c.env())
			for range 5 {
				if schedule.Lost(err) { // it was started before the loss was noticed
					got, _, err = c.values(redistributed(), c.env())
				}
			}
			if err != nil || len(got) != 1 || got[0] != perSlice*slices {
				t.Errorf("%v, %v", got, err)
			}
			if err := drain(ctx, rows); !schedule.Lost(err) || sqlerr.From(err).Code != sqlerr.SystemError {
				t.Errorf("the query that ran there: %v", err)
			}
		})
	}
}
