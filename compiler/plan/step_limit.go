package plan

import (
	"fmt"
	"strings"
)

// Limit passes the first Count rows behind the first Offset, per instance.
// Params: indexes into Query.Params, -1 for none.
type Limit struct {
	Count, Offset int
}

func (*Limit) Label() string                         { return "limit" }
func (*Limit) Layout(_ *Query, in []Column) []Column { return in }
func (s *Limit) Accept(v Steps)                      { v.Limit(s) }
func (*Limit) stays() bool                           { return false }
func (*Limit) reads(*validator, *Segment)            {}
func (s *Limit) check(v *validator, _ []Column)      { v.optionalParams(s.Count, s.Offset) }

func (s *Limit) format(f *formatter, _ []Column) {
	f.line(2, "%s", strings.TrimSpace(limitText(s.Count, s.Offset)))
}

func limitText(count, offset int) string {
	s := ""
	if count >= 0 {
		s += fmt.Sprintf(" limit $%d", count)
	}
	if offset >= 0 {
		s += fmt.Sprintf(" offset $%d", offset)
	}
	return s
}
