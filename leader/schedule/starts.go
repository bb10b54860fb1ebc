package schedule

import (
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/node/wire"
	"slipher/runtime/program"
)

// stores reports whether a query writes rows, as opposed to only deleting some.
func stores(q *plan.Query) bool {
	return slices.ContainsFunc(q.Segments, func(s *plan.Segment) bool { return s.Sink.Kind == program.SinkInsert })
}

// literals are a source's constant rows as a peer gets them.
func literals(src *plan.Source) [][]types.Datum {
	var out [][]types.Datum
	most := program.ChunkRows(program.ChunkCols(src.Cols))
	for at := 0; len(src.Literals) > 0 && at < len(src.Literals[0]); at += most {
		n := min(len(src.Literals[0])-at, most)
		piece := make([]types.Datum, 0, n*len(src.Literals))
		for r := at; r < at+n; r++ {
			for _, col := range src.Literals {
				piece = append(piece, col[r])
			}
		}
		out = append(out, piece)
	}
	return out
}

// starts makes each peer's StartQuery.
func (r *run) starts(code []Code) (map[string]*wire.StartQuery, error) {
	exchs, err := r.a.exchanges(r.q)
	if err != nil {
		return nil, err
	}
	streamOf := map[int]int{}
	for n, segs := range r.q.Streams {
		for _, id := range segs {
			streamOf[id] = n
		}
	}
	segs := make([]wire.Segment, len(r.q.Segments))
	for i, s := range r.q.Segments {
		w := &segs[i]
		w.ID, w.Stream, w.After, w.Headed = i, streamOf[i], s.After, s.Source.Headed
		for _, z := range s.Source.Zone {
			w.Zone = append(w.Zone, wire.ZonePred{Col: z.Col, Op: z.Op, Param: z.Param})
		}
		for _, z := range s.Source.KeyZones {
			w.Keys = append(w.Keys, wire.KeyZone{Col: z.Col, Table: z.Table, Key: z.Key, Sieve: z.Sieve})
		}
		if w.General, err = r.s.program(code[i].General, r.a.remote); err != nil {
			return nil, err
		}
		if w.Special, err = r.s.program(code[i].Special, r.a.remote); err != nil {
			return nil, err
		}
		if s.Source.Kind == program.SourceRows {
			if w.Rows, err = r.env.Rows(&s.Source); err != nil {
				return nil, err
			}
		}
	}
	var sieves []wire.Sieve
	for _, t := range r.q.Sieves() {
		sieves = append(sieves, wire.Sieve{Table: t, Makers: r.a.anyHosts(r.q.FilledBy(t)),
			Users: r.a.anyHosts(r.q.SievedBy(t))})
	}
	starts := map[string]*wire.StartQuery{}
	for _, p := range r.a.peers {
		m := &wire.StartQuery{Query: r.id, Term: r.a.term, Peers: r.a.peers, Segments: slices.Clone(segs), Exchanges: exchs,
			Params: r.params, Options: r.env.Options, Sieves: sieves}
		for _, l := range r.q.Loops {
			m.Loops = append(m.Loops, wire.Loop{Nodes: r.a.loopHosts(r.q, &l), Body: l.Body, Work: l.Work, Next: l.Next,
				Fresh: l.Fresh, Out: l.Out, Inner: l.Inner})
		}
		if m.Scans, err = r.a.scans(r.q, p, r.env.Table); err != nil {
			return nil, err
		}
		if in := r.env.Insert; in != nil && stores(r.q) {
			t := in.Table
			m.Insert = &wire.Insert{Table: t.ID, Columns: t.Columns, SortKey: t.SortPlaces(), SortStyle: t.SortStyle,
				EncodeAuto: t.EncodeAuto, Term: in.Term, Txn: in.Txn, Inline: in.Inline, Local: in.Local}
			if r.env.Copy != nil {
				m.Insert.Text = &r.env.Copy.Text
			}
		}
		for i, s := range r.q.Segments {
			m.Segments[i].Here = slices.Contains(r.a.hosts(s), p.ID)
			if m.Segments[i].Here {
				m.Segments[i].Literals = literals(&s.Source)
				r.fuseNow(&m.Segments[i], code[i], r.a.target[p.ID])
			}
		}
		starts[p.ID] = m
	}
	return starts, nil
}
