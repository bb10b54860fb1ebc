package plan

import (
	"fmt"
	"strings"
)

// dump is the plan as EXPLAIN VERBOSE shows it in front of the short one: in the form of PostgreSQL's printed nodes, a
// field a line, as Redshift has it.
func (t *explained) dump(n *Node, indent string) {
	t.line(indent, "{%s", n.tag())
	field := func(name, format string, args ...any) {
		t.line(indent, "   :%s %s", name, fmt.Sprintf(format, args...))
	}
	if t.Costs {
		field("startup_cost", "%.2f", n.StartupCost)
		field("total_cost", "%.2f", n.TotalCost)
		field("plan_rows", "%d", n.Rows)
		field("plan_width", "%d", n.Width)
	}
	for _, f := range []struct{ name, value string }{{"schema", n.Schema}, {"relation", n.Relation}, {"alias", n.Alias},
		{"jointype", strings.ToUpper(n.Join)}, {"strategy", strings.ToUpper(n.Strategy)}, {"dist_info", n.Dist}} {
		if f.value != "" {
			field(f.name, "%s", f.value)
		}
	}
	for _, d := range n.Details {
		name := d.Label
		if name == "" {
			name = d.Name
		}
		name = strings.ToLower(strings.ReplaceAll(name, " ", "_"))
		if side, is := strings.CutSuffix(name, "_dist_key"); is {
			name = "dist_info." + side + "_dist_keys"
		}
		if d.List != nil {
			field(name, "( %s )", strings.Join(d.List, ", "))
		} else {
			field(name, "%s", d.Text)
		}
	}
	for i, c := range n.Children {
		tree := "lefttree"
		switch {
		case n.Type == "Append":
			tree = fmt.Sprintf("appendplans.%d", i+1)
		case i == 1:
			tree = "righttree"
		}
		t.line(indent, "   :%s", tree)
		t.dump(c, indent+"   ")
	}
	t.line(indent, "}")
}

// tags are the names of printed nodes that are not their types in capitals.
var tags = map[string]string{"Nested Loop": "NESTLOOP", "Aggregate": "AGG", "Materialize": "MATERIAL",
	"WindowAgg": "WINDOW"}

func (n *Node) tag() string {
	if t := tags[n.Type]; t != "" {
		return t
	}
	return strings.ToUpper(strings.ReplaceAll(n.Type, " ", ""))
}
