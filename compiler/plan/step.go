package plan

// Step transforms the row layout. Each kind is a file, step_NAME.go.
type Step interface {
	// Label is the step's Redshift name: "filter", "project", "hjoin", "limit".
	Label() string
	// Layout is the row layout behind the step, in the one in front of it.
	Layout(q *Query, in []Column) []Column
	// Accept calls the method of v for the step's kind.
	Accept(v Steps)

	// stays reports whether what stands in front of the step stands at the same places behind it, and a row's own way
	// through it does not depend on other rows.
	stays() bool
	format(f *formatter, in []Column)
	// reads checks, before there are layouts, the tables that the step reads.
	reads(v *validator, s *Segment)
	check(v *validator, in []Column)
}

// Steps is what does something for every kind of step, outside this package.
type Steps interface {
	Filter(*Filter)
	Project(*Project)
	Limit(*Limit)
	HashJoin(*HashJoin)
	Sieve(*Sieve)
	Unique(*Unique)
	Expand(*Expand)
	WindowRow()
	WindowRun(*WindowRun)
	WindowAt(*WindowAt)
	WindowRank(*WindowRank)
	WindowCounted(*WindowCounted)
	WindowReach(*WindowReach)
	WindowRunAt(*WindowRunAt)
	WindowFold(*WindowFold)
	WindowValue(*WindowValue)
	WindowCarry(*WindowCarry)
}

// Straight are the first steps of s behind which the source's columns stand where they stood.
func (s *Segment) Straight() []Step {
	for i, st := range s.Steps {
		if !st.stays() {
			return s.Steps[:i]
		}
	}
	return s.Steps
}

// Layouts returns the row layout in front of each step of s and, last, the one
// the sink sees: len(s.Steps)+1 entries.
func (q *Query) Layouts(s *Segment) [][]Column {
	out := [][]Column{s.Source.Cols}
	for _, st := range s.Steps {
		out = append(out, st.Layout(q, out[len(out)-1]))
	}
	return out
}
