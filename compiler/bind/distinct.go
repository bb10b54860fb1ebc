package bind

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// distinctOn binds DISTINCT ON: items as those of ORDER BY, which must have them in front of all others.
func (s *selection) distinctOn(sc *scope) error {
	for _, x := range s.q.DistinctOn {
		i, err := s.sorted(sc, x, "DISTINCT ON")
		if err != nil {
			return err
		}
		if err := s.b.equated(s.exprs[i].Type, x.At()); err != nil {
			return err
		}
		if !slices.Contains(s.distinctAt, i) {
			s.distinctAt, s.distinctPos = append(s.distinctAt, i), append(s.distinctPos, x.At())
		}
	}
	others := false // an item of ORDER BY that is none of them
	for _, at := range s.sortAt {
		switch k := slices.Index(s.distinctAt, at); {
		case k < 0:
			others = true
		case others:
			return s.misplaced(k)
		}
	}
	for k, at := range s.distinctAt {
		if others && !slices.Contains(s.sortAt, at) {
			return s.misplaced(k)
		}
	}
	return nil
}

func (s *selection) misplaced(k int) error {
	return s.b.errorAt(s.distinctPos[k], sqlerr.InvalidColumnReference,
		"SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
}

// distinct keeps one of rows that are the same: any, where their values may be equal and yet differ. Then its columns
// are others than in's.
func (b *binder) distinct(in algebra.Node) algebra.Node {
	cols := in.Columns()
	own := func(c algebra.Column) bool { return c.Type.OwnOrder() }
	if !slices.ContainsFunc(cols, own) {
		return &algebra.Distinct{In: in}
	}
	groups, top := &algebra.Aggregate{In: in}, &algebra.Project{}
	var kept []algebra.Column
	for _, c := range cols {
		key := b.ordered(c.Ref())
		groups.Keys = append(groups.Keys, key)
		k := algebra.Column{ID: b.newID(), Name: c.Name, Type: key.Type, Nullable: c.Nullable}
		groups.Cols = append(groups.Cols, k)
		if own(c) {
			k = algebra.Column{ID: b.newID(), Name: c.Name, Type: c.Type, Nullable: c.Nullable}
			kept = append(kept, k)
			groups.Aggs = append(groups.Aggs, algebra.AggCall{Fn: b.fns.Aggregate("any_value"), Type: c.Type,
				Args: []*algebra.Expr{c.Ref()}})
		}
		top.Exprs = append(top.Exprs, k.Ref())
		k.ID = b.newID()
		top.Cols = append(top.Cols, k)
	}
	groups.Cols = append(groups.Cols, kept...)
	top.In = groups
	return top
}

// firstOfEach keeps the first row, in the order of ORDER BY, of those that agree in the items of DISTINCT ON.
func (s *selection) firstOfEach(in *algebra.Project) algebra.Node {
	b := s.b
	w := &algebra.Window{In: in, Cols: []algebra.Column{{ID: b.newID(), Name: "row_number", Type: types.TInt8}}}
	for _, at := range s.distinctAt {
		w.PartitionBy = append(w.PartitionBy, b.ordered(in.Cols[at].Ref()))
	}
	for i, k := range s.sort {
		if at := s.sortAt[i]; !slices.Contains(s.distinctAt, at) {
			k.Expr = b.ordered(in.Cols[at].Ref())
			w.OrderBy = append(w.OrderBy, k)
		}
	}
	upTo := algebra.Frame{Peers: len(w.OrderBy), Mode: expr.RangeFrame,
		Start: algebra.Bound{Kind: expr.UnboundedPreceding}, End: algebra.Bound{Kind: expr.CurrentRow}}
	w.Calls = []algebra.WindowCall{{Fn: b.fns.Window("row_number"), Type: types.TInt8, Frame: upTo}}
	first := expr.CallOf(b.fns.Op("eq"), types.TBool, nil, w.Cols[0].Ref(), algebra.Number(types.TInt8, 1))
	return &algebra.Select{In: w, Preds: []*algebra.Expr{first}}
}
