package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropUnread takes LEFT joins away of whose right side nobody reads a column, if no row of the left side comes more
// often for them:
//
//	project(l.x)(left join(l.k = g.k)(l, aggregate(g.k, …)(t)))  →  project(l.x)(l)
//	distinct(project(l.x)(left join(l.k = r.k)(l, r)))           →  distinct(project(l.x)(l))
//
// That there is at most one match the right side must prove (unique.go); or it does not matter how often rows come. If
// declared keys are trusted, inner and semi joins to what a foreign key refers to are gone as well (foreignkey.go).
func dropUnread(r *run, n algebra.Node) algebra.Node { return reading{run: r, often: true}.of(n) }

// reading is what is above a node.
type reading struct {
	run   *run
	cols  algebra.IDs // the columns that are read; nil: all
	often bool        // it matters how often a row comes
}

// and is r and the columns that n itself reads.
func (r reading) and(n algebra.Node) reading {
	out := reading{run: r.run, often: r.often}
	if r.cols != nil {
		out.cols = algebra.IDs{}
		for id := range r.cols {
			out.cols[id] = true
		}
	}
	n.EachExpr(func(e *algebra.Expr) {
		if out.cols != nil {
			out.cols.AddExpr(e)
		}
		out.often = out.often || e.Volatile()
	})
	return out
}

// only is the columns that n itself reads.
func (r reading) only(n algebra.Node) reading { return reading{r.run, algebra.IDs{}, r.often}.and(n) }

func (r reading) of(n algebra.Node) algebra.Node {
	n = r.dropReferenced(n)
	switch x := n.(type) {
	case *algebra.Project:
		return r.project(x)
	case *algebra.Aggregate:
		return mapInput(x, reading{run: r.run, often: !ignoresDuplicates(x)}.only(x))
	case *algebra.Distinct:
		return mapInput(x, reading{run: r.run})
	case *algebra.Select, *algebra.Sort:
		return mapInput(x, r.and(x))
	case *algebra.Limit:
		r.often = true
		return mapInput(x, r.and(x))
	case *algebra.Join:
		return r.join(x)
	}
	return algebra.MapInputs(n, reading{run: r.run, often: true}.of)
}

func mapInput(n algebra.Node, r reading) algebra.Node { return algebra.MapInputs(n, r.of) }

// project leaves out, with joins, what a projection makes of their columns that nobody reads.
func (r reading) project(x *algebra.Project) algebra.Node {
	read := &algebra.Project{}
	for i, c := range x.Cols {
		if r.cols == nil || r.cols[c.ID] || x.Exprs[i].Volatile() {
			read.Cols, read.Exprs = append(read.Cols, c), append(read.Exprs, x.Exprs[i])
		}
	}
	if len(read.Cols) == 0 || len(read.Cols) == len(x.Cols) {
		return mapInput(x, r.only(x))
	}
	if read.In = r.only(read).of(x.In); read.In == x.In {
		return x
	}
	return read
}

func (r reading) join(x *algebra.Join) algebra.Node {
	unread := x.Kind == algebra.Left && r.cols != nil && !x.Lateral && !readsAny(r.cols, x.Right)
	if unread && (!r.often || r.run.matchesOnce(x)) && !volatile(x.Right) && len(x.On) == len(movable(x.On)) {
		return r.of(x.Left)
	}
	if kept, ok := r.alwaysFinds(x); ok {
		return r.of(algebra.Where(x.Left, kept))
	}
	left, right := r.and(x), r.and(x)
	if x.Kind.LeftOnly() {
		right = reading{run: r.run}.only(x)
	}
	l, rt := left.of(x.Left), right.of(x.Right)
	if l == x.Left && rt == x.Right {
		return x
	}
	return x.WithInputs([]algebra.Node{l, rt})
}

// readsAny reports whether cols has a column of n.
func readsAny(cols algebra.IDs, n algebra.Node) bool {
	return slices.ContainsFunc(n.Columns(), func(c algebra.Column) bool { return cols[c.ID] })
}

func movable(es []*algebra.Expr) []*algebra.Expr {
	safe, _ := expr.Movable(es)
	return safe
}

// volatile reports whether something below gives another value each time.
func volatile(n algebra.Node) bool {
	found := false
	algebra.Walk(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) { found = found || e.Volatile() })
	})
	return found
}
