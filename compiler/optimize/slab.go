package optimize

import "slipher/compiler/algebra"

// slab hands out short slices, many of an allocation. They are never given back: a planner lives shortly.
type slab[T any] struct{ free []T }

const slabSize = 256

func (s *slab[T]) make(n int) []T {
	if len(s.free) < n {
		s.free = make([]T, max(n, slabSize))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// slabs are those of a planner.
type slabs struct {
	numbers slab[int]
	columns slab[algebra.ColumnID]
	exprs   slab[*algebra.Expr]
	joins   slab[joinOp]
	trees   slab[physical]
}
