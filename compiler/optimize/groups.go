package optimize

import (
	"math"
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
	"slipher/runtime/sketch"
)

// groups is the number of groups that keys make of the rows of q: of the columns of each table as many as there are
// combinations of their values, in the rows that the conditions on the table leave.
func (p *planner) groups(keys []*algebra.Expr, q *props) float64 {
	d, guessed := 1.0, 0
	for _, ks := range p.byScan(keys) {
		most := math.Min(p.valuesLeft(ks, q), math.Min(p.valuesChosen(ks, q), p.valuesReached(ks, q)))
		if c, _ := p.combinations(ks); c > 0 {
			d *= math.Min(most, p.thinned(ks[0], c, q.rows))
			continue
		}
		own := 1.0
		for _, k := range ks {
			own *= math.Min(p.valuesLeft([]*algebra.Expr{k}, q), p.thinned(k, p.exprDistinct(k, math.Inf(1)), q.rows))
		}
		d *= math.Min(own, most)
		guessed += len(ks)
	}
	if d >= q.rows {
		return math.Max(1, q.rows)
	}
	if guessed > 1 {
		d = math.Min(d, math.Max(1, q.rows/2))
	}
	return math.Max(1, d)
}

// basis is what a column is before it was renamed or made a key of groups, and through which reference to a definition,
// 0: none.
func (p *planner) basis(id algebra.ColumnID) (base, via algebra.ColumnID) {
	for {
		if via == 0 {
			via = p.via[id]
		}
		up, ok := p.from[id]
		if !ok {
			return id, via
		}
		id = up
	}
}

// byScan parts keys into those of each table, in the order in which they come, as the columns of the table that they
// are; keys that are no columns of a table with statistics are by themselves.
func (p *planner) byScan(keys []*algebra.Expr) [][]*algebra.Expr {
	type row struct {
		scan *sampled
		via  algebra.ColumnID
	}
	var out [][]*algebra.Expr
	at := map[row]int{}
	for _, k := range keys {
		s := stripCasts(k)
		if s.Kind != expr.Column {
			out = append(out, []*algebra.Expr{k})
			continue
		}
		base, via := p.basis(s.Col)
		o, ok := p.origins[base]
		if !ok {
			out = append(out, []*algebra.Expr{k})
			continue
		}
		if base != s.Col {
			k = p.info[base].col.Ref()
		}
		i, ok := at[row{o.scan, via}]
		if !ok {
			i = len(out)
			at[row{o.scan, via}], out = i, append(out, nil)
		}
		out[i] = append(out[i], k)
	}
	return out
}

// thinned is how many of d values of a table's column, or combinations of them, rows have that are chosen of the
// table's: all rows with a value may be among those left out.
func (p *planner) thinned(k *algebra.Expr, d, rows float64) float64 {
	k = stripCasts(k)
	d = math.Min(d, math.MaxFloat32)
	if k.Kind == expr.Column && p.info[k.Col] != nil {
		return chosen(p.info[k.Col].rows, d, rows)
	}
	return math.Min(d, rows)
}

// chosen is how many of d values are in rows rows of base, chosen by chance.
func chosen(base, d, rows float64) float64 {
	if base > rows && base >= d {
		return math.Max(1, d*(1-math.Pow(1-rows/base, base/d)))
	}
	return math.Min(d, rows)
}

// noteLeft remembers what the conditions on a scan leave of it.
func (p *planner) noteLeft(n physical) {
	preds := conditions(n)
	if len(preds) == 0 {
		return
	}
	s := n
	for {
		f, ok := s.(*filterOp)
		if !ok {
			break
		}
		s = f.in
	}
	sc := s.(*scanOp).scan
	if len(sc.Cols) == 0 {
		return
	}
	if o, ok := p.origins[sc.Cols[0].ID]; ok {
		o.scan.conds, o.scan.left = preds, n.out().rows
	}
}

// valuesLeft is how many combinations of the values of ks, columns of one table, the conditions on it leave, and, of
// a single column, those on tables that are joined by it; infinite: as many as there are.
func (p *planner) valuesLeft(ks []*algebra.Expr, q *props) float64 {
	most := p.left(ks)
	if k := stripCasts(ks[0]); len(ks) == 1 && k.Kind == expr.Column {
		for _, id := range p.class(k.Col) {
			if id != k.Col && hasColumn(q.cols, id) {
				base, _ := p.basis(id)
				most = math.Min(most, p.left([]*algebra.Expr{p.info[base].col.Ref()}))
			}
		}
	}
	return most
}

