package stats

import (
	"math"
	"slices"

	"slipher/catalog/types"
	"slipher/runtime/sketch"
)

// Builder collects statistics from rows, all of them or an even sample.
// It is not safe for concurrent use.
type Builder struct {
	cols   []column
	rows   int      // kept
	hashes []uint64 // of the rows kept
	joints [][]int
	counts *Table // see Counted; may be nil
}

// column has a column's values in the rows kept.
type column struct {
	id     types.ColumnID
	typ    types.Type
	values []types.Datum // strings cut to sampleBytes
	hashes []uint64      // of the values, not cut; 0 for NULL
	bytes  int64
	nulls  int
	// long: the value at this place was cut, and is equal to no literal.
	long map[int]bool
}

// What is kept of a table.
const (
	maxCommon   = 100
	maxParts    = 100
	SampleRows  = 2000
	sampleBytes = 256     // of a string
	sampleSize  = 4 << 20 // bytes of the whole sample, about
	leastSample = 100
)

// Wanted is how many rows of a table with so many columns a Builder should be given: enough for a hundred parts of a
// histogram and for counts of combinations, fewer of wide tables, as all values are kept until Finish.
func Wanted(columns int) int64 {
	return int64(max(min(2_000_000/max(columns, 1), 60_000), SampleRows))
}

// NewBuilder prepares for a table of these columns.
func NewBuilder(cols []types.Column) *Builder {
	b := &Builder{cols: make([]column, len(cols))}
	for i, c := range cols {
		b.cols[i] = column{id: c.ID, typ: c.Type}
	}
	return b
}

// Joint has combinations of columns counted, given by their places.
func (b *Builder) Joint(cols []int) { b.joints = append(b.joints, slices.Sorted(slices.Values(cols))) }

// Counted gives what is known of all rows: NULLs, bounds, widths, and, but for Guessed, distinct values.
func (b *Builder) Counted(st *Table) { b.counts = st }

// AddRow counts one row; row[i] is the value of column i.
func (b *Builder) AddRow(row []types.Datum) {
	h := uint64(0)
	for i := range b.cols {
		h = sketch.Hash(h ^ b.cols[i].add(row[i]))
	}
	b.hashes = append(b.hashes, h)
	b.rows++
}

// add keeps a value and returns its hash.
func (c *column) add(v types.Datum) uint64 {
	at := len(c.values)
	if v.Null {
		c.nulls++
		c.values, c.hashes = append(c.values, types.NullDatum), append(c.hashes, 0)
		return 0
	}
	p := c.typ.Phys()
	h := sketch.HashValue(p, v) | 1 // 0 is NULL's
	if p == types.Str {
		c.bytes += int64(len(v.S))
		s := v.S
		if !c.typ.IsOpaque() {
			s = types.TrimBlanks(s)
		}
		if len(s) > sampleBytes {
			s = s[:sampleBytes]
			if c.long == nil {
				c.long = map[int]bool{}
			}
			c.long[at] = true
		}
		v = types.String(s)
	} else {
		c.bytes += int64(p.Width())
	}
	c.values, c.hashes = append(c.values, v), append(c.hashes, h)
	return h
}

// Finish is the result for a table of rows rows, of which the ones fed are all
// or an even sample.
func (b *Builder) Finish(rows int64) *Table {
	rows = max(rows, int64(b.rows))
	t := &Table{Format: Format2, Rows: rows, Cols: make([]Column, len(b.cols))}
	chosen := b.choose()
	t.Sampled = int32(len(chosen))
	for i := range b.cols {
		c := &b.cols[i]
		var known *Column
		if b.counts != nil {
			known = &b.counts.Cols[i]
		}
		t.Cols[i] = c.finish(rows, known, b.counts != nil && !b.counts.Guessed)
		t.Cols[i].Sample = c.sample(chosen)
	}
	for _, cols := range b.joints {
		j := Joint{Distinct: b.combinations(cols, rows)}
		for _, i := range cols {
			j.Columns = append(j.Columns, b.cols[i].id)
		}
		t.Joints = append(t.Joints, j)
	}
	return t
}

// choose gives the places of the rows that become the sample: those with the least hashes, a row that comes again with
// another one each time, so that rows are chosen whatever their order and as often as they are there.
func (b *Builder) choose() []int {
	most := SampleRows
	if size := b.width(); size > 0 {
		most = max(min(most, int(sampleSize/size)), leastSample)
	}
	times := make(map[uint64]uint64, b.rows)
	keys := make([]uint64, b.rows)
	out := make([]int, b.rows)
	for i, h := range b.hashes {
		keys[i], out[i] = sketch.Hash(h+times[h]*0x9e3779b97f4a7c15), i
		times[h]++
	}
	slices.SortFunc(out, func(x, y int) int {
		if keys[x] < keys[y] {
			return -1
		}
		return 1
	})
	return out[:min(most, len(out))]
}

// width is the average bytes of a row of the sample.
func (b *Builder) width() float64 {
	if b.rows == 0 {
		return 0
	}
	n := 0.0
	for i := range b.cols {
		c := &b.cols[i]
		n += min(float64(c.bytes)/float64(b.rows), sampleBytes)
	}
	return n
}

