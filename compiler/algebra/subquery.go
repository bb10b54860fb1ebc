package algebra

import (
	"slices"

	"slipher/compiler/expr"
)

// Subquery is a relation in an expression. Columns that nothing in it makes are free: those of
// the row that the expression is evaluated for.
type Subquery struct {
	Root Node
	// Cond, of expr.Any: what is asked about each row, over Root's columns and free ones. nil: nothing.
	Cond *Expr
	free []ColumnID
}

var _ expr.Relation[ColumnID] = (*Subquery)(nil)

// NewSubquery is the relation root in an expression, under a condition or none.
func NewSubquery(root Node, cond *Expr) *Subquery {
	return &Subquery{Root: root, Cond: cond, free: free(root, cond)}
}

// Free are the columns that something in n reads and nothing in it makes, in the order in which they are met.
func Free(n Node) []ColumnID { return free(n, nil) }

func free(root Node, cond *Expr) []ColumnID {
	made := map[ColumnID]bool{}
	WalkAll(root, func(n Node) {
		cols, _ := n.produces()
		for _, c := range cols {
			made[c.ID] = true
		}
	})
	var out []ColumnID
	note := func(e *Expr) {
		e.Columns(func(id ColumnID) {
			if !made[id] && !slices.Contains(out, id) {
				out = append(out, id)
			}
		})
	}
	Walk(root, func(n Node) { n.EachExpr(note) })
	if cond != nil {
		note(cond)
	}
	return out
}

// Free implements expr.Relation.
func (s *Subquery) Free() []ColumnID { return s.free }

// Replace implements expr.Relation.
func (s *Subquery) Replace(f func(*Expr) *Expr) expr.Relation[ColumnID] {
	if len(s.free) == 0 {
		return s
	}
	return s.mapped(func(n Node) Node {
		return MapAllExprs(n, func(e *Expr) *Expr { return s.replaceFree(e, f) })
	}, func(e *Expr) *Expr { return s.replaceFree(e, f) })
}

// ReplaceParts is Replace that asks f about larger parts, too, that read rows around alone: of one for which f returns
// nil, about its parts.
func (s *Subquery) ReplaceParts(f func(*Expr) *Expr) *Subquery {
	own := func(x *Expr) *Expr {
		if x.Kind == expr.Column || !s.aroundAlone(x) {
			return nil
		}
		return f(x)
	}
	large := s.mapped(func(n Node) Node {
		return MapAllExprs(n, func(e *Expr) *Expr { return e.Map(own) })
	}, func(e *Expr) *Expr { return e.Map(own) })
	return large.Replace(f).(*Subquery)
}

// aroundAlone reports whether x reads columns, all of them of rows around; subqueries in it, too.
func (s *Subquery) aroundAlone(x *Expr) bool {
	columns, others := false, false
	x.Columns(func(id ColumnID) {
		columns = true
		others = others || !slices.Contains(s.free, id)
	})
	return columns && !others
}

func (s *Subquery) replaceFree(e *Expr, f func(*Expr) *Expr) *Expr {
	return e.Map(func(x *Expr) *Expr {
		if x.Kind == expr.Column && slices.Contains(s.free, x.Col) {
			return f(x)
		}
		return nil
	})
}

// mapped is s with f of its root and g of its condition; s itself if neither changes.
func (s *Subquery) mapped(f func(Node) Node, g func(*Expr) *Expr) *Subquery {
	root, cond := f(s.Root), s.Cond
	if cond != nil {
		cond = g(cond)
	}
	if root == s.Root && cond == s.Cond {
		return s
	}
	return NewSubquery(root, cond)
}

// withRelation is x, which holds a relation, with f of that and g of its condition.
func withRelation(x *Expr, f func(Node) Node, g func(*Expr) *Expr) *Expr {
	s := x.Rel.(*Subquery)
	r := s.mapped(f, g)
	if r == s {
		return x
	}
	c := *x
	c.Rel = r
	return &c
}

// MapRelations is n with f of each relation in its expressions.
func MapRelations(n Node, f func(Node) Node) Node {
	var inExpr func(e *Expr) *Expr
	inExpr = func(e *Expr) *Expr {
		return e.Map(func(x *Expr) *Expr {
			if x.Rel == nil {
				return nil
			}
			return withRelation(x, f, inExpr)
		})
	}
	return n.MapExprs(inExpr)
}

// Text implements expr.Relation.
func (s *Subquery) Text(param func(i int) int) string {
	to, next := map[ColumnID]ColumnID{}, ColumnID(0)
	root := Rename(s.Root, to, func() ColumnID { next--; return next })
	if s.Cond != nil {
		root = &Select{In: root, Preds: []*Expr{renaming(to).expr(s.Cond)}}
	}
	return FormatTree((&renumbering{param, map[int]int{}}).node(root))
}

// renumbering gives what is the same one number: parameters, and recursions, in their order.
type renumbering struct {
	param func(i int) int // nil: each is its own
	loops map[int]int
}

func (r *renumbering) loop(number int) int {
	if _, ok := r.loops[number]; !ok {
		r.loops[number] = len(r.loops)
	}
	return r.loops[number]
}

func (r *renumbering) node(n Node) Node {
	n = MapInputs(n, r.node).MapExprs(r.expr)
	switch x := n.(type) {
	case *Limit:
		c := *x
		for _, i := range []*int{&c.Count, &c.Offset} {
			if *i >= 0 && r.param != nil {
				*i = r.param(*i)
			}
		}
		return &c
	case *Recursive:
		c := *x
		c.Number = r.loop(x.Number)
		return &c
	case *Working:
		return &Working{Number: r.loop(x.Number), Cols: x.Cols}
	}
	return n
}

func (r *renumbering) expr(e *Expr) *Expr {
	return e.Map(func(x *Expr) *Expr {
		switch {
		case r.param != nil && (x.Kind == expr.Parameter || x.Kind == expr.InList):
			c := *x.MapArgs(r.expr)
			c.Param = r.param(x.Param)
			return &c
		case x.Rel != nil:
			return withRelation(x, r.node, r.expr)
		}
		return nil
	})
}
