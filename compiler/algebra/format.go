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
	sb.WriteString(FormatTrees(s))
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

// FormatTrees prints a statement's definitions and its tree.
func FormatTrees(s *Statement) string {
	var sb strings.Builder
	for _, d := range s.Defs {
		fmt.Fprintf(&sb, "with %s:\n  ", d.Name)
		sb.WriteString(strings.ReplaceAll(strings.TrimSuffix(FormatTree(d.Root), "\n"), "\n", "\n  "))
		sb.WriteByte('\n')
	}
	sb.WriteString(FormatTree(s.Root))
	return sb.String()
}

// FormatTree prints a tree.
func FormatTree(n Node) string {
	var sb strings.Builder
	f := &formatter{sb: &sb, names: map[ColumnID]string{}}
	f.printer = printer{Column: f.col, Style: expr.Tree}
	f.name(n)
	f.node(n)
	return sb.String()
}

// FormatParam prints a parameter: its value and type.
func FormatParam(p plan.Param) string {
	t := expr.TreeType(p.Type)
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

// formatter writes trees.
type formatter struct {
	printer
	sb    *strings.Builder
	names map[ColumnID]string
	depth int
}

// name learns the names of all columns below n.
func (f *formatter) name(n Node) {
	Walk(n, func(n Node) {
		n.EachExpr(func(e *Expr) { f.nameIn(e) })
	})
	var learn func(n Node)
	learn = func(n Node) {
		for _, in := range n.Inputs() {
			learn(in)
		}
		for _, c := range n.Columns() {
			if _, ok := f.names[c.ID]; !ok {
				f.names[c.ID] = c.Name
			}
		}
	}
	learn(n)
}

// nameIn learns the names of the relations' columns in e.
func (f *formatter) nameIn(e *Expr) {
	e.Walk(func(x *Expr) {
		if x.Rel != nil {
			f.name(x.Rel.(*Subquery).Root)
		}
	})
}

// node writes n, the relations in its expressions, and what is below it.
func (f *formatter) node(n Node) {
	n.format(f)
	f.depth++
	n.EachExpr(func(e *Expr) {
		e.Walk(func(x *Expr) {
			if x.Rel != nil {
				f.line("in %s:", f.Text(x))
				f.depth++
				f.node(x.Rel.(*Subquery).Root)
				f.depth--
			}
		})
	})
	for _, in := range n.Inputs() {
		f.node(in)
	}
	f.depth--
}

func (f *formatter) line(format string, args ...any) {
	fmt.Fprintf(f.sb, "%*s%s\n", 2*f.depth, "", strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

func (f *formatter) conjuncts(es []*Expr) {
	for _, e := range es {
		f.line("  - %s", f.Text(e))
	}
}

// computed writes what a column is made of.
func (f *formatter) computed(what string, c Column, from string) {
	f.line("  %s%s = %s", what, f.typed(c), from)
}

func (f *formatter) col(id ColumnID) string { return fmt.Sprintf("%s#%d", f.names[id], id) }

func (f *formatter) typed(c Column) string {
	mark := ""
	if c.Nullable {
		mark = "?"
	}
	return f.col(c.ID) + " " + expr.TreeType(c.Type) + mark
}

func (f *formatter) cols(cs []Column) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = f.typed(c)
	}
	return strings.Join(out, ", ")
}
