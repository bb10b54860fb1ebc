package stats

import (
	"encoding/binary"
	"math"

	"github.com/axiomhq/hyperloglog"

	"slipher/catalog/types"
)

// Builder collects statistics from rows, all of them or an even sample.
// It is not safe for concurrent use.
type Builder struct {
	cols []column
	seen int64
}

type column struct {
	id       types.ColumnID
	typ      types.Type
	sketch   *hyperloglog.Sketch
	nulls    int64
	bytes    int64
	min, max types.Datum
	any      bool
}

// NewBuilder prepares for a table of these columns.
func NewBuilder(cols []types.Column) *Builder {
	b := &Builder{cols: make([]column, len(cols))}
	for i, c := range cols {
		b.cols[i] = column{id: c.ID, typ: c.Type, sketch: hyperloglog.New14()}
	}
	return b
}

// AddRow counts one row; row[i] is the value of column i.
func (b *Builder) AddRow(row []types.Datum) {
	for i := range b.cols {
		b.cols[i].add(row[i])
	}
	b.seen++
}

func (c *column) add(v types.Datum) {
	if v.Null {
		c.nulls++
		return
	}
	var buf [16]byte
	switch p := c.typ.Phys(); p {
	case types.Str:
		s := types.TrimBlanks(v.S)
		c.sketch.Insert([]byte(s))
		c.bytes += int64(len(v.S))
		v = types.String(s)
	default:
		binary.LittleEndian.PutUint64(buf[:], uint64(v.Lo))
		binary.LittleEndian.PutUint64(buf[8:], uint64(v.Hi))
		if p.IsFloat() {
			f := v.Float()
			if f == 0 {
				f = 0 // -0 counts as 0
			}
			binary.LittleEndian.PutUint64(buf[:], math.Float64bits(f))
			binary.LittleEndian.PutUint64(buf[8:], 0)
		}
		c.sketch.Insert(buf[:])
		c.bytes += int64(p.Width())
	}
	if !c.any || types.Compare(c.typ.Phys(), v, c.min) < 0 {
		c.min = v
	}
	if !c.any || types.Compare(c.typ.Phys(), v, c.max) > 0 {
		c.max = v
	}
	c.any = true
}

// Finish is the result for a table of rows rows, of which the ones fed are all
// or an even sample.
func (b *Builder) Finish(rows int64) *Table {
	if rows < b.seen {
		rows = b.seen
	}
	t := &Table{Format: Format2, Rows: rows, Cols: make([]Column, len(b.cols))}
	for i := range b.cols {
		t.Cols[i] = b.cols[i].finish(b.seen, rows)
	}
	return t
}

func (c *column) finish(seen, rows int64) Column {
	out := Column{ID: c.id, Min: types.NullDatum, Max: types.NullDatum, Width: float64(typeWidth(c.typ))}
	values := seen - c.nulls
	if seen > 0 {
		out.NullFrac = float64(c.nulls) / float64(seen)
	}
	if values > 0 {
		d := math.Min(float64(c.sketch.Estimate()), float64(values))
		out.Distinct = scaleDistinct(d, float64(values), float64(rows)*(1-out.NullFrac))
		out.Width = float64(c.bytes) / float64(values)
	}
	if c.any {
		out.Min, out.Max = c.min, c.max
		out.Min.S, out.Max.S = cut(c.min.S), cut(c.max.S)
	}
	if data, err := c.sketch.MarshalBinary(); err == nil {
		out.Sketch = data
	}
	return out
}

// scaleDistinct guesses the distinct values among all from d among the n seen:
// d itself if values repeat often, growing with the table if nearly every value was new.
func scaleDistinct(d, n, all float64) float64 {
	if n >= all || n == 0 {
		return d
	}
	fresh := d / n // share of values that were new when seen
	if fresh < 0.1 {
		return d
	}
	return d + (all/n-1)*d*fresh*fresh
}

func typeWidth(t types.Type) int {
	if t.Phys() == types.Str {
		return 0
	}
	return t.Phys().Width()
}

func cut(s string) string {
	if len(s) > MaxBound {
		return s[:MaxBound]
	}
	return s
}
