package worker

import (
	"context"
	"testing"
	"time"

	"slipher/catalog/state"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// sieveQuery is a query that sieves rows on this node by the keys of a table that two others fill, the leader's process
// and one that this node does not hear from by itself.
func sieveQuery(makers ...string) *wire.StartQuery {
	p := &program.Segment{Source: program.Source{Kind: program.SourceTable, Table: 0},
		Sink: program.Sink{Kind: program.SinkSave, Table: 1}, Tables: []program.TableSlot{{Table: 3, Sieve: true}}}
	return &wire.StartQuery{Query: 1, Peers: []wire.Peer{{ID: "n1", Slices: []state.SliceID{0}}, {ID: "leader"}},
		Segments: []wire.Segment{{Here: true, General: wire.Program{Segment: p}}},
		Sieves:   []wire.Sieve{{Table: 3, Makers: makers, Users: []string{"n1"}}}}
}

// A stream that sieves rows begins when all have told the keys, also those who told them before. What is told twice, or
// of another table, or by whom nobody has asked, fails the query; a cancel ends the wait.
func TestToldKeys(t *testing.T) {
	told := func(table int) *wire.Data { return &wire.Data{Query: 1, Kind: wire.DataSieve, Exch: table} }
	for name, c := range map[string]struct {
		makers        []string
		before, after []*wire.Data
		cancel        bool
		error         string
	}{
		"nobody":        {nil, nil, nil, false, ""},
		"before":        {[]string{"leader"}, []*wire.Data{told(3)}, nil, false, ""},
		"later":         {[]string{"leader"}, nil, []*wire.Data{told(3)}, false, ""},
		"twice":         {[]string{"leader"}, []*wire.Data{told(3), told(3)}, nil, false, "08P01"},
		"another table": {[]string{"leader"}, []*wire.Data{told(2)}, nil, false, "08P01"},
		"not asked":     {[]string{"n1"}, nil, []*wire.Data{told(3)}, false, "08P01"},
		"cancelled":     {[]string{"leader"}, nil, nil, true, "57014"},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := rms.Open("mem://" + t.Name())
			if err != nil {
				t.Fatal(err)
			}
			n := newTestNode(t, store, "")
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if _, err := n.conn.Call(ctx, sieveQuery(c.makers...)); err != nil {
				t.Fatal(err)
			}
			tell := func(all []*wire.Data) {
				for _, d := range all {
					if err := n.conn.Send(d); err != nil {
						t.Error(err)
					}
				}
			}
			tell(c.before)
			later := time.AfterFunc(20*time.Millisecond, func() {
				tell(c.after)
				if c.cancel {
					_, _ = n.conn.Call(ctx, &wire.Cancel{Query: 1})
				}
			})
			defer later.Stop()
			r, err := n.conn.Call(ctx, &wire.RunStream{Query: 1})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if e := r.(*wire.StreamDone).Error; e != nil {
				got = e.Code
			}
			if got != c.error {
				t.Errorf("error %q, want %q", got, c.error)
			}
			if _, err := n.conn.Call(ctx, &wire.EndQuery{Query: 1}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Who takes no part in a query cannot be told, or tell.
func TestToldByStrangers(t *testing.T) {
	store, err := rms.Open("mem://" + t.Name())
	if err != nil {
		t.Fatal(err)
	}
	n := newTestNode(t, store, "")
	if _, err := n.conn.Call(context.Background(), sieveQuery("n9")); err == nil {
		t.Error("a query is known whose keys are told by a node that takes no part")
	}
}
