package worker

import (
	"context"
	"testing"
	"time"

	"slipher/catalog/state"
	"slipher/node/exchange"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// loopQuery is a query of a loop that this node runs together with the leader's process: a segment in its one
// stream, which reads a table without parts.
func loopQuery() *wire.StartQuery {
	p := &program.Segment{Source: program.Source{Kind: program.SourceTable, Table: 0},
		Sink: program.Sink{Kind: program.SinkSave, Table: 1}}
	return &wire.StartQuery{Peers: []wire.Peer{{ID: "n1", Slices: []state.SliceID{0}}, {ID: "leader"}},
		Segments: []wire.Segment{{Here: true, General: wire.Program{Segment: p}}},
		Loops:    []wire.Loop{{Nodes: []string{"leader", "n1"}, Body: []int{0}, Work: 0, Next: 1, Out: 7}}}
}

// A node runs turn after turn as the others end theirs, which may be one turn ahead, until none has rows, or nobody
// wants them. What does not fit fails the query.
func TestTurns(t *testing.T) {
	turn := func(n, rows int64, wanted int) *wire.Data {
		return &wire.Data{Kind: wire.DataTurn, Turn: n, N: rows, Dest: wanted}
	}
	for name, c := range map[string]struct {
		told  []*wire.Data
		error string
	}{
		"one turn":         {[]*wire.Data{turn(0, 0, 1)}, ""},
		"three turns":      {[]*wire.Data{turn(0, 4, 1), turn(1, 1, 1), turn(2, 0, 1)}, ""},
		"nobody wants any": {[]*wire.Data{turn(0, 4, 1), turn(1, 4, 0)}, ""},
		"twice":            {[]*wire.Data{turn(0, 4, 1), turn(1, 4, 1), turn(1, 4, 1)}, "08P01"},
		"far ahead":        {[]*wire.Data{turn(0, 4, 1), turn(5, 4, 1)}, "08P01"},
		"the past":         {[]*wire.Data{turn(-1, 4, 1)}, "08P01"},
		"no rows at all":   {[]*wire.Data{turn(0, -4, 1)}, "08P01"},
		"another loop":     {[]*wire.Data{{Kind: wire.DataTurn, Exch: 1}}, "08P01"},
		"no loop":          {[]*wire.Data{{Kind: wire.DataTurn, Exch: -1}}, "08P01"},
		"cancelled":        {[]*wire.Data{turn(0, 4, 1)}, "57014"},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := rms.Open("mem://" + t.Name())
			if err != nil {
				t.Fatal(err)
			}
			n := newTestNode(t, store, "")
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			m := loopQuery()
			m.Query = 1
			if _, err := n.conn.Call(ctx, m); err != nil {
				t.Fatal(err)
			}
			// At first all that may be told before the node itself has ended a turn.
			tell := func(told []*wire.Data) {
				for _, d := range told {
					d.Query = m.Query
					if err := n.conn.Send(d); err != nil {
						t.Error(err)
					}
				}
			}
			early := min(len(c.told), 2)
			tell(c.told[:early])
			go func() {
				q := n.ex.find(m.Query)
				for _, d := range c.told[early:] {
					for ctx.Err() == nil { // its turn, or the one before, is to be the node's
						n.ex.sched.mu.Lock()
						at := q.loops[0].turn
						n.ex.sched.mu.Unlock()
						if at >= d.Turn-1 {
							break
						}
						time.Sleep(time.Millisecond)
					}
					tell([]*wire.Data{d})
				}
				if name == "cancelled" {
					_, _ = n.conn.Call(ctx, &wire.Cancel{Query: m.Query})
				}
			}()
			r, err := n.conn.Call(ctx, &wire.RunStream{Query: m.Query})
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
			if _, err := n.conn.Call(ctx, &wire.EndQuery{Query: m.Query}); err != nil {
				t.Error(err)
			}
		})
	}
}

// That nobody wants a segment's rows any more is known by a link's reader, which may be slow: the turn of a loop of
// which that was said has ended meanwhile, and the segment runs in the next one.
func TestUnwantedTooLate(t *testing.T) {
	store, err := rms.Open("mem://" + t.Name())
	if err != nil {
		t.Fatal(err)
	}
	n := newTestNode(t, store, "")
	q := &query{ex: n.ex, x: &readerQuery{}, out: map[int]*exchange.Outbox{
		3: exchange.NewOutbox(1, 3, []wire.Conn{n.conn}, false, 1, nil)}}
	g := &segment{q: q, prog: &program.Segment{Sink: program.Sink{Kind: program.SinkDist, Exchange: 3}}}
	q.segs = []*segment{g}
	if !q.out[3].Enough(0, 0) {
		t.Fatal("something is wanted")
	}
	q.out[3].Renew(1)
	q.unwanted(3)
	if g.enough {
		t.Error("the next turn's input has ended")
	}
	if q.out[3].Enough(0, 1) {
		q.unwanted(3)
	}
	if !g.enough {
		t.Error("this turn's has not")
	}
}
