package worker

import (
	"context"
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/node/exchange"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// Account makes the account of a query in a process, with the limit that holds there.
func Account(query uint64, o *wire.Options, process string) *mem.Account {
	limit := o.Memory
	if limit <= 0 {
		limit = mem.QueryLimit()
	}
	name := fmt.Sprintf("query %d on %s", o.Statement, process)
	if o.Statement == 0 {
		name = fmt.Sprintf("internal query %d on %s", query, process)
	}
	a := mem.NewAccount(name, limit)
	a.SetHint(
		"slipher_query_memory is what a query may use on each node; unless it is set, that is three quarters of --memory.")
	return a
}

// newQuery prepares everything but instances.
func newQuery(ctx context.Context, ex *Executor, leader wire.Conn, m *wire.StartQuery) (*query, error) {
	q := &query{ex: ex, id: m.Query, leader: leader, start: m,
		acct:  Account(m.Query, &m.Options, ex.cfg.ID),
		peers: map[string]wire.Conn{}, in: map[int]*exchange.Inbox{}, out: map[int]*exchange.Outbox{},
		lanes: map[[2]int]*wire.SegmentStats{}, fused: map[int][2]int64{}, fillers: map[int]int{},
		running: map[int]*streamRun{}}
	for _, p := range m.Peers {
		if p.ID == ex.cfg.ID {
			q.slices = p.Slices
		}
		if p.ID == leader.Peer() && p.ID != ex.cfg.ID {
			q.peers[p.ID] = leader
			continue
		}
		c, err := wire.ConnTo(ctx, ex.cfg.Peers, &p)
		if err != nil {
			return nil, wire.Unreachable(p.ID, err)
		}
		q.peers[p.ID] = c
	}
	codes := make([]Code, len(m.Segments))
	q.codes = codes
	for i := range m.Segments {
		s := &m.Segments[i]
		if s.ID != i {
			return nil, sqlerr.New(sqlerr.ProtocolViolation, "segment %d at position %d", s.ID, i)
		}
		var err error
		if codes[i], err = ex.programs(s); err != nil {
			return nil, err
		}
	}
	x, err := ex.cfg.Engine.NewQuery(codes, m.Params, q.acct, m.Options)
	if err != nil {
		return nil, err
	}
	q.x = x
	q.ctx, q.cancel = context.WithCancel(context.Background())
	if err := q.wireUp(codes); err != nil {
		q.cancel()
		_ = x.Close()
		return nil, err
	}
	return q, nil
}

// localExchanges are the query's exchanges as this node, me, knows them: of those whose rows stay on their node it sees
// itself alone.
func localExchanges(all []wire.Exchange, me string) []wire.Exchange {
	out := slices.Clone(all)
	for i := range out {
		e := &out[i]
		if program.DistKind(e.Dist) != program.DistLocal {
			continue
		}
		for _, ends := range []*[]string{&e.Senders, &e.Dests} {
			if slices.Contains(*ends, me) {
				*ends = []string{me}
			} else {
				*ends = nil
			}
		}
	}
	return out
}

// wireUp makes exchanges and segments.
func (q *query) wireUp(codes []Code) error {
	layouts := map[int]*program.TableShape{} // by exchange
	for _, c := range codes {
		if c.General.Sink.Kind == program.SinkDist {
			layouts[c.General.Sink.Exchange] = &c.General.Sink.Shape
		}
	}
	me := q.ex.cfg.ID
	q.exchanges = localExchanges(q.start.Exchanges, me)
	for i := range q.exchanges {
		e := &q.exchanges[i]
		var conns []wire.Conn
		var mine []int
		for d, id := range e.Dests {
			c := q.peers[id]
			if c == nil {
				return sqlerr.New(sqlerr.ProtocolViolation, "exchange %d goes to %s, who takes no part", e.ID, id)
			}
			conns = append(conns, c)
			if id == me {
				mine = append(mine, d)
			}
		}
		if slices.Contains(e.Senders, me) {
			q.out[e.ID] = exchange.NewOutbox(q.id, e.ID, conns, program.DistKind(e.Dist) == program.DistBroadcast,
				q.start.Options.Credits, q.fail)
		}
		if len(mine) > 0 {
			l := layouts[e.ID]
			if l == nil {
				return sqlerr.New(sqlerr.ProtocolViolation, "exchange %d has no sender", e.ID)
			}
			acct := q.acct.Child("Network (received rows)")
			decode := func(body []byte) (chunk.Batch, error) { return page.FromWire(acct, l, body) }
			q.in[e.ID] = exchange.NewInbox(q.id, e.ID, decode, mine, e.Senders, q.start.Options.Credits)
		}
	}
	byExchange := map[int][]*segment{}
	for i, c := range codes {
		s := &q.start.Segments[i]
		if !s.Here {
			continue
		}
		g := &segment{q: q, id: i, prog: c.General, zone: s.Zone, keys: s.Keys, headed: s.Headed,
			rows: s.Rows, literals: s.Literals, held: s.FusedOnly}
		g.measure()
		q.segs = append(q.segs, g)
		if c.General.Sink.Kind == program.SinkDist {
			x := c.General.Sink.Exchange
			if box := q.out[x]; box != nil && len(byExchange[x]) > 0 {
				box.Share()
			}
			byExchange[x] = append(byExchange[x], g)
		}
		if sk := c.General.Sink; sk.Kind.Fills() {
			q.fillers[sk.Table]++
		}
		if c.General.Source.Kind == program.SourceText {
			var err error
			if q.text, err = newTextSource(q, chunk.LayoutOf(c.General.Source.Cols)); err != nil {
				return err
			}
		}
	}
	for _, g := range q.segs {
		for _, a := range q.start.Segments[g.id].After {
			for _, o := range q.segs {
				if o.id == a {
					g.after = append(g.after, o)
				}
			}
		}
	}
	if err := q.addSieves(); err != nil {
		return err
	}
	for i := range q.start.Loops {
		if err := q.addLoop(i); err != nil {
			return err
		}
	}
	for range q.segs { // depths settle in at most as many rounds
		for _, g := range q.segs {
			if g.prog.Source.Kind != program.SourceReceive {
				continue
			}
			g.depth = max(g.depth, 1)
			for _, up := range byExchange[g.prog.Source.Exchange] {
				if g.depth <= up.depth && q.stream(up) == q.stream(g) {
					g.depth = up.depth + 1
				}
			}
		}
	}
	return nil
}
