package plan

import (
	"fmt"
	"strings"

	"slipher/compiler/expr"
)

// FormatSegments is a query's streams, segments and steps as text: the same for
// the same plan. Columns are shown as name:type, with ? if they may be NULL.
func FormatSegments(q *Query) string {
	f := &formatter{q: q}
	f.segments()
	return strings.Join(f.out, "\n") + "\n"
}

// segments writes all there is.
func (f *formatter) segments() {
	q, stream := f.q, -1
	for _, s := range q.Segments {
		if s.Stream != stream {
			stream = s.Stream
			f.line(0, "stream %d", stream)
		}
		f.segment(s)
	}
	f.loops()
	f.leader()
	if len(q.Params) > 0 {
		f.line(0, "parameters")
	}
	for i, p := range q.Params {
		f.line(1, "$%d %s %s", i, p.Type.Short(), f.paramText(p))
	}
}

// leader is what the leader does with rows.
func (f *formatter) leader() {
	if m := f.q.Merge; m.Sorted || m.LimitParam >= 0 || m.OffsetParam >= 0 {
		f.line(0, "leader%s%s", map[bool]string{true: " merge"}[m.Sorted], limitText(m.LimitParam, m.OffsetParam))
	}
}

type formatter struct {
	q   *Query
	out []string
	// notes, if there are any, stand behind what is at a place, and behind a segment's first line.
	notes interface {
		place(p Place) string
		segment(s *Segment) string
	}
}

func (f *formatter) line(depth int, format string, args ...any) {
	f.out = append(f.out, strings.Repeat("  ", depth)+fmt.Sprintf(format, args...))
}

// noted has write put lines, and a note behind the first of them.
func (f *formatter) noted(note func() string, write func()) {
	first := len(f.out)
	write()
	if f.notes != nil && first < len(f.out) {
		if n := note(); n != "" {
			f.out[first] += "  [" + n + "]"
		}
	}
}

func (f *formatter) paramText(p Param) string {
	lit := &printer{}
	switch {
	case p.Effect != nil:
		return p.Effect.Name + "()"
	case p.Client != 0:
		return fmt.Sprintf("client's $%d", p.Client)
	case p.Zone:
		return "time zone"
	case p.IsList:
		var parts []string
		for _, d := range p.List {
			parts = append(parts, lit.Literal(d, p.Type))
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return lit.Literal(p.Value, p.Type)
}

var whereText = map[Where]string{EverySlice: "every slice", OneSlice: "one slice", EveryNode: "every node",
	Leader: "leader"}

func (f *formatter) segment(s *Segment) {
	after := ""
	for _, a := range s.After {
		after += fmt.Sprintf(" after segment %d", a)
	}
	f.noted(func() string { return f.notes.segment(s) }, func() {
		f.line(1, "segment %d on %s%s", s.ID, whereText[s.Where], after)
	})
	f.each(s, func(p Place, write func()) { f.noted(func() string { return f.notes.place(p) }, write) })
}

// each visits the places of a segment, with what writes what is there: its source, its steps, and, behind one more step
// than it has, its sink.
func (f *formatter) each(s *Segment, visit func(p Place, write func())) {
	visit(Place{s.ID, 0}, func() { sourceKinds[s.Source.Kind].format(f, &s.Source) })
	layouts := f.q.Layouts(s)
	for i, st := range s.Steps {
		visit(Place{s.ID, i + 1}, func() { st.format(f, layouts[i]) })
	}
	visit(Place{s.ID, len(s.Steps) + 1}, func() {
		sinkKinds[s.Sink.Kind].format(f, f.printer(layouts[len(layouts)-1]), &s.Sink)
	})
}

type printer = expr.Printer[Position]

// printer names columns by the layout; a name that occurs twice gets its position.
func (f *formatter) printer(in []Column) *printer {
	return &printer{Params: f.q.Params, Column: func(i Position) string {
		for j, c := range in {
			if j != int(i) && c.Name == in[i].Name || in[i].Name == "" {
				return fmt.Sprintf("%s#%d", in[i].Name, i)
			}
		}
		return in[i].Name
	}}
}

func columnsText(cols []Column) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = c.Name + ":" + c.Type.Short()
		if c.Nullable {
			parts[i] += "?"
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
