package algebra

import (
	"slices"

	"slipher/compiler/expr"
)

// Subquery is a relation in an expression. Columns that nothing in it makes are free: those of
// the row that the expression is evaluated for.
type Subquery struct {
	Root Node
	free []ColumnID
}

var _ expr.Relation[ColumnID] = (*Subquery)(nil)

// NewSubquery is the relation root in an expression.
func NewSubquery(root Node) *Subquery {
	made := map[ColumnID]bool{}
	Walk(root, func(n Node) {
		cols, _ := n.produces()
		for _, c := range cols {
			made[c.ID] = true
		}
	})
	s := &Subquery{Root: root}
	Walk(root, func(n Node) {
		n.EachExpr(func(e *Expr) {
			e.Columns(func(id ColumnID) {
				if !made[id] && !slices.Contains(s.free, id) {
					s.free = append(s.free, id)
				}
			})
		})
	})
	return s
}

// Free implements expr.Relation.
func (s *Subquery) Free() []ColumnID { return s.free }

// Replace implements expr.Relation.
func (s *Subquery) Replace(f func(*Expr) *Expr) expr.Relation[ColumnID] {
	root := MapAllExprs(s.Root, func(e *Expr) *Expr {
		return e.Map(func(x *Expr) *Expr {
			if x.Kind == expr.Column && slices.Contains(s.free, x.Col) {
				return f(x)
			}
			return nil
		})
	})
	if root == s.Root {
		return s
	}
	return NewSubquery(root)
}

// withRelation is x, which holds a relation, with f of it.
func withRelation(x *Expr, f func(Node) Node) *Expr {
	root := x.Rel.(*Subquery).Root
	n := f(root)
	if n == root {
		return x
	}
	c := *x
	c.Rel = NewSubquery(n)
	return &c
}

// MapRelations is n with f of each relation in its expressions.
func MapRelations(n Node, f func(Node) Node) Node {
	return n.MapExprs(func(e *Expr) *Expr {
		return e.Map(func(x *Expr) *Expr {
			if x.Rel == nil {
				return nil
			}
			return withRelation(x, f)
		})
	})
}
