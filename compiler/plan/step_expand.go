package plan

import "slipher/catalog/types"

// Expand yields each row as often as Count, of type BIGINT, says; not at all if it is NULL or below 1. Layout: the
// row's columns, then the copy's number from 0.
type Expand struct {
	Count *Expr
	Name  string // of the number
}

func (*Expand) Label() string              { return "expand" }
func (s *Expand) Accept(v Steps)           { v.Expand(s) }
func (*Expand) stays() bool                { return true }
func (*Expand) reads(*validator, *Segment) {}

func (s *Expand) Layout(_ *Query, in []Column) []Column {
	return append(in[:len(in):len(in)], Column{Name: s.Name, Type: types.TInt8})
}

func (s *Expand) format(f *formatter, in []Column) {
	f.line(2, "expand %s = 0 to %s - 1", s.Name, f.printer(in).Text(s.Count))
}

func (s *Expand) check(v *validator, in []Column) {
	if s.Count.Type.Phys() != types.I64 {
		v.fail("a count of type %v", s.Count.Type)
	}
	v.expr(s.Count, in)
}
