package facts

import (
	"context"
	"log/slog"
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
	log     *slog.Logger

	mu      sync.Mutex
	tables  map[state.TableID]*tally // guarded by mu
	columns int                      // of tables; guarded by mu
}

// keptColumns bounds the cache, which is emptied when full, to 64 MB: 8 KB a column.
const keptColumns = 8192

// tally is what was counted of a table's objects, by their columns' ids.
type tally struct {
	mu      sync.Mutex
	objects map[string]*summary               // those that are in columns; guarded by mu
	columns map[types.ColumnID]*sketch.Sketch // guarded by mu
	sums    sums                              // of objects; guarded by mu
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
	class    types.Phys
	rows     int64
	nulls    int64
	bytes    int64 // of values; of strings only if they were counted
	min, max types.Datum
	open     bool // there is no bound above
}

// sums are of several objects.
type sums map[types.ColumnID]*columnSummary

func (u sums) add(s *summary) {
	for id, c := range s.cols {
		sum := u[id]
		if sum == nil {
			sum = &columnSummary{class: c.class, min: types.NullDatum, max: types.NullDatum}
			u[id] = sum
		}
		sum.rows, sum.nulls, sum.bytes = sum.rows+c.rows, sum.nulls+c.nulls, sum.bytes+c.bytes
		sum.open = sum.open || c.open
		sum.widen(c.min, c.max)
	}
}

// newKept makes an empty cache.
func newKept(footers *rms.Cache, store rms.Store, log *slog.Logger) *kept {
	return &kept{footers: footers, store: store, log: log, tables: map[state.TableID]*tally{}}
}

func (k *kept) tally(t *state.Table) *tally {
	k.mu.Lock()
	defer k.mu.Unlock()
	y := k.tables[t.ID]
	if y == nil {
		if k.columns += len(t.Columns); k.columns > keptColumns {
			k.tables, k.columns = map[state.TableID]*tally{}, len(t.Columns)
		}
		y = &tally{}
		k.tables[t.ID] = y
	}
	return y
}

// of is what is known of a version of a table; nil if it is empty. It is Guessed, and has no numbers of distinct
// values, if objects have no counts.
func (k *kept) of(ctx context.Context, t *state.Table) (*stats.Table, error) {
	if t.Version.Rows == 0 {
		return nil, nil
	}
	y := k.tally(t)
	y.mu.Lock()
	defer y.mu.Unlock()
	objects, here, stored := y.look(t)
	if y.stale(here, t.Version.Rows) {
		y.objects, y.columns, y.sums = map[string]*summary{}, map[types.ColumnID]*sketch.Sketch{}, sums{}
		y.blind, y.rows, here = 0, 0, 0
	}
	var classes map[types.ColumnID]types.Phys
	for _, o := range objects {
		if here == stored { // all have been counted
			break
		}
		if y.objects[o.Name] != nil {
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
		y.sums.add(s)
		y.rows += s.rows
		if s.blind {
			y.blind += s.rows
		}
	}
	st := y.table(t, objects, stored)
	if st.Guessed = y.blind > 0; st.Guessed {
		for i := range st.Cols {
			st.Cols[i].Distinct = 0
		}
	}
	return st, nil
}

// look gives the objects of a version that have rows, how many rows of them are counted, and how many rows they have.
// Called with mu held.
func (y *tally) look(t *state.Table) (objects []*state.ObjectRef, here, stored int64) {
	for _, o := range t.Version.Objects.All() {
		if o.Live() == 0 {
			continue
		}
		objects = append(objects, o)
		stored += o.Rows
		if y.objects[o.Name] != nil {
			here += o.Rows
		}
	}
	return objects, here, stored
}

// stale reports whether rows were counted that are no longer there, but for here, and all are to be counted anew, for
// values cannot be taken out of a sketch: if that is a few objects' work, or a tenth of the rows were rewritten.
func (y *tally) stale(here, rows int64) bool {
	return y.objects == nil ||
		here < y.rows && (len(y.objects) < fewObjects || y.blind > 0 || (y.rows-here)*10 > rows)
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
				c = columnSummary{class: p, rows: s.rows, min: types.NullDatum, max: types.NullDatum}
			}
			c.nulls, c.open = c.nulls+int64(b.Nulls), c.open || b.MaxOpen
			c.widen(b.Min, b.Max)
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
	if err != nil { // rows are read without: it is as if there were none
		k.log.Warn("an object has no counts", "object", o.Name, "err", err)
		s.blind = true
		return s, nil
	}
	for i := range counts {
		c, known := s.cols[id(i)]
		if !known {
			continue
		}
		c.bytes = counts[i].Bytes
		s.cols[id(i)] = c
		if err := y.column(id(i)).MergeEncoded(counts[i].Sketch); err != nil {
			k.log.Warn("an object has no counts", "object", o.Name, "err", err)
			s.blind = true
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

// widen takes the bounds of more values.
func (c *columnSummary) widen(min, max types.Datum) {
	if !min.Null && (c.min.Null || types.Compare(c.class, min, c.min) < 0) {
		c.min = min
	}
	if !max.Null && (c.max.Null || types.Compare(c.class, max, c.max) > 0) {
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
		c := columnSummary{class: p, rows: s.rows, min: types.NullDatum, max: types.NullDatum}
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
			counted.Add(sketch.HashValue(p, v))
			if len(v.S) > stats.MaxBound {
				v.S = v.S[:stats.MaxBound]
			}
			c.widen(v, v)
		})
		s.cols[id] = c
	}
	return nil
}

// table puts together what the objects of a version say. Called with mu held.
func (y *tally) table(t *state.Table, objects []*state.ObjectRef, stored int64) *stats.Table {
	cols := t.Stored()
	st := &stats.Table{Format: stats.Format2, Rows: t.Version.Rows, Cols: make([]stats.Column, len(cols))}
	all := y.sums
	if stored != y.rows { // objects have gone, of which only sketches are to be believed
		all = sums{}
		for _, o := range objects {
			all.add(y.objects[o.Name])
		}
	}
	live := float64(t.Version.Rows) / math.Max(1, float64(stored))
	for i := range cols {
		out, p := &st.Cols[i], cols[i].Type.Phys()
		sum := columnSummary{class: p, min: types.NullDatum, max: types.NullDatum}
		if u := all[cols[i].ID]; u != nil {
			sum = *u
		}
		if young := stored - sum.rows; young > 0 { // in rows that are older than the column it has its initial value
			v := cols[i].Value()
			if v.Null {
				sum.nulls += young
			} else {
				sum.bytes += young * int64(len(v.S))
				y.column(cols[i].ID).Add(sketch.HashValue(p, v))
			}
			sum.widen(v, v)
		}
		out.ID, out.Min, out.Max = cols[i].ID, sum.min, sum.max
		if sum.open {
			out.Max = types.NullDatum
		}
		if cols[i].Type.IsOpaque() {
			out.Min, out.Max = types.NullDatum, types.NullDatum
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