// run is equal values.
type run struct {
	value types.Datum
	count int
	long  bool
}

// runs are the column's values that are not NULL, rising.
func (c *column) runs() []run {
	p := c.typ.Phys()
	at := make([]int, 0, len(c.values)-c.nulls)
	for i, v := range c.values {
		if !v.Null {
			at = append(at, i)
		}
	}
	slices.SortFunc(at, func(x, y int) int {
		if n := types.Compare(p, c.values[x], c.values[y]); n != 0 {
			return n
		}
		switch hx, hy := c.hashes[x], c.hashes[y]; { // values that were cut at the same place
		case hx < hy:
			return -1
		case hx > hy:
			return 1
		}
		return 0
	})
	var out []run
	for k, i := range at {
		if k > 0 && c.hashes[i] == c.hashes[at[k-1]] && types.Compare(p, c.values[i], c.values[at[k-1]]) == 0 {
			out[len(out)-1].count++
			continue
		}
		out = append(out, run{c.values[i], 1, c.long[i]})
	}
	return out
}

// finish makes the column's statistics. known, if not nil, has what was counted of all rows, distinct values if
// counted.
func (c *column) finish(rows int64, known *Column, counted bool) Column {
	out := Column{ID: c.id, Min: types.NullDatum, Max: types.NullDatum, Width: float64(typeWidth(c.typ))}
	seen := len(c.values)
	values := seen - c.nulls
	if seen > 0 {
		out.NullFrac = float64(c.nulls) / float64(seen)
	}
	if known != nil {
		out.NullFrac, out.Min, out.Max = known.NullFrac, known.Min, known.Max
	}
	if counted {
		out.Width, out.Distinct = known.Width, known.Distinct
	}
	if values == 0 {
		return out
	}
	rs := c.runs()
	if known == nil && !c.typ.IsOpaque() {
		out.Min, out.Max = cut(rs[0].value), cut(rs[len(rs)-1].value)
	}
	once := 0
	for _, r := range rs {
		if r.count == 1 {
			once++
		}
	}
	if !counted {
		out.Width = float64(c.bytes) / float64(values)
		out.Distinct = Distinct(len(rs), once, values, float64(rows)*(1-out.NullFrac))
	}
	if !c.typ.IsOpaque() {
		out.describe(rs, seen, values, int64(seen) == rows)
	}
	return out
}

// describe makes the most common values and the histogram. all: the values are all that there are.
func (c *Column) describe(rs []run, seen, values int, all bool) {
	// A value is common if it is there so much more often than others that it is not by chance.
	average := float64(values) / math.Max(c.Distinct, 1)
	least := math.Max(2, math.Max(1.25*average, average+4*math.Sqrt(average)))
	if len(rs) <= maxCommon && (all || c.Distinct < float64(len(rs))*1.02+0.5) {
		least = 1 // there are no others
	}
	order := make([]int, 0, len(rs))
	for i, r := range rs {
		if float64(r.count) >= least && !r.long {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return rs[y].count - rs[x].count })
	order = order[:min(len(order), maxCommon)]
	for _, i := range order {
		c.Common = append(c.Common, Common{rs[i].value, float64(rs[i].count) / float64(seen)})
		values -= rs[i].count
		rs[i].count = 0
	}
	if values < 2 {
		return
	}
	parts := min(maxParts, values-1)
	next, before := 0, 0 // the next bound is at the row next*(values-1)/parts
	for _, r := range rs {
		for r.count > 0 && next <= parts && next*(values-1)/parts < before+r.count {
			c.Bounds = append(c.Bounds, cut(r.value))
			next++
		}
		before += r.count
	}
}

// combinations estimates how many there are of values of columns.
func (b *Builder) combinations(cols []int, rows int64) float64 {
	counts := make(map[uint64]int, b.rows)
	n := 0
next:
	for row := range b.rows {
		h := uint64(0)
		for _, i := range cols {
			x := b.cols[i].hashes[row]
			if x == 0 {
				continue next
			}
			h = sketch.Hash(h ^ x)
		}
		counts[h]++
		n++
	}
	once := 0
	for _, k := range counts {
		if k == 1 {
			once++
		}
	}
	if b.rows == 0 {
		return 0
	}
	return Distinct(len(counts), once, n, float64(rows)*float64(n)/float64(b.rows))
}

// Distinct estimates the distinct values among all from d among the n seen, of which once were seen a single time:
// the estimator Duj1 of Haas and Stokes (1998).
func Distinct(d, once, n int, all float64) float64 {
	if n == 0 || float64(n) >= all || once == 0 {
		return float64(d)
	}
	if once == n {
		return all
	}
	seen, single := float64(n), float64(once)
	return math.Min(all, math.Max(float64(d), seen*float64(d)/(seen-single+single*seen/all)))
}

func typeWidth(t types.Type) int {
	if t.Phys() == types.Str {
		return 0
	}
	return t.Phys().Width()
}

// cut shortens a string to MaxBound bytes.
func cut(v types.Datum) types.Datum {
	if len(v.S) > MaxBound {
		v.S = v.S[:MaxBound]
	}
	return v
}
