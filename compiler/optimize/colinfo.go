package optimize

import (
	"math"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
)

// colInfo is what estimation and EXPLAIN know of a column.
type colInfo struct {
	col      algebra.Column
	qual     string  // alias or table name, "" for computed columns
	rows     float64 // of its table; 0: it is computed
	distinct float64 // 0: unknown
	domain   float64 // of a key of groups, the values of which distinct were chosen by chance; see planner.domain
	nullFrac float64
	min, max types.Datum // both Null: unknown
	width    float64
	// unmatched is the share of rows, of those with a value or without, that an outer join has left without a match.
	unmatched float64
	truth     float64 // of a computed BOOLEAN, the share of rows in which it is true; 0: unknown
	// spread is how the values of a computed column lie; nil: nobody knows.
	spread *spreading
	stats  *stats.Column // of the table's column that it is; nil: unknown, or it is computed
}

// nulls is the share of rows without a value.
func (ci *colInfo) nulls() float64 { return 1 - (1-ci.nullFrac)*(1-ci.unmatched) }

// tableStats is ANALYZE's result for t, or nil.
func (p *planner) tableStats(t *state.Table) *stats.Table {
	if p.env.Stats == nil {
		return nil
	}
	return p.env.Stats(t)
}

// describeScan enters the columns of a scan.
func (p *planner) describeScan(n *algebra.Scan) {
	qual := n.Alias
	if qual == "" {
		qual = n.Relation
		if n.Table != nil {
			qual = n.Table.Name
		}
	}
	var st *stats.Table
	if n.Table != nil {
		if st = p.tableStats(n.Table); st == nil || st.Guessed {
			p.noteMissing(n.Table.Name)
		}
		if st != nil {
			p.noteColumns(n, st)
		}
	}
	rows := p.scanRows(n)
	for i, c := range n.Cols {
		ci := &colInfo{col: c, qual: qual, rows: rows, min: types.NullDatum, max: types.NullDatum}
		if st != nil && i < len(n.ColNos) && n.ColNos[i] < len(st.Cols) {
			s := &st.Cols[n.ColNos[i]]
			ci.stats = s
			ci.distinct, ci.nullFrac, ci.min, ci.max, ci.width = s.Distinct, s.NullFrac, s.Min, s.Max, s.Width
		}
		if ci.distinct == 0 {
			ci.distinct = bounded(c.Type, ci.min, ci.max, defaultDistinct(c.Type, rows))
			if n.Table != nil && (soleKey(n.Table, n.ColNos[i]) || n.ColNos[i] == n.Table.RowIDColumn()) {
				ci.distinct = rows
			}
		}
		p.info[c.ID] = ci
	}
}

func (p *planner) noteMissing(table string) {
	for _, m := range p.missing {
		if m == table {
			return
		}
	}
	p.missing = append(p.missing, table)
}

// soleKey reports whether column no alone is a declared primary or unique key.
func soleKey(t *state.Table, no int) bool {
	for _, c := range t.Constraints {
		if (c.Kind == "p" || c.Kind == "u") && len(c.Columns) == 1 && t.Place(c.Columns[0]) == no {
			return true
		}
	}
	return false
}

// defaultDistinct guesses for a column without statistics. Numbers are keys more
// often than text is; short text is mostly a code of few values. A guess too high makes
// equality look more selective than it is, and that makes worse plans than the opposite.
func defaultDistinct(t types.Type, rows float64) float64 {
	switch {
	case t.Kind == types.Bool:
		return 2
	case t.Distinct() > 0:
		return math.Min(rows, t.Distinct())
	case t.IsString():
		d := 5.0
		switch {
		case t.Len > 40:
			d = math.Max(200, rows/20)
		case t.Len > 10:
			d = 200
		case t.Len > 1:
			d = 25
		}
		return math.Min(rows, d)
	}
	return math.Min(rows, math.Max(200, rows/4))
}

// bounded limits a guess by the number of values that bounds leave room for.
func bounded(t types.Type, min, max types.Datum, guess float64) float64 {
	if min.Null || max.Null || !t.Phys().IsInt() || t.Phys() == types.I128 {
		return guess
	}
	return math.Min(guess, math.Max(1, float64(max.Lo)-float64(min.Lo)+1))
}

// scanRows is the number of rows in what a scan reads.
func (p *planner) scanRows(n *algebra.Scan) float64 {
	if n.Table == nil {
		return 100
	}
	if st := p.tableStats(n.Table); st != nil && n.Table.Version.Rows == 0 {
		return math.Max(1, float64(st.Rows))
	}
	return math.Max(1, float64(n.Table.Version.Rows))
}

// describe enters a computed column.
func (p *planner) describe(c algebra.Column, e *algebra.Expr, rows float64) {
	ci := &colInfo{col: c, min: types.NullDatum, max: types.NullDatum}
	if e != nil && e.Kind == expr.Column && p.info[e.Col] != nil {
		from := *p.info[e.Col]
		from.col = c
		if c.ID != e.Col {
			p.from[c.ID] = e.Col
		}
		*ci = from
	} else if e != nil {
		ci.distinct = p.exprDistinct(e, rows)
	}
	p.info[c.ID] = ci
}

// colWidth is the average bytes of a column's values.
func (p *planner) colWidth(c algebra.Column) float64 {
	if ci := p.info[c.ID]; ci != nil && ci.width > 0 {
		return ci.width
	}
	return typeWidth(c.Type)
}

// typeWidth is the bytes of a value of type t; strings are taken to be filled to a part.
func typeWidth(t types.Type) float64 {
	if t.Phys() != types.Str {
		return float64(t.Phys().Width())
	}
	switch n := float64(t.Len); {
	case t.Kind == types.Char:
		return n
	case n <= 0 || n > 256:
		return 32
	default:
		return math.Min(n, math.Max(8, n/8))
	}
}
