package optimize

import (
	"math"

	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
)

// readInTurn is the share of a scan's rows that a turn of a recursion reads, if the scan probes a table of the turn's
// own rows by what the scanned table lies by: row groups and sections without any of the table's keys are skipped. Of
// all other joins it is 1.
//
//	hash join(r.id = e.boss)(r, hash(e))  →  hash join(e.boss = r.id)(e, hash(r))
//
// So what hangs on a few rows of a large tree is found without a table of the whole tree. That pays only if turns are
// few or small. Of a tree they are: each of its rows is found once, by its one parent. Elsewhere turns may be many and
// come to the same places again and again (a traversal of a graph of 490,000 nodes in 1,400 turns took 3.6 s, and 0.3 s
// with a table of all edges). A tree is what gives to the next turn values that it has once: e.id.
func (p *planner) readInTurn(j *joinOp) float64 {
	s, scans := j.probe.(*scanOp)
	if !scans || p.inStep == 0 || p.env.Filters == FiltersPlanned || s.scan.Table == nil || !j.kind.Drops() ||
		j.movesProbe() { // what is sent has been read
		return 1
	}
	w := workingBelow(j.build)
	if w == nil {
		return 1
	}
	all := p.scanRows(s.scan)
	for i, k := range j.probeKeys {
		at := placeOf(k, s.scan.Cols)
		if at < 0 || !(plan.KeyZone{}).Fits(k.Type, j.buildKeys[i].Type) {
			continue
		}
		if p.env.Filters == FiltersForced {
			return 0
		}
		next := w.nextTurn(stripCasts(j.buildKeys[i]))
		if !liesBy(s.scan, at) || next == nil || !covered([]*algebra.Expr{next}, s.scan.Cols) ||
			p.exprDistinct(next, all) < mostlyOnce*all {
			continue
		}
		keys := j.build.out().rows * unknownSteps // as if each turn had the rows of all
		return math.Min(1, keys*sectionsOfKey*abi.VectorRows*float64(p.env.Slices)/math.Max(1, all))
	}
	return 1
}

// liesBy reports whether a scanned table's rows are in the order of one of the scan's columns.
func liesBy(n *algebra.Scan, col int) bool {
	t := n.Table
	return t.SortStyle == state.SortCompound && t.SortPlaces()[0] == n.ColNos[col]
}

const (
	// sectionsOfKey is how many sections of each slice a key is in.
	sectionsOfKey = 2
	// mostlyOnce is the part of a column's rows that values must be to be taken to be there once each: numbers of distinct
	// values err by a few percent.
	mostlyOnce = 0.9
)

// workingBelow is the scan of the working rows that an operator filters or hands on, nil if it does more.
func workingBelow(n physical) *workingOp {
	for {
		switch x := n.(type) {
		case *workingOp:
			return x
		case *filterOp:
			n = x.in
		default:
			return nil
		}
	}
}

// nextTurn is what the recursion's step gives for the next turn in the place of a column of the working rows, nil if
// that is no column or cast of one.
func (w *workingOp) nextTurn(key *algebra.Expr) *algebra.Expr {
	at := placeOf(key, w.cols)
	if at < 0 {
		return nil
	}
	n := w.of.next
	e := n.Columns()[at].Ref()
	for {
		switch x := n.(type) {
		case *algebra.Project:
			i := placeOf(e, x.Cols)
			if i < 0 {
				return nil
			}
			if e = stripCasts(x.Exprs[i]); e.Kind != expr.Column {
				return nil
			}
			n = x.In
		case *algebra.Select:
			n = x.In
		default:
			return e
		}
	}
}
