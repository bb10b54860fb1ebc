package plan

import "slipher/runtime/program"

// Unique keeps the rows that are not in table Table yet, and enters them: NULLs are equal. The table is a
// program.SinkAggr's without aggregates, with Marks; it stays from one turn of a loop to the next.
type Unique struct {
	Table int
	Keys  []*Expr
}

func (*Unique) Label() string                         { return "unique" }
func (*Unique) Layout(_ *Query, in []Column) []Column { return in }
func (u *Unique) Accept(v Steps)                      { v.Unique(u) }

func (*Unique) stays() bool { return false }
func (u *Unique) reads(v *validator, _ *Segment) {
	if u.Table < 0 || u.Table >= len(v.q.Tables) || v.q.Tables[u.Table].Kind != program.SinkAggr {
		v.fail("table %d does not remember rows", u.Table)
	}
}

func (u *Unique) check(v *validator, in []Column) {
	v.exprs(u.Keys, in)
	v.same(v.q.Tables[u.Table].Keys, layoutOf(u.Keys))
}

func (u *Unique) format(f *formatter, in []Column) {
	f.line(2, "unique tbl=%d (%s)", u.Table, f.printer(in).List(u.Keys))
}
