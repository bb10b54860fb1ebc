package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"slipher/compiler/algebra"
)

// Share is s, rewritten, with what stands in it several times, joins, groupings and the like, as definitions whose rows
// are kept and read in each place:
//
//	join(aggregate(k, max(v))(join(t, u)), aggregate(k, sum(v))(join(t', u')))
//	  →  with d: join(t, u); join(aggregate(k, max(v))(reference d), aggregate(k, sum(v))(reference d))
//
// nil: there is nothing of the kind. Whether it pays is a matter of costs: conditions around one of them, which its
// rows could be restricted by, restrict a definition's no more.
func Share(s *algebra.Statement, env Env) *algebra.Statement {
	own := *s
	r := &run{env: env, st: &own}
	r.numberLiterals()
	for len(own.Defs) < len(s.Defs)+mostShared && r.shareOne() {
	}
	if len(own.Defs) == len(s.Defs) {
		return nil
	}
	return &own
}

// mostShared bounds the definitions that are made.
const mostShared = 8

// shareOne makes a definition of the largest tree of which there are several, the first of them.
func (r *run) shareOne() bool {
	var order []string
	by := map[string][]algebra.Node{}
	size := map[string]int{}
	eachSharable(r.st.Root, func(n algebra.Node) {
		k, nodes := outline(n)
		if by[k] == nil {
			order = append(order, k)
		}
		by[k], size[k] = append(by[k], n), nodes
	})
	slices.SortStableFunc(order, func(a, b string) int { return size[b] - size[a] })
	for _, k := range order {
		for i, first := range by[k] {
			to := map[algebra.Node]bool{}
			for _, other := range by[k][i+1:] {
				if (&sameRows{r: r, to: renames{}}).tree(first, other) {
					to[other] = true
				}
			}
			if len(to) == 0 {
				continue
			}
			to[first] = true
			def := algebra.Rename(first, map[algebra.ColumnID]algebra.ColumnID{}, r.st.Fresh)
			r.st.Defs = append(slices.Clone(r.st.Defs), algebra.Definition{Name: "common rows", Root: def})
			r.st.Root = r.referring(r.st.Root, to)
			return true
		}
	}
	return false
}

// referring is n with references to the last definition in the place of trees.
func (r *run) referring(n algebra.Node, trees map[algebra.Node]bool) algebra.Node {
	if !trees[n] {
		return algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return r.referring(in, trees) })
	}
	last := len(r.st.Defs) - 1
	return &algebra.Reference{Def: last, Name: r.st.Defs[last].Name, Cols: n.Columns()}
}

// eachSharable calls f for the trees under n that are worth to be kept, and that sameRows may know. Of rows without
// columns, a HAVING's without a group, nothing can be kept.
func eachSharable(n algebra.Node, f func(algebra.Node)) {
	switch n.(type) {
	case *algebra.Recursive:
		return // what its steps read is another each time
	case *algebra.Join, *algebra.Aggregate, *algebra.Distinct:
		if len(n.Columns()) > 0 {
			f(n)
		}
	}
	for _, in := range n.Inputs() {
		eachSharable(in, f)
	}
}

// outline is what n has in common with all trees that have its rows, and how many nodes it has.
func outline(n algebra.Node) (text string, nodes int) {
	var b strings.Builder
	algebra.Walk(n, func(n algebra.Node) {
		nodes++
		fmt.Fprintf(&b, "%T %d", n, len(n.Columns()))
		if s, ok := n.(*algebra.Scan); ok && s.Table != nil {
			fmt.Fprintf(&b, " %d", s.Table.ID)
		}
		b.WriteByte('\n')
	})
	return b.String(), nodes
}
