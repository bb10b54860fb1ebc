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
	b := s.b
	for _, x := range s.q.DistinctOn {
		i, err := s.sorted(sc, x, "DISTINCT ON")
		if err != nil {
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
		if err := b.identifies(s.exprs[at].Type, "DISTINCT ON", s.distinctPos[k]); err != nil {
			return err
		}
	}
	return nil
}

func (s *selection) misplaced(k int) error {
	return s.b.errorAt(s.distinctPos[k], sqlerr.InvalidColumnReference,
		"SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
}

// firstOfEach keeps the first row, in the order of ORDER BY, of those that agree in the items of DISTINCT ON.
func (s *selection) firstOfEach(in *algebra.Project) algebra.Node {
	b := s.b
	w := &algebra.Window{In: in, Cols: []algebra.Column{{ID: b.newID(), Name: "row_number", Type: types.TInt8}}}
	for _, at := range s.distinctAt {
		w.PartitionBy = append(w.PartitionBy, in.Cols[at].Ref())
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
