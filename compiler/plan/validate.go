package plan

import (
	"fmt"
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// Validate checks a query's inner agreement: every index in range, layouts equal
// on both sides of exchanges and tables. An error is a bug of the planner.
func Validate(q *Query) error {
	v := &validator{q: q, filled: map[int][]*Segment{}, receivers: map[int]*Segment{}}
	for i, s := range q.Segments {
		if s.ID != i || s.Stream < 0 || s.Stream >= len(q.Streams) {
			v.fail("segment %d has number %d in stream %d of %d", i, s.ID, s.Stream, len(q.Streams))
		}
		v.enter(s)
	}
	if v.err == nil {
		for _, s := range q.Segments {
			v.segment(s)
		}
	}
	v.streams()
	return v.err
}

type validator struct {
	q         *Query
	filled    map[int][]*Segment // by table: who fills it
	receivers map[int]*Segment   // by exchange
	at        string
	err       error
}

func (v *validator) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf("BUG: plan: %s%s", v.at, fmt.Sprintf(format, args...))
	}
}

func (v *validator) streams() {
	seen := 0
	for i, ids := range v.q.Streams {
		for _, id := range ids {
			if id != seen || v.q.Segments[id].Stream != i {
				v.fail("segment %d out of order in stream %d", id, i)
				return
			}
			seen++
		}
	}
	if seen != len(v.q.Segments) {
		v.fail("streams hold %d of %d segments", seen, len(v.q.Segments))
	}
}

// enter notes which tables a segment fills and what it receives.
func (v *validator) enter(s *Segment) {
	if s.Source.Kind == program.SourceReceive {
		if v.receivers[s.Source.Exchange] != nil {
			v.fail("exchange %d has two receivers", s.Source.Exchange)
		}
		v.receivers[s.Source.Exchange] = s
	}
	if s.Sink.Kind.Fills() {
		t := s.Sink.TableID
		if t < 0 || t >= len(v.q.Tables) || v.q.Tables[t].ID != t || v.q.Tables[t].Kind != s.Sink.Kind {
			v.fail("segment %d fills table %d, which is not its own", s.ID, t)
			return
		}
		v.filled[t] = append(v.filled[t], s)
	}
}

func (v *validator) segment(s *Segment) {
	for _, a := range s.After {
		if a < 0 || a >= len(v.q.Segments) || a == s.ID || v.q.Segments[a].Stream != s.Stream {
			v.fail("segment %d begins behind segment %d, which is not in its stream", s.ID, a)
		}
	}
	v.at = fmt.Sprintf("segment %d source: ", s.ID)
	if check := sourceKinds[s.Source.Kind].check; check != nil {
		check(v, s)
	}
	if v.err != nil {
		return
	}
	for i, st := range s.Steps {
		v.at = fmt.Sprintf("segment %d step %d: ", s.ID, i)
		if st.reads(v, s); v.err != nil {
			return
		}
	}
	if v.windows(s); v.err != nil {
		return
	}
	layouts := v.q.Layouts(s)
	for i, st := range s.Steps {
		v.at = fmt.Sprintf("segment %d step %d (%s): ", s.ID, i, st.Label())
		st.check(v, layouts[i])
	}
	v.at = fmt.Sprintf("segment %d sink: ", s.ID)
	v.sink(s, layouts[len(layouts)-1])
	v.at = ""
}

// read checks that s may read table t.
func (v *validator) read(s *Segment, t int, kind program.SinkKind) {
	if t < 0 || t >= len(v.q.Tables) || v.q.Tables[t].Kind != kind {
		v.fail("table %d is not of the kind read", t)
		return
	}
	for _, f := range v.filled[t] {
		if f.Stream >= s.Stream {
			v.fail("table %d is not filled in an earlier stream", t)
		}
	}
	if v.filled[t] == nil {
		v.fail("table %d is not filled", t)
	}
}

