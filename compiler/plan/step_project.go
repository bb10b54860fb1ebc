package plan

import (
	"strings"

	"slipher/compiler/expr"
)

// Project replaces the layout.
type Project struct {
	Exprs []*Expr
	Names []string
}

func (*Project) Label() string                     { return "project" }
func (p *Project) Accept(v Steps)                  { v.Project(p) }
func (*Project) stays() bool                       { return false }
func (*Project) reads(*validator, *Segment)        {}
func (p *Project) check(v *validator, in []Column) { v.exprs(p.Exprs, in) }

// Layout is one column an expression.
func (p *Project) Layout(*Query, []Column) []Column {
	out := layoutOf(p.Exprs)
	for i := range min(len(out), len(p.Names)) {
		out[i].Name = p.Names[i]
	}
	return out
}

func (p *Project) format(f *formatter, in []Column) {
	pr := f.printer(in)
	parts := make([]string, len(p.Exprs))
	for i, e := range p.Exprs {
		parts[i] = p.Names[i] + " = " + pr.Text(e)
		if e.Kind == expr.Column && pr.Text(e) == p.Names[i] {
			parts[i] = p.Names[i]
		}
	}
	f.line(2, "project %s", strings.Join(parts, ", "))
}
