package optimize

import (
	"slices"

	"slipher/compiler/algebra"
)

// reads is how often a statement reads its columns. What it does not read is not there when it runs: not decoded, sent
// or kept, and costs nothing.
type reads struct {
	times map[algebra.ColumnID]int
	seen  map[*algebra.Expr]bool // expressions that count
}

func newReads() *reads { return &reads{map[algebra.ColumnID]int{}, map[*algebra.Expr]bool{}} }

// all notes that somebody reads the columns, whatever for.
func (r *reads) all(cols []algebra.Column) {
	for _, c := range cols {
		r.times[c.ID]++
	}
}

// by notes what a tree reads, whose own columns are noted: parents come first, for nothing is computed that nobody
// reads.
func (r *reads) by(n algebra.Node) {
	algebra.Walk(n, func(n algebra.Node) {
		switch n := n.(type) {
		case *algebra.Project:
			for i, c := range n.Cols {
				if r.times[c.ID] > 0 {
					r.expr(n.Exprs[i])
				}
			}
		case *algebra.Union, *algebra.Distinct, *algebra.Recursive:
			for _, in := range n.Inputs() {
				r.all(in.Columns())
			}
		default:
			n.EachExpr(r.expr)
		}
	})
}

func (r *reads) expr(e *algebra.Expr) {
	r.seen[e] = true
	e.Columns(func(id algebra.ColumnID) { r.times[id]++ })
}

// some are those of columns that are read.
func (r *reads) some(cols []algebra.Column) []algebra.Column {
	return slices.DeleteFunc(slices.Clone(cols), func(c algebra.Column) bool { return r.times[c.ID] == 0 })
}

// passed notes which of the columns nobody reads behind an operator that has evaluated conditions on them: they have no
// width any more.
func (p *planner) passed(cols []algebra.Column, preds ...*algebra.Expr) {
	own := map[algebra.ColumnID]int{}
	for _, e := range preds {
		if p.reads.seen[e] {
			e.Columns(func(id algebra.ColumnID) { own[id]++ })
		}
	}
	for _, c := range cols {
		if p.reads.times[c.ID] <= own[c.ID] {
			p.unread[c.ID] = true
		}
	}
}

// reading are those of columns that somebody reads behind what they come from.
func (p *planner) reading(cols []algebra.Column) []algebra.Column {
	return slices.DeleteFunc(slices.Clone(cols), func(c algebra.Column) bool { return p.unread[c.ID] })
}
