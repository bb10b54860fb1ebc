package plan

import (
	"fmt"
	"strings"
)

// Explain is the text of EXPLAIN, a line each, in Redshift's layout: two spaces
// before the costs, children behind an arrow, details below their operator. (The
// space in front of every line of a printed plan is psql's.)
func Explain(q *Query) []string {
	var out []string
	if q.Root != nil {
		out = explainNode(out, q.Root, "", "  ")
	}
	return append(out, q.Notes...)
}

// explainNode appends n: its title behind prefix, all else behind indent.
func explainNode(out []string, n *Node, prefix, indent string) []string {
	out = append(out, fmt.Sprintf("%s%s  (cost=%.2f..%.2f rows=%d width=%d)", prefix, n.Title, n.StartupCost, n.TotalCost,
		n.Rows, n.Width))
	for _, d := range n.Details {
		out = append(out, indent+d)
	}
	for _, c := range n.Children {
		out = explainNode(out, c, indent+"->  ", indent+strings.Repeat(" ", 6))
	}
	return out
}
