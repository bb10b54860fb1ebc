package plan

import "strings"

// Filter keeps rows for which every predicate is true, tried in order: a
// predicate that may fail is never evaluated for a row an earlier one dropped.
type Filter struct{ Preds []*Expr }

func (*Filter) Label() string                         { return "filter" }
func (*Filter) Layout(_ *Query, in []Column) []Column { return in }
func (s *Filter) Accept(v Steps)                      { v.Filter(s) }
func (*Filter) stays() bool                           { return true }
func (*Filter) reads(*validator, *Segment)            {}
func (s *Filter) check(v *validator, in []Column)     { v.bools(s.Preds, in) }

func (s *Filter) format(f *formatter, in []Column) {
	p := f.printer(in)
	parts := make([]string, len(s.Preds))
	for i, e := range s.Preds {
		parts[i] = p.Text(e)
	}
	f.line(2, "filter %s", strings.Join(parts, " then "))
}
