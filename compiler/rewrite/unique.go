package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// uniqueness proves that columns tell rows apart, by what makes the rows: a grouping, DISTINCT, a single row, joins
// that find one match at most. Declared keys prove it only if they are trusted, for nobody enforces them.
type uniqueness struct {
	defs   []algebra.Definition
	trusts bool // declared keys prove something
	nulls  bool // rows with NULL in a column count, too
}

// unique reports whether no two rows of n agree in its columns cols.
func (r *run) unique(n algebra.Node, cols algebra.IDs) bool {
	return uniqueness{defs: r.st.Defs, trusts: r.env.TrustKeys, nulls: true}.of(n, cols)
}

// matchesOnce reports whether each row of the left side has at most one match.
func (r *run) matchesOnce(x *algebra.Join) bool {
	return uniqueness{defs: r.st.Defs, trusts: r.env.TrustKeys}.matches(x.On, x.Left, x.Right)
}

func (u uniqueness) of(n algebra.Node, cols algebra.IDs) bool {
	if atMostOne(n) {
		return true
	}
	switch x := n.(type) {
	case *algebra.Scan:
		return u.trusts && u.declared(x, cols)
	case *algebra.Select:
		return u.of(x.In, settled(cols, x.Preds))
	case *algebra.Sort, *algebra.Limit, *algebra.Window:
		return u.of(n.Inputs()[0], cols)
	case *algebra.Project:
		below := algebra.IDs{}
		for i, e := range x.Exprs {
			if e = distinctly(e); cols[x.Cols[i].ID] && e.Kind == expr.Column {
				below[e.Col] = true
			}
		}
		return u.of(x.In, below)
	case *algebra.Join:
		return u.join(x, cols)
	case *algebra.Distinct:
		return covers(cols, x.Columns())
	case *algebra.Aggregate:
		return covers(cols, x.Cols[:len(x.Keys)])
	case *algebra.Reference:
		root, below := u.defs[x.Def].Root, algebra.IDs{}
		for i, c := range root.Columns() {
			if cols[x.Cols[i].ID] {
				below[c.ID] = true
			}
		}
		return u.of(root, below)
	}
	return false
}

func (u uniqueness) join(x *algebra.Join, cols algebra.IDs) bool {
	once := u
	once.nulls = false // they find nothing
	switch x.Kind {
	case algebra.Semi, algebra.Anti, algebra.Mark:
		return u.of(x.Left, cols)
	case algebra.Inner:
		cols = settled(cols, x.On)
		return u.of(x.Left, cols) && once.matches(x.On, x.Left, x.Right) ||
			u.of(x.Right, cols) && once.matches(x.On, x.Right, x.Left) || u.of(x.Left, cols) && u.of(x.Right, cols)
	case algebra.Left:
		return u.of(x.Left, cols) && (once.matches(x.On, x.Left, x.Right) || u.of(x.Right, cols))
	}
	return false
}

// matches reports whether a row of from finds at most one row of to for which on is true.
func (u uniqueness) matches(on []*algebra.Expr, from, to algebra.Node) bool {
	left, right := algebra.IDsOf(from.Columns()), algebra.IDsOf(to.Columns())
	keys := algebra.IDs{}
	for _, e := range on {
		if e.Compares() != fn.Equal {
			continue
		}
		for i, c := range e.Args {
			other := e.Args[1-i]
			c = distinctly(c)
			if c.Kind == expr.Column && right[c.Col] && !right.Meets(other) && left.Covers(other) && !other.Volatile() {
				keys[c.Col] = true
			}
		}
	}
	return u.of(to, keys)
}

// declared reports whether a key that is declared of the table is among cols.
func (u uniqueness) declared(x *algebra.Scan, cols algebra.IDs) bool {
	if x.Table == nil {
		return false
	}
	for _, k := range x.Table.Constraints {
		if k.Kind != "f" && !slices.ContainsFunc(x.Table.Places(k.Columns), func(no int) bool {
			i := slices.Index(x.ColNos, no)
			return i < 0 || !cols[x.Cols[i].ID] || u.nulls && x.Cols[i].Nullable
		}) {
			return true
		}
	}
	return false
}

// settled is cols and the columns in which rows for which preds are true agree, too, if they agree in cols: those that
// are equal to one of them, or to a constant.
func settled(cols algebra.IDs, preds []*algebra.Expr) algebra.IDs {
	out := algebra.IDs{}
	for id := range cols {
		out[id] = true
	}
	for grown := true; grown; {
		grown = false
		for _, e := range preds {
			if e.Compares() != fn.Equal {
				continue
			}
			for i, c := range e.Args {
				c, other := distinctly(c), distinctly(e.Args[1-i])
				known := other.Kind == expr.Column && out[other.Col] || !other.HasColumn() && !other.Volatile()
				if c.Kind == expr.Column && !out[c.Col] && known {
					out[c.Col], grown = true, true
				}
			}
		}
	}
	return out
}

// distinctly is e without casts that keep different values different.
func distinctly(e *algebra.Expr) *algebra.Expr {
	for e.Kind == expr.Call && e.Op.Cast && e.Op.KeepsHash && !e.Op.MayFail {
		e = e.Args[0]
	}
	return e
}

// alike reports whether equal values of a type are the same to all operations.
func alike(t types.Type) bool { return t.Phys().IsInt() && !t.OwnOrder() }

// atMostOne reports whether n has at most one row.
func atMostOne(n algebra.Node) bool {
	switch x := n.(type) {
	case *algebra.Aggregate:
		return len(x.Keys) == 0
	case *algebra.Select, *algebra.Project, *algebra.Sort, *algebra.Limit:
		return atMostOne(n.Inputs()[0])
	case *algebra.Values:
		return x.Len() <= 1
	}
	return false
}

func covers(ids algebra.IDs, cols []algebra.Column) bool {
	return !slices.ContainsFunc(cols, func(c algebra.Column) bool { return !ids[c.ID] })
}
