package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropImplied takes semi joins away that another one over the same rows implies: whoever finds a row there finds one
// here, too.
//
//	semi join(o.id = r.id)(semi join(o.id = x.id)(o, d x), inner join(r.id = y.id)(r, d y))
//	  →  semi join(o.id = r.id)(o, inner join(r.id = y.id)(r, d y))
//
// d is a definition or a table, all of whose rows the first one looks at.
func dropImplied(r *run) {
	changed := false
	var in func(n algebra.Node) algebra.Node
	in = func(n algebra.Node) algebra.Node {
		if next := r.withoutImplied(n); next != n {
			n, changed = next, true
		}
		return algebra.MapInputs(n, in)
	}
	r.apply(&rule{apply: func(_ *run, n algebra.Node) algebra.Node { return in(n) }})
	if changed {
		inlineSingles(r)
	}
}

// withoutImplied is n, if that is the uppermost of semi joins, without those that others of them imply.
func (r *run) withoutImplied(n algebra.Node) algebra.Node {
	for {
		chain := semiJoins(n)
		dropped := false
		for i := 0; i < len(chain) && !dropped; i++ {
			for j := range chain {
				if i != j && r.kept(chain[i], chain[j]) {
					n, dropped = without(n, chain[i]), true
					break
				}
			}
		}
		if !dropped {
			return n
		}
	}
}

// semiJoins are those that n is made of, which drop rows of one input, one after the other: nothing among them fails
// for rows that one of them drops.
func semiJoins(n algebra.Node) (chain []*algebra.Join) {
	for {
		switch x := n.(type) {
		case *algebra.Join:
			if _, fail := expr.Movable(x.On); x.Kind != algebra.Semi || x.Lateral || len(x.Cond)+len(fail) > 0 {
				return chain
			}
			chain = append(chain, x)
			n = x.Left
			continue
		case *algebra.Select:
			if _, fail := expr.Movable(x.Preds); len(fail) == 0 {
				n = x.In
				continue
			}
		}
		return chain
	}
}

// without is the chain n without the join gone.
func without(n algebra.Node, gone *algebra.Join) algebra.Node {
	switch x := n.(type) {
	case *algebra.Join:
		if x == gone {
			return x.Left
		}
		out := *x
		out.Left = without(x.Left, gone)
		return &out
	case *algebra.Select:
		return algebra.Where(without(x.In, gone), x.Preds)
	}
	return n
}

// kept reports whether each row that x keeps is one that gone keeps.
func (r *run) kept(gone, x *algebra.Join) bool {
	from := found{equal: map[algebra.ColumnID]algebra.ColumnID{}}
	from.rows(gone.Right)
	if len(from.leaves) != 1 || from.fewer {
		return false
	}
	to := found{equal: map[algebra.ColumnID]algebra.ColumnID{}}
	to.rows(x.Right)
	keys, ok := r.keysOf(gone)
	others, _ := r.keysOf(x)
	if !ok {
		return false
	}
	asked := func(k semiKey, leaf algebra.Node) bool { // by x too, of that leaf
		at := from.place(from.leaves[0], k.right)
		return at >= 0 && slices.ContainsFunc(others, func(o semiKey) bool {
			return k.left == o.left && k.right.Type == o.right.Type && to.has(leaf, from.leaves[0], at, o.right)
		})
	}
	return slices.ContainsFunc(to.leaves, func(leaf algebra.Node) bool {
		return !slices.ContainsFunc(keys, func(k semiKey) bool { return !asked(k, leaf) })
	})
}

// semiKey is an equality of a semi join: the left side by its number, and the right side's column.
type semiKey struct {
	left  int
	right *algebra.Expr
}

// keysOf are the equalities of a semi join with columns of its right side, and whether that is all that it asks for.
func (r *run) keysOf(x *algebra.Join) (keys []semiKey, all bool) {
	right := algebra.IDsOf(x.Right.Columns())
	all = true
	for _, e := range x.On {
		known := false
		for i := range e.Args {
			if known || e.Compares() != fn.Equal {
				break
			}
			l, c := e.Args[1-i], e.Args[i]
			if c.Kind == expr.Column && right[c.Col] && !right.Meets(l) && !l.Volatile() {
				keys, known = append(keys, semiKey{r.numbers.Of(l), c}), true
			}
		}
		all = all && known
	}
	return keys, all && len(keys) > 0
}

// found is what the rows of a tree are made of: of each leaf there is a row in each of them.
type found struct {
	leaves []algebra.Node
	equal  map[algebra.ColumnID]algebra.ColumnID // columns that have the same values, of the same type
	fewer  bool                                  // not all combinations of the leaves' rows are there
}

func (f *found) rows(n algebra.Node) {
	switch x := n.(type) {
	case *algebra.Project:
		for i, e := range x.Exprs {
			if e.Kind == expr.Column && e.Type == x.Cols[i].Type {
				f.unite(x.Cols[i].ID, e.Col)
			}
		}
		f.rows(x.In)
	case *algebra.Distinct:
		f.rows(x.In)
	case *algebra.Select:
		f.fewer = true
		f.conds(x.Preds)
		f.rows(x.In)
	case *algebra.Join:
		f.fewer = true
		if x.Kind == algebra.Full {
			return
		}
		f.rows(x.Left)
		if x.Kind == algebra.Inner {
			f.conds(x.On)
			f.rows(x.Right)
		}
	case *algebra.Reference:
		f.leaves = append(f.leaves, x)
	case *algebra.Scan:
		if x.Table != nil {
			f.leaves = append(f.leaves, x)
		}
	}
}

func (f *found) conds(es []*algebra.Expr) {
	for _, e := range es {
		if e.Compares() == fn.Equal && e.Args[0].Kind == expr.Column && e.Args[1].Kind == expr.Column &&
			e.Args[0].Type == e.Args[1].Type {
			f.unite(e.Args[0].Col, e.Args[1].Col)
		}
	}
}

func (f *found) find(id algebra.ColumnID) algebra.ColumnID {
	for up, ok := f.equal[id]; ok; up, ok = f.equal[id] {
		id = up
	}
	return id
}

func (f *found) unite(a, b algebra.ColumnID) {
	if a, b = f.find(a), f.find(b); a != b {
		f.equal[a] = b
	}
}

// place is which of a leaf's columns c is, -1 if none.
func (f *found) place(leaf algebra.Node, c *algebra.Expr) int {
	for i, col := range leaf.Columns() {
		if f.find(col.ID) == f.find(c.Col) && col.Type == c.Type {
			return i
		}
	}
	return -1
}

// has reports whether c is column at of another leaf, which is leaf once more.
func (f *found) has(leaf, other algebra.Node, at int, c *algebra.Expr) bool {
	switch x := leaf.(type) {
	case *algebra.Reference:
		o, ok := other.(*algebra.Reference)
		return ok && o.Def == x.Def && f.find(x.Cols[at].ID) == f.find(c.Col)
	case *algebra.Scan:
		o, ok := other.(*algebra.Scan)
		if !ok || o.Table.ID != x.Table.ID || o.Table.Database != x.Table.Database {
			return false
		}
		for i, no := range x.ColNos {
			if no == o.ColNos[at] && f.find(x.Cols[i].ID) == f.find(c.Col) {
				return true
			}
		}
	}
	return false
}
