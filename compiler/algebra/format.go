package algebra

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// Format prints a statement as an indented tree, the same for the same
// statement: columns are name#id, "?" marks what may be NULL, $n are parameters.
// Golden files hold it.
func Format(s *Statement) string {
	var sb strings.Builder
	switch {
	case s.Insert != nil && s.Delete != nil:
		fmt.Fprintf(&sb, "update %s.%s\n", s.Insert.Schema, s.Insert.Name)
	case s.Delete != nil:
		fmt.Fprintf(&sb, "delete %s.%s\n", s.Delete.Schema, s.Delete.Name)
	case s.Insert != nil:
		fmt.Fprintf(&sb, "insert %s.%s\n", s.Insert.Schema, s.Insert.Name)
	}
	f := &formatter{sb: &sb, names: map[ColumnID]string{}}
	f.printer = printer{Column: f.col, Style: expr.Tree}
	f.name(s.Root)
	f.node(s.Root, 0)
	for i, p := range s.Params {
		fmt.Fprintf(&sb, "$%d = %s\n", i, FormatParam(p))
	}
	if s.Insert == nil {
		for i, o := range s.Output {
			fmt.Fprintf(&sb, "%d: %s %v", i+1, o.Name, o.Type)
			if o.TableOID != 0 {
				fmt.Fprintf(&sb, " (table %d column %d)", o.TableOID, o.ColumnNo)
			}
			sb.WriteByte('\n')
		}
	}
	return sb.String()
}

// FormatParam prints a parameter: its value and type.
func FormatParam(p plan.Param) string {
	t := expr.TypeName(p.Type)
	switch {
	case p.Effect != nil:
		return fmt.Sprintf("%s%v %s", p.Effect.Name, p.Effect.Args, t)
	case p.Client > 0:
		return fmt.Sprintf("client %d %s", p.Client, t)
	case p.IsList:
		var vs []string
		for _, d := range p.List {
			vs = append(vs, formatDatum(p.Type, d))
		}
		return fmt.Sprintf("(%s) %s", strings.Join(vs, ", "), t)
	}
	return formatDatum(p.Type, p.Value) + " " + t
}

type printer = expr.Printer[ColumnID]

func formatDatum(t types.Type, d types.Datum) string {
	return (&printer{Style: expr.Tree}).Literal(d, t)
}

type formatter struct {
	printer
	sb    *strings.Builder
	names map[ColumnID]string
}

// name learns the names of all columns below n.
func (f *formatter) name(n Node) {
	for _, in := range n.Inputs() {
		f.name(in)
	}
	for _, c := range n.Columns() {
		if _, ok := f.names[c.ID]; !ok {
			f.names[c.ID] = c.Name
		}
	}
}

func (f *formatter) col(id ColumnID) string { return fmt.Sprintf("%s#%d", f.names[id], id) }

func (f *formatter) cols(cs []Column) string {
	var out []string
	for _, c := range cs {
		out = append(out, f.col(c.ID)+" "+expr.TypeName(c.Type)+mark(c.Nullable))
	}
	return strings.Join(out, ", ")
}

func mark(nullable bool) string {
	if nullable {
		return "?"
	}
	return ""
}

var joinNames = [...]string{"inner", "left", "semi", "anti"}

func (f *formatter) node(n Node, depth int) {
	line := func(format string, args ...any) {
		fmt.Fprintf(f.sb, "%*s%s\n", 2*depth, "", strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
	switch x := n.(type) {
	case *Scan:
		name := x.Relation
		if x.Table != nil {
			name = x.Table.Name
		}
		if x.Alias != name && x.Alias != "" {
			name += " " + x.Alias
		}
		line("scan %s.%s: %s", x.Schema, name, f.cols(x.Cols))
	case *Values:
		line("values: %s", f.cols(x.Cols))
		for _, r := range x.Rows {
			line("  (%s)", f.List(r))
		}
		if len(x.Literals) > 0 {
			line("  %d rows of constants", x.Len())
		}
	case *Text:
		line("text: %s", f.cols(x.Cols))
	case *Select:
		line("select")
		for _, p := range x.Preds {
			line("  - %s", f.Text(p))
		}
	case *Project:
		line("project")
		for i, e := range x.Exprs {
			line("  %s %s%s = %s", f.col(x.Cols[i].ID), expr.TypeName(x.Cols[i].Type), mark(x.Cols[i].Nullable), f.Text(e))
		}
	case *Join:
		line("%s join", joinNames[x.Kind])
		for _, p := range x.On {
			line("  - %s", f.Text(p))
		}
	case *Aggregate:
		line("aggregate")
		for i, k := range x.Keys {
			line("  key %s %s%s = %s", f.col(x.Cols[i].ID), expr.TypeName(x.Cols[i].Type), mark(x.Cols[i].Nullable), f.Text(k))
		}
		for i, a := range x.Aggs {
			c := x.Cols[len(x.Keys)+i]
			arg := f.List(a.Args)
			if a.Star {
				arg = "*"
			}
			if a.Distinct {
				arg = "distinct " + arg
			}
			line("  %s %s%s = %s(%s)", f.col(c.ID), expr.TypeName(c.Type), mark(c.Nullable), a.Name, arg)
		}
	case *Distinct:
		line("distinct")
	case *Sort:
		line("sort %s", f.OrderText(x.Keys))
	case *Limit:
		s := "limit"
		if x.Count >= 0 {
			s += fmt.Sprintf(" $%d", x.Count)
		}
		if x.Offset >= 0 {
			s += fmt.Sprintf(" offset $%d", x.Offset)
		}
		line("%s", s)
	default:
		line("%T", n)
	}
	for _, in := range n.Inputs() {
		f.node(in, depth+1)
	}
}
