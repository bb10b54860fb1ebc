package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// orderBy binds ORDER BY: ordinals, then result columns by name, then
// expressions over the input. What is not in the select list becomes a hidden
// column of the projection.
func (s *selection) orderBy(sc *scope) error {
	for _, o := range s.q.OrderBy {
		i, err := s.sorted(sc, o.Expr, "ORDER BY")
		if err != nil {
			return err
		}
		if err := s.b.sortable(s.exprs[i].Type, o.Expr.At()); err != nil {
			return err
		}
		k := algebra.SortKey{Desc: o.Desc, NullsFirst: nullsFirst(o)}
		if !s.sortsBy(i) { // a second key on the same column orders nothing
			s.sort, s.sortAt = append(s.sort, k), append(s.sortAt, i)
		}
	}
	return nil
}

// sorted is the column of the projection that an item of clause means.
func (s *selection) sorted(sc *scope, e parse.Expr, clause string) (int, error) {
	i, err := s.resultColumn(e, clause)
	if err != nil || i >= 0 {
		return i, err
	}
	x, err := s.b.item(sc, e)
	if err != nil {
		return 0, err
	}
	return s.column(x), nil
}

// nullsFirst reports whether NULLs stand first: they are the largest values if nothing is said.
func nullsFirst(o parse.OrderItem) bool {
	return o.Nulls == parse.NullsFirst || o.Nulls != parse.NullsLast && o.Desc
}

func (s *selection) sortsBy(i int) bool {
	for _, at := range s.sortAt {
		if at == i {
			return true
		}
	}
	return false
}

// resultColumn finds the target that an ordinal or bare name means, -1 if none.
func (s *selection) resultColumn(e parse.Expr, clause string) (int, error) {
	b := s.b
	if l, ok := e.(*parse.Literal); ok && l.Kind != parse.IntLiteral {
		return -1, b.errorAt(l.Pos, sqlerr.SyntaxError, "non-integer constant in %s", clause)
	} else if ok {
		if _, _, err := b.ordinal(e, s.targets, clause); err != nil {
			return -1, err
		}
		n := 0
		for _, c := range l.Text {
			n = n*10 + int(c-'0')
		}
		return n - 1, nil
	}
	r, ok := e.(*parse.ColumnRef)
	if !ok || len(r.Parts) != 1 || r.Star {
		return -1, nil
	}
	found := -1
	for i, n := range s.names {
		if n != r.Parts[0] {
			continue
		}
		if found >= 0 && !b.equal(s.exprs[found], s.exprs[i]) {
			return -1, b.errorAt(r.Pos, sqlerr.AmbiguousColumn, "%s \"%s\" is ambiguous", clause, n)
		}
		if found < 0 {
			found = i
		}
	}
	return found, nil
}

// column is the index of e in the projection, added behind the rest if it is new.
func (s *selection) column(e *algebra.Expr) int {
	for i, x := range s.exprs {
		if s.b.equal(x, e) {
			return i
		}
	}
	s.exprs = append(s.exprs, e)
	return len(s.exprs) - 1
}
