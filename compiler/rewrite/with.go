package rewrite

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// inlineDefinitions puts the definitions of WITH where they are referred to:
//
//	with d: t; join(reference d, reference d)  →  join(t, t')
//
// each with columns of its own. One that is referred to several times stays a definition, whose rows are kept, if it is
// more than reading and filtering a table, or gives other rows each time.
func inlineDefinitions(r *run) {
	if len(r.st.Defs) == 0 {
		return
	}
	inlineWhere(r, func(d algebra.Node, references int) bool {
		return references == 1 || cheap(d) || len(algebra.Free(d)) > 0 // it is of a row around it
	})
	r.dropEffects()
}

// inlineSingles puts definitions that are referred to once where that is.
func inlineSingles(r *run) {
	inlineWhere(r, func(_ algebra.Node, references int) bool { return references == 1 })
}

// inlineWhere inlines those definitions of which inline says so; those that nothing refers to are gone.
func inlineWhere(r *run, inline func(d algebra.Node, references int) bool) {
	count := r.references()
	var kept []algebra.Definition
	now := map[int]int{}
	roots := make([]algebra.Node, len(r.st.Defs)) // of those that are inlined
	put := func(n algebra.Node) algebra.Node { return renumbered(r.inlined(n, roots), now) }
	for i, d := range r.st.Defs {
		if count[i] == 0 {
			continue
		}
		if root := r.inlined(d.Root, roots); inline(root, count[i]) {
			roots[i] = root
			continue
		}
		d.Root = put(d.Root)
		now[i] = len(kept)
		kept = append(kept, d)
	}
	r.st.Root, r.st.Defs = put(r.st.Root), kept
}

// references counts, for each definition, the references that there are if those that nothing needs are gone.
func (r *run) references() []int {
	count := make([]int, len(r.st.Defs))
	note := func(n algebra.Node) {
		algebra.WalkAll(n, func(n algebra.Node) {
			if ref, ok := n.(*algebra.Reference); ok {
				count[ref.Def]++
			}
		})
	}
	note(r.st.Root)
	for i := len(r.st.Defs) - 1; i >= 0; i-- { // a definition refers to those in front of it
		if count[i] > 0 {
			note(r.st.Defs[i].Root)
		}
	}
	return count
}

// dropEffects takes functions with effects away that nothing calls: definitions that nothing refers to are not run.
func (r *run) dropEffects() {
	used := map[int]bool{}
	note := func(n algebra.Node) {
		algebra.WalkAll(n, func(n algebra.Node) {
			n.EachExpr(func(e *algebra.Expr) {
				e.Walk(func(x *algebra.Expr) {
					if x.Kind == expr.Parameter {
						used[x.Param] = true
					}
				})
			})
		})
	}
	note(r.st.Root)
	for _, d := range r.st.Defs {
		note(d.Root)
	}
	for i := len(r.st.Params) - 1; i >= 0; i-- { // arguments stand before what they are of
		switch p := r.st.Params[i]; {
		case p.Effect == nil:
		case !used[i]:
			r.st.Params[i] = expr.Param{Type: p.Type, Value: types.NullDatum}
		default:
			for _, a := range p.Effect.Args {
				used[a] = true
			}
		}
	}
}

// inlined is n with the definitions that are not nil in the place of references to them, in expressions' relations,
// too.
func (r *run) inlined(n algebra.Node, defs []algebra.Node) algebra.Node {
	ref, ok := n.(*algebra.Reference)
	switch {
	case !ok:
		n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return r.inlined(in, defs) })
		return algebra.MapRelations(n, func(in algebra.Node) algebra.Node { return r.inlined(in, defs) })
	case defs[ref.Def] == nil:
		return n
	}
	to := map[algebra.ColumnID]algebra.ColumnID{}
	for i, c := range defs[ref.Def].Columns() {
		to[c.ID] = ref.Cols[i].ID
	}
	return algebra.Rename(defs[ref.Def], to, r.st.Fresh)
}

// renumbered is n with references to definitions by their numbers of now.
func renumbered(n algebra.Node, now map[int]int) algebra.Node {
	if ref, ok := n.(*algebra.Reference); ok {
		if at, ok := now[ref.Def]; ok && at != ref.Def {
			c := *ref
			c.Def = at
			return &c
		}
		return n
	}
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return renumbered(in, now) })
	return algebra.MapRelations(n, func(in algebra.Node) algebra.Node { return renumbered(in, now) })
}
