package plan

import "slipher/runtime/program"

// Sieve keeps the rows whose keys join table Table may have on some node, and perhaps a few others: none with a NULL
// among its keys. It asks a filter of the table's keys that all nodes that fill it have had a part in.
type Sieve struct {
	Table int
	Keys  []*Expr
}

func (*Sieve) Label() string                         { return "sieve" }
func (*Sieve) Layout(_ *Query, in []Column) []Column { return in }
func (s *Sieve) Accept(v Steps)                      { v.Sieve(s) }
func (*Sieve) stays() bool                           { return true }

func (s *Sieve) reads(v *validator, g *Segment) {
	if v.read(g, s.Table, program.SinkHash); v.err != nil {
		return
	}
	for _, f := range v.filled[s.Table] {
		if v.q.InLoop(f.Stream) {
			v.fail("table %d, whose keys are to be known everywhere, is filled by a loop", s.Table)
		}
	}
}

func (s *Sieve) check(v *validator, in []Column) { v.probeKeys(s.Keys, s.Table, in) }

func (s *Sieve) format(f *formatter, in []Column) {
	f.line(2, "sieve tbl=%d (%s)", s.Table, f.printer(in).List(s.Keys))
}

// Sieves are the join tables by whose keys rows are sieved, in order.
func (q *Query) Sieves() []int {
	var out []int
	for _, t := range q.Tables {
		if len(q.SievedBy(t.ID)) > 0 {
			out = append(out, t.ID)
		}
	}
	return out
}

// FilledBy are the segments that fill a table.
func (q *Query) FilledBy(table int) []*Segment {
	var out []*Segment
	for _, g := range q.Segments {
		if g.Sink.Kind.Fills() && g.Sink.TableID == table {
			out = append(out, g)
		}
	}
	return out
}

// SievedBy are the segments that sieve rows by the keys of a join table.
func (q *Query) SievedBy(table int) []*Segment {
	var out []*Segment
	for _, g := range q.Segments {
		for _, st := range g.Steps {
			if s, ok := st.(*Sieve); ok && s.Table == table {
				out = append(out, g)
				break
			}
		}
	}
	return out
}
