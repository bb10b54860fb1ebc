package schedule

import (
	"context"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/cluster"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// assignment says who takes part in a query, and in what.
type assignment struct {
	leader string
	term   uint64       // the leader's, of all that the query asks for
	m      *cluster.Map // nil: the leader alone
	peers  []wire.Peer  // in a fixed order
	conns  map[string]wire.Conn
	target map[string]string // CPU level by peer
	remote bool              // some peer is in another process
}

// hosts are the ids of the peers that run a segment.
func (a *assignment) hosts(s *plan.Segment) []string {
	switch {
	case a.m == nil || s.Where == plan.Leader:
		return []string{a.leader}
	case s.Where == plan.OneSlice:
		return []string{a.m.Slices[0]}
	}
	ids := make([]string, len(a.m.Nodes))
	for i, n := range a.m.Nodes {
		ids[i] = n.ID
	}
	return ids
}

// anyHosts are the ids of the peers that run one of some segments.
func (a *assignment) anyHosts(segs []*plan.Segment) []string {
	var ids []string
	for _, s := range segs {
		ids = append(ids, a.hosts(s)...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// loopHosts are the ids of the peers that run a segment of a loop's body.
func (a *assignment) loopHosts(q *plan.Query, l *plan.Loop) []string {
	var segs []*plan.Segment
	for _, n := range l.Body {
		for _, s := range q.Streams[n] {
			segs = append(segs, q.Segments[s])
		}
	}
	return a.anyHosts(segs)
}

// assign decides who takes part.
func (s *Service) assign(ctx context.Context, q *plan.Query) (*assignment, error) {
	a := &assignment{leader: s.cfg.ID, conns: map[string]wire.Conn{}, target: map[string]string{}}
	if s.cfg.Cluster != nil {
		a.term = s.cfg.Cluster.Term()
	}
	withLeader := q.LeaderOnly
	for _, seg := range q.Segments {
		withLeader = withLeader || seg.Where == plan.Leader
	}
	if !q.LeaderOnly {
		if s.cfg.Cluster == nil {
			return nil, sqlerr.New(sqlerr.CannotConnectNow, "no compute node is connected")
		}
		m, err := s.cfg.Cluster.Map(ctx)
		if err != nil {
			return nil, err
		}
		a.m, a.term = m, m.Term
		for _, n := range m.Nodes {
			a.peers = append(a.peers, wire.Peer{ID: n.ID, Addr: n.Addr, Slices: n.Slices, Process: wire.ProcessOf(n.Conn)})
			a.conns[n.ID] = wire.At(n.Conn, a.term)
			a.target[n.ID] = n.Target
			a.remote = a.remote || !n.Conn.Local()
		}
	}
	if withLeader {
		c, err := s.cfg.Peers.Conn(ctx, s.cfg.ID, "")
		if err != nil {
			return nil, err
		}
		p := wire.Peer{ID: s.cfg.ID}
		if q.LeaderOnly {
			p.Slices = []state.SliceID{0}
		}
		a.peers = append(a.peers, p)
		a.conns[s.cfg.ID] = wire.At(c, a.term)
	}
	return a, nil
}

// exchanges lists the query's exchanges with their ends.
func (a *assignment) exchanges(q *plan.Query) ([]wire.Exchange, error) {
	var out []wire.Exchange
	known := map[int]int{}
	for _, s := range q.Segments {
		if s.Sink.Kind != program.SinkDist {
			continue
		}
		if i, ok := known[s.Sink.Exchange]; ok { // it has several senders
			for _, id := range a.hosts(s) {
				if !slices.Contains(out[i].Senders, id) {
					out[i].Senders = append(out[i].Senders, id)
				}
			}
			continue
		}
		known[s.Sink.Exchange] = len(out)
		var to *plan.Segment
		for _, r := range q.Segments {
			if r.Source.Kind == program.SourceReceive && r.Source.Exchange == s.Sink.Exchange {
				to = r
			}
		}
		if to == nil {
			return nil, sqlerr.New(sqlerr.InternalError, "exchange %d has no receiver", s.Sink.Exchange)
		}
		e := wire.Exchange{ID: s.Sink.Exchange, Dist: uint8(s.Sink.Dist), Senders: a.hosts(s)}
		switch {
		case s.Sink.Dist == program.DistBroadcast || s.Sink.Dist == program.DistLocal:
			e.Dests = a.hosts(to)
		case s.Sink.Dist == program.DistSingle || a.m == nil || to.Where != plan.EverySlice:
			e.Dests = a.hosts(to)[:1]
		default:
			e.Dests = a.m.Slices
		}
		out = append(out, e)
	}
	return out, nil
}

// scans is what a peer reads: objects of its slices; of ALL tables everything, or its share if they are read
// once.
func (a *assignment) scans(q *plan.Query, peer wire.Peer, table func(*plan.TableRef) (*state.Table,
	error)) ([]wire.Scan, error) {
	var out []wire.Scan
	for _, s := range q.Segments {
		hosts := a.hosts(s)
		me := slices.Index(hosts, peer.ID)
		if !s.Source.Kind.Stored() || me < 0 {
			continue
		}
		t, err := table(s.Source.Table)
		if err != nil {
			return nil, err
		}
		sc := wire.Scan{Segment: s.ID, Columns: t.Stored()}
		whole := t.Effective == state.DistAll || s.Where == plan.OneSlice
		if t.Effective == state.DistAll && s.Source.Once {
			sc.Share, sc.Shares = me, len(hosts)
		}
		addresses := slices.Contains(s.Source.ColNos, t.RowIDColumn())
		for i, o := range t.Version.Objects.All() {
			if !whole && !slices.Contains(peer.Slices, o.Slice) {
				continue
			}
			sc.Objects = append(sc.Objects, *o)
			if addresses {
				sc.Indexes = append(sc.Indexes, i)
			}
		}
		out = append(out, sc)
	}
	return out, nil
}

// Params are a query's parameters with the client's values filled in.
func Params(q *plan.Query, client []types.Datum) ([]wire.Param, error) {
	out := make([]wire.Param, len(q.Params))
	for i, p := range q.Params {
		w := wire.Param{Type: p.Type, Value: p.Value, List: p.List, IsList: p.IsList}
		if p.Client > 0 {
			if p.Client > len(client) {
				return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", p.Client)
			}
			w.Value = client[p.Client-1]
		}
		out[i] = w
	}
	return out, nil
}
