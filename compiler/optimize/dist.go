package optimize

import (
	"slices"

	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// distKind says where an operator's rows are.
type distKind uint8

const (
	distEven   distKind = iota // each row on some slice
	distHash                   // each row on slice DistHash(keys) mod slices
	distAll                    // every row on every node
	distSingle                 // all rows in one instance
)

// dist is the distribution of an operator's output.
type dist struct {
	kind distKind
	keys []algebra.ColumnID // distHash, in the order of hashing
}

// has reports whether a hash distribution is by a column, among others.
func (d dist) has(id algebra.ColumnID) bool { return slices.Contains(d.keys, id) }

// tableDist is where a stored table's rows are, cols being what is read of it.
func tableDist(t *state.Table, cols []algebra.Column, colNos []int) dist {
	switch t.Effective {
	case state.DistAll:
		return dist{kind: distAll}
	case state.DistKey:
		key := t.DistPlace()
		for i, no := range colNos {
			if no == key {
				return dist{kind: distHash, keys: []algebra.ColumnID{cols[i].ID}}
			}
		}
	}
	return dist{kind: distEven}
}

// placementColumn is the column whose DistHash an expression's equals: the
// column itself, perhaps below casts inside its comparison class. Where values are compared by their keys, rows lie by
// these: the key's is that of the column.
func placementColumn(e *algebra.Expr) (algebra.ColumnID, string, bool) {
	own := isKey(e)
	if own {
		e = e.Args[0]
	}
	if own != e.Type.OwnOrder() {
		return 0, "", false
	}
	class := e.Type.DistClass()
	for e.Kind == expr.Call && e.Op.KeepsHash && e.Args[0].Type.DistClass() == class {
		e = e.Args[0]
	}
	if e.Kind != expr.Column || class == "" {
		return 0, "", false
	}
	return e.Col, class, true
}

// isKey reports whether e is the key of a value that is compared by it.
func isKey(e *algebra.Expr) bool { return e.Kind == expr.Call && e.Op.Key }

// placedBy reports whether rows distributed by d are together whenever the
// expressions keys are equal, and then which of keys, in d's order, decide.
func (p *planner) placedBy(d dist, keys []*algebra.Expr) ([]int, bool) {
	if d.kind != distHash || len(d.keys) == 0 {
		return nil, false
	}
	out := p.slabs.numbers.make(len(d.keys))
	for i, id := range d.keys {
		at := -1
		for j, k := range keys {
			if col, class, ok := placementColumn(k); ok && p.find(col) == p.find(id) &&
				class == p.info[id].col.Type.DistClass() {
				at = j
				break
			}
		}
		if at < 0 {
			return nil, false
		}
		out[i] = at
	}
	return out, true
}

// movement is what a join does to bring matching rows together, in Redshift's words.
type movement uint8

const (
	distNone movement = iota // co-located by their keys, or both in one place
	allNone                  // the build side is on every node
	bcastInner
	distInner
	distOuter
	distBoth
	gathered // both to one instance
)

func (m movement) String() string {
	return [...]string{"DS_DIST_NONE", "DS_DIST_ALL_NONE", "DS_BCAST_INNER", "DS_DIST_INNER", "DS_DIST_OUTER",
		"DS_DIST_BOTH", "DS_DIST_BOTH"}[m]
}

// legalMoves: may a join of this kind bring its sides together that way?
//
// A movement leaves each probe row in exactly one place with all its matches, which is all that kinds need that emit
// probe rows. Those that emit rows of the build side need these in one place, too, with all that may match
// them: nothing that is on several nodes. A probe side that is on every node itself is dealt out once first (dealOut),
// except beside a build side that is too.
var legalMoves = map[plan.JoinKind][7]bool{
	//                 NONE  ALL    BCAST  INNER OUTER BOTH  gathered
	plan.InnerJoin: {true, true, true, true, true, true, false},
	plan.LeftJoin:  {true, true, true, true, true, true, false},
	plan.FullJoin:  {true, false, false, true, true, true, true},
	plan.RightJoin: {true, false, false, true, true, true, true},
	plan.SemiJoin:  {true, true, true, true, true, true, false},
	plan.AntiJoin:  {true, true, true, true, true, true, false},
	plan.MarkJoin:  {true, true, true, true, true, true, false},
	plan.FindJoin:  {true, false, false, true, true, true, true},
}

// dealOut is n with each row in one place.
func (p *planner) dealOut(n physical) physical {
	if n.out().dist.kind != distAll {
		return n
	}
	return n.dealOut(p)
}
