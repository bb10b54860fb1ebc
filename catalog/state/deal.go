package state

import (
	"slices"
	"strings"
)

// Deal shares slices out to nodes in proportion to their workers: runs of
// neighbouring slices, nodes in the order of their ids. Same input, same deal.
// Nobody to deal to gives a map of "".
func Deal(nodes []*Node, sliceCount int) []string {
	out := make([]string, sliceCount)
	sorted := slices.Clone(nodes)
	slices.SortFunc(sorted, func(a, b *Node) int { return strings.Compare(a.ID, b.ID) })
	workers := 0
	for _, n := range sorted {
		workers += n.Workers
	}
	// Node i serves the slices between its rounded bounds on a line as long as
	// all workers: no slice falls between two nodes, and the rounding never
	// leaves two nodes more than one slice apart from their due.
	before := 0
	for _, n := range sorted {
		from := before * sliceCount / workers
		before += n.Workers
		to := before * sliceCount / workers
		for s := from; s < to; s++ {
			out[s] = n.ID
		}
	}
	return out
}