// valuesChosen is how many combinations of the values of ks, columns of one table, its rows have that are chosen by
// columns by which it is joined to others with conditions; infinite: nothing is known. Rows that are alike in the
// columns by which they are chosen and in ks, as those of one receipt are, are chosen together.
func (p *planner) valuesChosen(ks []*algebra.Expr, q *props) float64 {
	o, ok := p.origins[stripCasts(ks[0]).Col]
	if !ok || len(o.scan.conds) > 0 || q.rows >= float64(o.scan.st.Rows) {
		return math.Inf(1)
	}
	s := o.scan
	all, by := ks, false
	for _, c := range s.scan.Cols {
		if p.chooses(c.ID, s) {
			all, by = append(all[:len(all):len(all)], c.Ref()), true
		}
	}
	if !by {
		return math.Inf(1)
	}
	units, _ := p.combinations(all)
	if units == 0 || units > float64(s.st.Rows)*mostUnits {
		return math.Inf(1)
	}
	return chosen(units, math.Min(p.valuesOfAll(ks), units), units*q.rows/float64(s.st.Rows))
}

// valuesOfAll is how many combinations of the values of ks, columns of one table, there are in it.
func (p *planner) valuesOfAll(ks []*algebra.Expr) float64 {
	if len(ks) > 1 {
		if c, _ := p.combinations(ks); c > 0 {
			return c
		}
	}
	return p.exprDistinct(ks[0], math.Inf(1))
}

// valuesReached is how many combinations of the values of ks, columns of one table, those of its rows have that another
// table's rows mean by its key; infinite: nothing is known.
func (p *planner) valuesReached(ks []*algebra.Expr, q *props) float64 {
	o, ok := p.origins[stripCasts(ks[0]).Col]
	if !ok {
		return math.Inf(1)
	}
	s := o.scan
	rows, reached := float64(s.st.Rows), math.Inf(1)
	for _, c := range s.scan.Cols {
		if p.info[c.ID].distinct < rows*mostInRange {
			continue
		}
		for _, id := range p.class(c.ID) {
			f, ok := p.origins[id]
			if !ok || f.scan == s || !hasColumn(q.cols, id) {
				continue
			}
			key := []*algebra.Expr{p.info[id].col.Ref()}
			reached = math.Min(reached, p.thinned(key[0], p.exprDistinct(key[0], math.Inf(1)), q.rows))
			reached = math.Min(reached, math.Min(p.left(key), p.valuesChosen(key, q)))
		}
	}
	if reached >= rows {
		return math.Inf(1)
	}
	return chosen(rows, math.Min(p.valuesOfAll(ks), rows), reached)
}

// chooses reports whether a column of s is joined with a column of a table that has conditions.
func (p *planner) chooses(id algebra.ColumnID, s *sampled) bool {
	for _, other := range p.class(id) {
		if o, ok := p.origins[other]; ok && o.scan != s && len(o.scan.conds) > 0 {
			return true
		}
	}
	return false
}

// mostUnits is the part of a table's rows from which on groups of rows that are alike say nothing.
const mostUnits = 0.7

func hasColumn(cols []algebra.Column, id algebra.ColumnID) bool { return columnAt(cols, id) >= 0 }

// columnAt is the place of a column among cols, -1 if it is not there.
func columnAt(cols []algebra.Column, id algebra.ColumnID) int {
	return slices.IndexFunc(cols, func(c algebra.Column) bool { return c.ID == id })
}

// placeOf is the place of an expression that is one of cols, -1 if it is none.
func placeOf(e *algebra.Expr, cols []algebra.Column) int {
	if e.Kind != expr.Column {
		return -1
	}
	return columnAt(cols, e.Col)
}

