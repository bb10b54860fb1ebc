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
// each with columns of its own. The binder has refused what would grow beyond all bounds.
func inlineDefinitions(r *run, n algebra.Node) algebra.Node {
	if len(r.st.Defs) == 0 {
		return n
	}
	defs := make([]algebra.Node, len(r.st.Defs))
	for i, d := range r.st.Defs {
		defs[i] = r.inlined(d.Root, defs)
	}
	r.st.Defs = nil
	n = r.inlined(n, defs)
	r.dropEffects(n)
	return n
}

// dropEffects takes functions with effects away that n does not call: definitions that nothing refers to are not run.
func (r *run) dropEffects(n algebra.Node) {
	used := map[int]bool{}
	algebra.WalkAll(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) {
			e.Walk(func(x *algebra.Expr) {
				if x.Kind == expr.Parameter {
					used[x.Param] = true
				}
			})
		})
	})
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

func (r *run) inlined(n algebra.Node, defs []algebra.Node) algebra.Node {
	ref, ok := n.(*algebra.Reference)
	if !ok {
		n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return r.inlined(in, defs) })
		return algebra.MapRelations(n, func(in algebra.Node) algebra.Node { return r.inlined(in, defs) })
	}
	to := map[algebra.ColumnID]algebra.ColumnID{}
	for i, c := range defs[ref.Def].Columns() {
		to[c.ID] = ref.Cols[i].ID
	}
	return algebra.Rename(defs[ref.Def], to, r.st.Fresh)
}
