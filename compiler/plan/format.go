package plan

import (
	"fmt"
	"strings"

	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// FormatSegments is a query's streams, segments and steps as text: the same for
// the same plan. Columns are shown as name:type, with ? if they may be NULL.
func FormatSegments(q *Query) string {
	f := &formatter{q: q}
	stream := -1
	for _, s := range q.Segments {
		if s.Stream != stream {
			stream = s.Stream
			f.line(0, "stream %d", stream)
		}
		f.segment(s)
	}
	if m := q.Merge; m.Sorted || m.LimitParam >= 0 || m.OffsetParam >= 0 {
		f.line(0, "leader%s%s", map[bool]string{true: " merge"}[m.Sorted], limitText(m.LimitParam, m.OffsetParam))
	}
	if len(q.Params) > 0 {
		f.line(0, "parameters")
	}
	for i, p := range q.Params {
		f.line(1, "$%d %s %s", i, expr.TypeName(p.Type), f.paramText(p))
	}
	return f.b.String()
}

type formatter struct {
	q *Query
	b strings.Builder
}

func (f *formatter) line(depth int, format string, args ...any) {
	f.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&f.b, format, args...)
	f.b.WriteByte('\n')
}

func (f *formatter) paramText(p Param) string {
	lit := &printer{}
	switch {
	case p.Effect != nil:
		return p.Effect.Name + "()"
	case p.Client != 0:
		return fmt.Sprintf("client's $%d", p.Client)
	case p.IsList:
		var parts []string
		for _, d := range p.List {
			parts = append(parts, lit.Literal(d, p.Type))
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return lit.Literal(p.Value, p.Type)
}

var whereText = map[Where]string{EverySlice: "every slice", OneSlice: "one slice", EveryNode: "every node", Leader: "leader"}

func (f *formatter) segment(s *Segment) {
	f.line(1, "segment %d on %s", s.ID, whereText[s.Where])
	f.source(&s.Source)
	layouts := f.q.Layouts(s)
	for i, st := range s.Steps {
		f.step(st, layouts[i])
	}
	f.sink(s, layouts[len(layouts)-1])
}

func (f *formatter) source(s *Source) {
	cols := columnsText(s.Cols)
	switch s.Kind {
	case program.SourceScan:
		name := s.Table.Schema + "." + s.Table.Name
		if s.Table.Alias != "" && s.Table.Alias != s.Table.Name {
			name += " " + s.Table.Alias
		}
		if s.Once {
			name += " once"
		}
		f.line(2, "scan %s %s", name, cols)
		for _, z := range s.Zone {
			f.line(3, "zone %s %s $%d", s.Cols[z.Col].Name, z.Op, z.Param)
		}
	case program.SourceReceive:
		f.line(2, "receive x%d %s", s.Exchange, cols)
	case program.SourceTable:
		f.line(2, "scan tbl=%d %s", s.TableID, cols)
	case program.SourceRows:
		f.line(2, "rows %s %s", s.Rows, cols)
	case program.SourceValues:
		f.line(2, "values %s", cols)
		p := f.printer(nil)
		for _, row := range s.Values {
			f.line(3, "(%s)", p.List(row))
		}
	case program.SourceText:
		f.line(2, "text %s", cols)
	case program.SourceLiterals:
		f.line(2, "values %s: %d rows of constants", cols, len(s.Literals[0]))
	}
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

func (f *formatter) step(st Step, in []Column) {
	p := f.printer(in)
	switch st := st.(type) {
	case *Filter:
		f.line(2, "filter %s", joinTexts(p, st.Preds, " then "))
	case *Project:
		parts := make([]string, len(st.Exprs))
		for i, e := range st.Exprs {
			parts[i] = st.Names[i] + " = " + p.Text(e)
			if e.Kind == expr.Column && p.Text(e) == st.Names[i] {
				parts[i] = st.Names[i]
			}
		}
		f.line(2, "project %s", strings.Join(parts, ", "))
	case *Limit:
		f.line(2, "%s", strings.TrimSpace(limitText(st.Count, st.Offset)))
	case *HashJoin:
		kind := [...]string{"", " left", " semi", " anti"}[st.Kind]
		f.line(2, "hjoin tbl=%d%s on (%s)", st.Table, kind, p.List(st.Keys))
		if st.Residual != nil {
			both := append(append([]Column(nil), in...), f.q.Tables[st.Table].Payload...)
			f.line(3, "residual %s", f.printer(both).Text(st.Residual))
		}
	}
}

func joinTexts(p *printer, es []*Expr, sep string) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = p.Text(e)
	}
	return strings.Join(parts, sep)
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

func (f *formatter) sink(s *Segment, in []Column) {
	p, k := f.printer(in), &s.Sink
	switch k.Kind {
	case program.SinkHash:
		f.line(2, "hash tbl=%d key (%s) payload (%s)", k.TableID, p.List(k.Keys), p.List(k.Payload))
	case program.SinkAggr:
		var parts []string
		for _, a := range k.Aggs {
			arg := "*"
			if a.Arg != nil {
				arg = p.Text(a.Arg)
			}
			parts = append(parts, a.Fn.Name+"("+arg+")")
		}
		do := ""
		if len(parts) > 0 {
			do = " do " + strings.Join(parts, ", ")
		}
		f.line(2, "aggr tbl=%d key (%s)%s", k.TableID, p.List(k.Keys), do)
	case program.SinkSort:
		f.line(2, "sort tbl=%d by %s%s payload (%s)", k.TableID, p.OrderText(k.Order), limitText(k.LimitParam, k.OffsetParam), p.List(k.Payload))
	case program.SinkDist:
		to := map[program.DistKind]string{program.DistBroadcast: "bcast", program.DistSingle: "dist single", program.DistRoundRobin: "dist round robin",
			program.DistHash: "dist hash (" + p.List(k.Keys) + ")"}[k.Dist]
		f.line(2, "%s x%d (%s)", to, k.Exchange, p.List(k.Cols))
	case program.SinkReturn:
		f.line(2, "return (%s)", p.List(k.Cols))
	case program.SinkInsert:
		cols, replacing := k.Cols, ""
		if n := len(cols); k.RowIDs && n > 0 {
			cols, replacing = cols[:n-1], " replacing "+p.Text(cols[n-1])
		}
		f.line(2, "insert %s.%s (%s)%s", f.q.Insert.Table.Schema, f.q.Insert.Table.Name, p.List(cols), replacing)
	case program.SinkDelete:
		f.line(2, "delete %s.%s (%s)", f.q.Delete.Schema, f.q.Delete.Name, p.List(k.Cols))
	}
}

func columnsText(cols []Column) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = c.Name + ":" + expr.TypeName(c.Type)
		if c.Nullable {
			parts[i] += "?"
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
