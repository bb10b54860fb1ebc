package facts

import (
	"context"
	"math"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/optimize/stats"
	"slipher/node/rms"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/sketch"
)

// kept is what objects say of a table without ANALYZE: rows, distinct values, NULLs, bounds, widths. What was put
// together for one version of a table serves the next one, which has some objects more. Safe for concurrent use.
type kept struct {
	footers *rms.Cache
	store   rms.Store

	mu     sync.Mutex
	tables map[state.TableID]*tally // guarded by mu
}

// keptTables bounds the cache; it is emptied when full. A tally has 8 KB a column and some hundred bytes an object.
const keptTables = 1024

// tally is what was counted of a table's objects, by their columns' ids.
type tally struct {
	mu      sync.Mutex
	objects map[string]*summary               // those that are in columns; guarded by mu
	columns map[types.ColumnID]*sketch.Sketch // guarded by mu
	blind   int64                             // rows of objects without counts; guarded by mu
	rows    int64                             // of objects; guarded by mu
}

// summary is what one object says.
type summary struct {
	rows  int64
	blind bool // it has no counts: it is from before there were any
	cols  map[types.ColumnID]columnSummary
}

type columnSummary struct {
	nulls    int64
	bytes    int64 // of values; of strings only if they were counted
	min, max types.Datum
	open     bool // there is no bound above
}

// newKept makes an empty cache.
func newKept(footers *rms.Cache, store rms.Store) *kept {
	return &kept{footers: footers, store: store, tables: map[state.TableID]*tally{}}
}

func (k *kept) tally(id state.TableID) *tally {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.tables[id]
	if t == nil {
		if len(k.tables) >= keptTables {
			k.tables = map[state.TableID]*tally{}
		}
		t = &tally{}
		k.tables[id] = t
	}
	return t
}

// of is what is known of a version of a table; nil if it is empty. It is Guessed, and has no numbers of distinct
// values, if objects have no counts.
func (k *kept) of(ctx context.Context, t *state.Table) (*stats.Table, error) {
	if t.Version.Rows == 0 {
		return nil, nil
	}
	y := k.tally(t.ID)
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.stale(t) {
		y.objects, y.columns, y.blind, y.rows = map[string]*summary{}, map[types.ColumnID]*sketch.Sketch{}, 0, 0
	}
	var classes map[types.ColumnID]types.Phys
	for _, o := range t.Version.Objects.All() {
		if y.objects[o.Name] != nil || o.Live() == 0 {
			continue
		}
		if classes == nil {
			classes = map[types.ColumnID]types.Phys{}
			for _, c := range t.Stored() {
				classes[c.ID] = c.Type.Phys()
			}
		}
		s, err := k.summarize(ctx, o, classes, y)
		if err != nil {
			return nil, err
		}
		y.objects[o.Name] = s
		y.rows += s.rows
		if s.blind {
			y.blind += s.rows
		}
	}
	st := y.table(t)
	if st.Guessed = y.blind > 0; st.Guessed {
		for i := range st.Cols {
			st.Cols[i].Distinct = 0
		}
	}
	return st, nil
}

// stale reports whether rows were counted that are no longer there, and all are to be counted anew, for values cannot
// be taken out of a sketch: if that is a few objects' work, or a tenth of the rows were rewritten.
func (y *tally) stale(t *state.Table) bool {
	if y.objects == nil {
		return true
	}
	here := int64(0)
	for _, o := range t.Version.Objects.All() {
		if s := y.objects[o.Name]; s != nil && o.Live() > 0 {
			here += s.rows
		}
	}
	return here < y.rows && (len(y.objects) < fewObjects || y.blind > 0 || (y.rows-here)*10 > t.Version.Rows)
}

// fewObjects is how many objects are counted anew without a thought.
const fewObjects = 64