// left is how many combinations of the values of a table's columns its own conditions leave.
func (p *planner) left(ks []*algebra.Expr) float64 {
	o, ok := p.origins[stripCasts(ks[0]).Col]
	if !ok || len(o.scan.conds) == 0 {
		return math.Inf(1)
	}
	s := o.scan
	most := s.left
	var nos []int
	for _, k := range ks {
		o := p.origins[stripCasts(k).Col]
		if !p.hasSample(o) {
			return most
		}
		nos = append(nos, o.no)
		if len(ks) == 1 {
			most = math.Min(most, chosen(float64(s.st.Rows), math.Max(1, s.st.Cols[o.no].Distinct), s.left))
		}
	}
	allowed := 1.0
	for _, k := range ks {
		allowed *= p.allowed(stripCasts(k).Col, s.conds, s.st.Cols[p.origins[stripCasts(k).Col].no].Distinct)
	}
	most = math.Min(most, allowed)
	holds := p.fulfilled(s.conds)
	if holds == nil {
		return most
	}
	hits, hashes := 0, map[uint64]int{}
	columns := make([]func(int) uint64, len(nos))
	for i, no := range nos {
		values, err := p.sampleValues(s, no)
		if err != nil {
			return most
		}
		class := s.scan.Table.Columns[no].Type.Phys()
		columns[i] = func(row int) uint64 { return sketch.HashValue(class, values[row]) }
	}
	for row := range int(s.st.Sampled) {
		if holds[row/64]>>(row%64)&1 == 0 {
			continue
		}
		hits++
		h := uint64(0)
		for _, c := range columns {
			h = sketch.Hash(h ^ c(row))
		}
		hashes[h]++
	}
	if hits < fewest || hits-len(hashes) < fewest && len(ks) == 1 { // of few that are alike there may be many more
		return most
	}
	once := 0
	for _, n := range hashes {
		if n == 1 {
			once++
		}
	}
	return math.Min(most, stats.Distinct(len(hashes), once, hits, s.left))
}

// allowed is how many of a column's values conditions leave that compare it with literals; values if they do not.
func (p *planner) allowed(id algebra.ColumnID, conds []*algebra.Expr, values float64) float64 {
	n := math.Max(1, values)
	var bounds []*algebra.Expr
	for _, e := range conds {
		switch {
		case e.Kind == expr.Or:
			sum := 0.0
			for _, arm := range expr.Arms(e) {
				sum += p.allowed(id, expr.Conjuncts(arm), values)
			}
			n = math.Min(n, sum)
		case e.Kind == expr.InList:
			if c := stripCasts(e.Args[0]); c.Kind == expr.Column && c.Col == id {
				n = math.Min(n, float64(len(p.st.Params[e.Param].List)))
			}
		default:
			switch col, op, _, ok := columnAgainst(p, e); {
			case !ok || col != id:
			case op == fn.Equal:
				return 1
			case op.Range():
				bounds = append(bounds, e)
			}
		}
	}
	if len(bounds) > 0 {
		n = math.Min(n, values*p.independent(bounds))
	}
	return math.Max(1, n)
}

// keyRows is how many rows with other values of keys a side of a join has: not more than there are groups of them. Of a
// table it is its rows, before conditions.
func (p *planner) keyRows(n physical, keys []*algebra.Expr, rows float64) float64 {
	if conditions(n) != nil {
		return rows
	}
	if _, ok := n.(*scanOp); ok {
		return rows
	}
	return math.Min(rows, p.groups(keys, n.out()))
}

// describeKey says of a key of groups, of which there are so many, that it has no other values than the rows that are
// grouped, and each in about as many groups as any other.
func (p *planner) describeKey(c algebra.Column, k *algebra.Expr, q *props, groups float64) {
	ci := p.info[c.ID]
	d, few := p.groups([]*algebra.Expr{k}, q), groups < q.rows/2
	if few && ci.stats != nil {
		ci.stats = ci.stats.Even()
	}
	ci.domain = p.domain(k)
	if o, ok := p.origins[stripCasts(k).Col]; ok { // conditions on other columns choose by chance
		ci.domain = p.allowed(stripCasts(k).Col, o.scan.conds, ci.domain)
	}
	if ci.distinct == 0 || d >= ci.distinct {
		return
	}
	if d < ci.distinct/2 { // shares of values are others
		ci.stats = nil
	}
	ci.distinct = d
}

// valuesOf is how many values of k the rows of q have, rows of a table or groups.
func (p *planner) valuesOf(k *algebra.Expr, q *props) float64 {
	if x := stripCasts(k); x.Kind == expr.Column && p.info[x.Col] != nil && p.info[x.Col].domain > 0 {
		return p.exprDistinct(k, q.rows)
	}
	return p.groups([]*algebra.Expr{k}, q)
}

// domain is how many values a key has its own of, of which those that are there were chosen by conditions that have
// nothing to do with it; 0: unknown.
func (p *planner) domain(k *algebra.Expr) float64 {
	k = stripCasts(k)
	if k.Kind != expr.Column || p.info[k.Col] == nil {
		return 0
	}
	ci := p.info[k.Col]
	return math.Max(ci.domain, ci.distinct)
}
