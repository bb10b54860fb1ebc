package plan

func (*Filter) Label() string               { return "filter" }
func (*Filter) Layout(in []Column) []Column { return in }
func (*Limit) Label() string                { return "limit" }
func (*Limit) Layout(in []Column) []Column  { return in }
func (*Project) Label() string              { return "project" }
func (*HashJoin) Label() string             { return "hjoin" }

// Layout is one column an expression.
func (p *Project) Layout([]Column) []Column {
	out := make([]Column, len(p.Exprs))
	for i, e := range p.Exprs {
		name := ""
		if i < len(p.Names) {
			name = p.Names[i]
		}
		out[i] = Column{Name: name, Type: e.Type, Nullable: e.Nullable}
	}
	return out
}

// Layout needs the table's payload, which only the query knows: Query.Layouts gives it.
func (j *HashJoin) Layout(in []Column) []Column { panic("BUG: use Query.Layouts") }

// Layouts returns the row layout in front of each step of s and, last, the one
// the sink sees: len(s.Steps)+1 entries.
func (q *Query) Layouts(s *Segment) [][]Column {
	out := [][]Column{s.Source.Cols}
	for _, st := range s.Steps {
		in := out[len(out)-1]
		j, ok := st.(*HashJoin)
		if !ok {
			out = append(out, st.Layout(in))
			continue
		}
		cols := append([]Column(nil), in...)
		if j.Kind == InnerJoin || j.Kind == LeftJoin {
			for _, p := range q.Tables[j.Table].Payload {
				if j.Kind == LeftJoin {
					p.Nullable = true
				}
				cols = append(cols, p)
			}
		}
		out = append(out, cols)
	}
	return out
}