// summarize reads an object's footer and counts. Called with y's mu held.
func (k *kept) summarize(ctx context.Context, o *state.ObjectRef, classes map[types.ColumnID]types.Phys,
	y *tally) (*summary, error) {
	s := &summary{rows: o.Rows, cols: map[types.ColumnID]columnSummary{}}
	if o.Data != nil {
		return s, s.inline(o, classes, y)
	}
	foot, err := k.footers.Footer(ctx, *o)
	if err != nil {
		return nil, err
	}
	id := func(i int) types.ColumnID {
		if foot.Columns == nil {
			return types.FirstID(i)
		}
		return foot.Columns[i]
	}
	for g := range foot.RowGroups {
		for i := range foot.RowGroups[g].Cols {
			p, known := classes[id(i)]
			if !known { // a column that the table has lost
				continue
			}
			b := &foot.RowGroups[g].Cols[i]
			c, ok := s.cols[id(i)]
			if !ok {
				c.min, c.max = types.NullDatum, types.NullDatum
			}
			c.nulls, c.open = c.nulls+int64(b.Nulls), c.open || b.MaxOpen
			c.widen(p, b.Min, b.Max)
			s.cols[id(i)] = c
		}
	}
	if s.blind = foot.Counts == nil; s.blind {
		return s, nil
	}
	data, err := k.store.GetRange(ctx, o.Name, foot.Counts.Off, foot.Counts.Len)
	if err != nil {
		return nil, err
	}
	columns := len(foot.Columns)
	if foot.Columns == nil && len(foot.RowGroups) > 0 {
		columns = len(foot.RowGroups[0].Cols)
	}
	counts, err := block.ReadCounts(data, columns, foot.Counts)
	if err != nil {
		return nil, err
	}
	for i := range counts {
		c, known := s.cols[id(i)]
		if !known {
			continue
		}
		c.bytes = counts[i].Bytes
		s.cols[id(i)] = c
		if err := y.column(id(i)).MergeEncoded(counts[i].Sketch); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// column is a column's sketch. Called with mu held.
func (y *tally) column(id types.ColumnID) *sketch.Sketch {
	s := y.columns[id]
	if s == nil {
		s = new(sketch.Sketch)
		y.columns[id] = s
	}
	return s
}

// widen takes the bounds of values of class p.
func (c *columnSummary) widen(p types.Phys, min, max types.Datum) {
	if !min.Null && (c.min.Null || types.Compare(p, min, c.min) < 0) {
		c.min = min
	}
	if !max.Null && (c.max.Null || types.Compare(p, max, c.max) > 0) {
		c.max = max
	}
}

// inline counts the rows of a small write. Called with y's mu held.
func (s *summary) inline(o *state.ObjectRef, classes map[types.ColumnID]types.Phys, y *tally) error {
	rows, err := chunk.ReadStored(o.Data)
	if err != nil {
		return err
	}
	for i := range rows.Cols {
		id := rows.ID(i)
		p, ok := classes[id]
		if !ok {
			continue
		}
		c := columnSummary{min: types.NullDatum, max: types.NullDatum}
		if rows.Cols[i].Class != p {
			return sqlerr.New(sqlerr.DataCorrupted, "rows of a small write are damaged: object %s", o.Name)
		}
		counted := y.column(id)
		rows.Cols[i].Each(rows.Rows, func(v types.Datum) {
			if v.Null {
				c.nulls++
				return
			}
			if p == types.Str {
				c.bytes += int64(len(v.S))
				v.S = types.TrimBlanks(v.S)
			}
			counted.Add(hash(p, v))
			if len(v.S) > stats.MaxBound {
				v.S = v.S[:stats.MaxBound]
			}
			c.widen(p, v, v)
		})
		s.cols[id] = c
	}
	return nil
}

// hash is what block.CountDistinct counts v by.
func hash(p types.Phys, v types.Datum) uint64 {
	switch {
	case p == types.Str:
		return sketch.HashText([]byte(v.S))
	case p.IsFloat():
		return sketch.Hash(uint64(types.FloatOrder(v.Float())))
	}
	return sketch.HashWide(v.Hi, v.Lo)
}

// table puts together what the objects of a version say. Called with mu held.
func (y *tally) table(t *state.Table) *stats.Table {
	cols := t.Stored()
	st := &stats.Table{Format: stats.Format2, Rows: t.Version.Rows, Cols: make([]stats.Column, len(cols))}
	sums := make([]columnSummary, len(cols))
	for i := range sums {
		sums[i].min, sums[i].max = types.NullDatum, types.NullDatum
	}
	stored := int64(0)
	for _, o := range t.Version.Objects.All() {
		s := y.objects[o.Name]
		if s == nil || o.Live() == 0 {
			continue
		}
		stored += s.rows
		for i := range cols {
			c, ok := s.cols[cols[i].ID]
			if !ok { // the column is younger: it has its initial value
				v := cols[i].Value()
				c = columnSummary{min: v, max: v, bytes: s.rows * int64(len(v.S))}
				if v.Null {
					c.nulls = s.rows
				} else {
					y.column(cols[i].ID).Add(hash(cols[i].Type.Phys(), v))
				}
			}
			sum := &sums[i]
			sum.nulls, sum.bytes, sum.open = sum.nulls+c.nulls, sum.bytes+c.bytes, sum.open || c.open
			sum.widen(cols[i].Type.Phys(), c.min, c.max)
		}
	}
	live := float64(t.Version.Rows) / math.Max(1, float64(stored))
	for i := range cols {
		sum, out, p := &sums[i], &st.Cols[i], cols[i].Type.Phys()
		out.ID, out.Min, out.Max = cols[i].ID, sum.min, sum.max
		if sum.open {
			out.Max = types.NullDatum
		}
		values := float64(stored - sum.nulls)
		out.NullFrac = float64(sum.nulls) / math.Max(1, float64(stored))
		if out.Width = float64(p.Width()); p == types.Str {
			out.Width = float64(sum.bytes) / math.Max(1, values)
		}
		d := math.Min(math.Round(y.column(cols[i].ID).Estimate()), values)
		if live < 1 && d > 0 { // of a value's rows all must be deleted, which may have hit any
			d *= 1 - math.Pow(1-live, values/d)
		}
		out.Distinct = math.Max(math.Min(1, values), d)
	}
	return st
}
