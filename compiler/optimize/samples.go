package optimize

import (
	"fmt"
	"math"
	"math/bits"
	"sync"

	"slipher/catalog/types"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/plan"
)

// Samples evaluates expressions on the rows that statistics have of tables, by the code that queries run: an expression
// means what it means. It remembers what came out. Safe for concurrent use.
type Samples struct {
	// Run gives the result columns of a plan that reads cols, row by row, and is run on the leader.
	Run func(q *plan.Query, cols []SampleColumn, rows int) ([][]types.Datum, error)

	mu    sync.Mutex
	known map[sampleKey]*outcome // guarded by mu
	// columns and sets are decoded columns and numbers of combinations. Guarded by mu.
	columns map[columnKey][]types.Datum
	held    int // bytes of columns; guarded by mu
	sets    map[sampleKey]combined
}

// columnKey names a column of a table's sample.
type columnKey struct {
	table string
	id    types.ColumnID
}

// combined is what planner.combinations has found.
type combined struct {
	count float64
	sure  bool
}

// columnBytes bounds the decoded columns; they are forgotten when there are more.
const columnBytes = 64 << 20

// column decodes a column of a sample of n rows.
func (s *Samples) column(table string, c *stats.Column, p types.Phys, n int) ([]types.Datum, error) {
	k := columnKey{table, c.ID}
	s.mu.Lock()
	v, ok := s.columns[k]
	s.mu.Unlock()
	if ok && table != "" {
		return v, nil
	}
	v, err := c.SampleValues(p, n)
	if err != nil || table == "" {
		return v, err
	}
	size := len(v)*40 + len(c.Sample)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.columns == nil || s.held+size > columnBytes {
		s.columns, s.held = map[columnKey][]types.Datum{}, 0
	}
	s.columns[k] = v
	s.held += size
	return v, nil
}

// combined remembers combinations of columns, given by their numbers.
func (s *Samples) combined(table string, nos []int, count func() (float64, bool)) (float64, bool) {
	k := sampleKey{table, fmt.Sprint(nos)}
	s.mu.Lock()
	c, ok := s.sets[k]
	s.mu.Unlock()
	if ok && table != "" {
		return c.count, c.sure
	}
	c.count, c.sure = count()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sets == nil || len(s.sets) >= samplesKept {
		s.sets = map[sampleKey]combined{}
	}
	s.sets[k] = c
	return c.count, c.sure
}

// SampleColumn is the values of one column of a sample. Rows beyond them are NULL.
type SampleColumn struct {
	Type   types.Type
	Values []types.Datum
}

// sampleKey names an expression over a table's sample.
type sampleKey struct{ table, expr string }

// outcome is what an expression is for the rows of a sample.
type outcome struct {
	rows   int
	holds  []uint64 // a bit a row: of a BOOLEAN, that it is true
	values int      // distinct ones that are not NULL
	once   int      // of them, those of one row
	nulls  int
}

// samplesKept bounds the memory; it is emptied when full. An outcome has 250 bytes and its expression's text.
const samplesKept = 16384

// find is what is remembered of an expression; ok may be so with nil: it cannot be evaluated.
func (s *Samples) find(k sampleKey) (o *outcome, ok bool) {
	if k.table == "" {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok = s.known[k]
	return o, ok
}

func (s *Samples) keep(k sampleKey, o *outcome) {
	if k.table == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= samplesKept {
		s.known = map[sampleKey]*outcome{}
	}
	s.known[k] = o
}

func outcomeOf(t types.Type, values []types.Datum) *outcome {
	o := &outcome{rows: len(values), holds: make([]uint64, (len(values)+63)/64)}
	counts := map[types.Datum]int{}
	for i, v := range values {
		switch {
		case v.Null:
			o.nulls++
			continue
		case t.Kind == types.Bool && v.Lo != 0:
			o.holds[i/64] |= 1 << (i % 64)
		case t.Phys() == types.Str:
			v.S = types.TrimBlanks(v.S)
		}
		counts[v]++
	}
	o.values = len(counts)
	for _, n := range counts {
		if n == 1 {
			o.once++
		}
	}
	return o
}

// share is the share of rows for which a condition holds. If none of the sample does: half a row.
func (o *outcome) share() float64 {
	n := 0
	for _, w := range o.holds {
		n += bits.OnesCount64(w)
	}
	return math.Max(float64(n), 0.5) / float64(o.rows)
}

// distinct is how many values there are in a table of so many rows.
func (o *outcome) distinct(rows int64) float64 {
	n := o.rows - o.nulls
	return stats.Distinct(o.values, o.once, n, float64(rows)*float64(n)/math.Max(1, float64(o.rows)))
}