// TableLayout is the layout that program.SourceTable yields for t: an aggregate table's
// keys and aggregates, saved rows' payload, a sort table's payload and, with EmitKey, its key, a join table's payload
// and mark.
func TableLayout(t *Table) []Column {
	out := slices.Clone(t.Payload)
	switch {
	case t.Kind == program.SinkSort && t.EmitKey:
		return append(out, Column{Name: "sortkey", Type: types.TText})
	case t.Kind == program.SinkHash:
		return append(out, Column{Name: "found", Type: types.TBool})
	case t.Kind != program.SinkAggr:
		return out
	}
	out = slices.Clone(t.Keys)
	for _, a := range t.Aggs {
		out = append(out, a.Out)
	}
	return out
}

// same checks that two layouts hold the same classes and that a nullable column stays so.
func (v *validator) same(to, from []Column) {
	if len(to) != len(from) {
		v.fail("%d columns where %d come in", len(to), len(from))
		return
	}
	for i := range to {
		if to[i].Type.Phys() != from[i].Type.Phys() || from[i].Nullable && !to[i].Nullable {
			v.fail("column %d (%s) is %v nullable=%v where %v nullable=%v comes in", i, to[i].Name,
				to[i].Type, to[i].Nullable, from[i].Type, from[i].Nullable)
		}
	}
}

func (v *validator) sink(s *Segment, in []Column) {
	k := &s.Sink
	v.exprs(k.Keys, in)
	v.exprs(k.Payload, in)
	v.exprs(k.Cols, in)
	for _, o := range k.Order {
		v.expr(o.Expr, in)
	}
	for _, a := range k.Aggs {
		if a.Arg == nil && a.Fn.In != nil {
			v.fail("accumulator %s without argument", a.Fn.Name)
		} else if a.Arg != nil {
			v.expr(a.Arg, in)
		}
	}
	sinkKinds[k.Kind].check(v, s)
}

func layoutOf(es []*Expr) []Column {
	out := make([]Column, len(es))
	for i, e := range es {
		out[i] = Column{Type: e.Type, Nullable: e.Nullable}
	}
	return out
}

func (v *validator) param(p int) {
	if p < 0 || p >= len(v.q.Params) {
		v.fail("parameter %d of %d", p, len(v.q.Params))
	}
}

// optionalParams checks parameters of which -1 is none.
func (v *validator) optionalParams(ps ...int) {
	for _, p := range ps {
		if p != -1 {
			v.param(p)
		}
	}
}

func (v *validator) exprs(es []*Expr, in []Column) {
	for _, e := range es {
		v.expr(e, in)
	}
}

func (v *validator) bools(es []*Expr, in []Column) {
	for _, e := range es {
		if e.Type.Kind != types.Bool {
			v.fail("a predicate of type %v", e.Type)
		}
		v.expr(e, in)
	}
}

func (v *validator) expr(e *Expr, in []Column) {
	switch e.Kind {
	case expr.Column:
		if e.Col < 0 || int(e.Col) >= len(in) {
			v.fail("column %d of a layout of %d", e.Col, len(in))
			return
		}
		if c := in[e.Col]; c.Type.Phys() != e.Type.Phys() || c.Nullable && !e.Nullable {
			v.fail("column %d (%s) is %v nullable=%v, used as %v nullable=%v", e.Col, c.Name, c.Type, c.Nullable, e.Type,
				e.Nullable)
		}
	case expr.Parameter:
		v.param(e.Param)
	case expr.InList:
		if v.param(e.Param); v.err == nil && !v.q.Params[e.Param].IsList {
			v.fail("parameter %d is no list", e.Param)
		}
	case expr.Case:
		if len(e.Args)%2 != 1 {
			v.fail("CASE with %d arguments", len(e.Args))
		}
	case expr.Call:
		if e.Op == nil {
			v.fail("a call of nothing")
		}
	}
	v.exprs(e.Args, in)
}
