package optimize

import (
	"slipher/compiler/algebra"
)

// top is what stands above the rows of a statement: it is done partly by the
// last segments and partly by the leader's merge.
type top struct {
	projects []*algebra.Project // innermost first: computed behind the sort
	keys     []algebra.SortKey  // none: no order wanted
	count    int                // parameter numbers, -1 none
	offset   int
	limited  bool
}

// peelTop takes ORDER BY, LIMIT and what is computed above them off a statement's root.
func peelTop(root algebra.Node) (algebra.Node, top) {
	t := top{count: -1, offset: -1}
	for {
		switch n := root.(type) {
		case *algebra.Project:
			if !aboveOrder(n.In) || t.limited || t.keys != nil {
				return root, t
			}
			t.projects = append([]*algebra.Project{n}, t.projects...)
			root = n.In
		case *algebra.Limit:
			if t.limited || t.keys != nil {
				return root, t
			}
			t.limited, t.count, t.offset = true, n.Count, n.Offset
			root = n.In
		case *algebra.Sort:
			if t.keys != nil {
				return root, t
			}
			t.keys = n.Keys
			root = n.In
			return root, t
		default:
			return root, t
		}
	}
}

// aboveOrder reports whether n is a sort or limit, perhaps below projections.
func aboveOrder(n algebra.Node) bool {
	for {
		switch x := n.(type) {
		case *algebra.Project:
			n = x.In
		case *algebra.Sort, *algebra.Limit:
			return true
		default:
			return false
		}
	}
}
