package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// restrictDefinitions lets a definition have only rows that some reference to it wants, if all say what they want:
//
//	with d: t; join(select(x = 1)(reference d), select(x = 2)(reference d))  →  with d: select(x = 1 OR x = 2)(t); …
//
// What a reference wants more exactly stays above it.
func restrictDefinitions(r *run) {
	for i := len(r.st.Defs) - 1; i >= 0; i-- { // a definition refers to those in front of it
		w := &wishes{of: i, cols: r.st.Defs[i].Root.Columns()}
		w.in(r.st.Root)
		for _, d := range r.st.Defs[i+1:] {
			w.in(d.Root)
		}
		if w.all || len(w.arms) == 0 {
			continue
		}
		preds := r.factor(expr.AnyOf(w.arms))
		r.st.Defs[i].Root = r.push(r.st.Defs[i].Root, preds)
	}
}

// wishes is what references to a definition want of it.
type wishes struct {
	of   int
	cols []algebra.Column // of the definition
	arms []*algebra.Expr  // over them
	all  bool             // one wants all rows
}

// in collects the wishes in a tree.
func (w *wishes) in(n algebra.Node) {
	switch x := n.(type) {
	case *algebra.Reference:
		w.all = w.all || x.Def == w.of
	case *algebra.Select:
		if ref, ok := x.In.(*algebra.Reference); ok {
			if ref.Def == w.of {
				w.arm(ref, x.Preds)
			}
			return
		}
	}
	for _, in := range n.Inputs() {
		w.in(in)
	}
}

// arm is the wish of one reference.
func (w *wishes) arm(ref *algebra.Reference, preds []*algebra.Expr) {
	by := map[algebra.ColumnID]*algebra.Expr{}
	for i, c := range ref.Cols {
		by[c.ID] = w.cols[i].Ref()
	}
	var own []*algebra.Expr
	for _, e := range preds {
		if e.Movable() && e.HasColumn() {
			own = append(own, e.Substitute(by))
		}
	}
	if len(own) == 0 {
		w.all = true
		return
	}
	w.arms = append(w.arms, expr.AllOf(own))
}
