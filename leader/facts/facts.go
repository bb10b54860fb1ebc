package facts

import (
	"context"
	"log/slog"

	"slipher/catalog/state"
	"slipher/codegen/lower"
	"slipher/node/rms"
)

// Facts knows what is true of every row group of a table version: what
// specialised code may rely on. Nodes check it again against the blocks.
type Facts struct {
	Footers *rms.Cache
	Log     *slog.Logger

	// known is by table and column number; nil: could not be read. A table is told from its other versions by
	// its address: two transactions may both make version 7 of it.
	known memo[*state.Table, []lower.Facts]
	// small has what is true of small objects, which no cache of footers keeps: every small write makes
	// a new version, and most of its objects are the last one's.
	small memo[smallKey, []lower.Facts]
}

// smallKey is a small object as a definition of its table has it.
type smallKey struct {
	object string
	def    uint64
}

// factsKept bounds known.
const factsKept = 1024

// smallKept bounds small: some tables' objects between two flushes.
const smallKept = 16384

// Of gives the facts of a table's columns, as far as they are known.
func (f *Facts) Of(t *state.Table, col int) lower.Facts {
	if all := f.table(t); col < len(all) {
		return all[col]
	}
	return lower.Facts{}
}

func (f *Facts) table(t *state.Table) []lower.Facts {
	if t.Version.Rows == 0 {
		return nil
	}
	if all, ok := f.known.find(t); ok {
		return all
	}
	all, err := f.read(t)
	if err != nil {
		f.Log.Warn("no facts for a table", "table", t.Name, "err", err)
	}
	f.known.keep(t, all, factsKept)
	return all
}

// read puts the metadata of all blocks together.
func (f *Facts) read(t *state.Table) ([]lower.Facts, error) {
	all := make([]lower.Facts, len(t.Columns))
	for i := range all {
		all[i] = lower.Facts{NoNulls: true, NoBlanks: true}
	}
	for _, o := range t.Version.Objects.All() {
		cols, err := f.object(t, o)
		if err != nil {
			return nil, err
		}
		for i := range min(len(cols), len(all)) {
			c, have := cols[i], &all[i]
			have.NoNulls = have.NoNulls && c.NoNulls
			have.NoBlanks = have.NoBlanks && c.NoBlanks
			have.Bits = max(have.Bits, c.Bits)
		}
	}
	return all, nil
}

// object is what is true of one object's columns, by t's numbers.
func (f *Facts) object(t *state.Table, o *state.ObjectRef) ([]lower.Facts, error) {
	if o.Data != nil {
		if cols, ok := f.small.find(smallKey{o.Name, t.Def}); ok {
			return cols, nil
		}
	}
	foot, err := f.Footers.Footer(context.Background(), *o)
	if err != nil {
		return nil, err
	}
	var cols []lower.Facts
	for _, rg := range foot.View(t.Stored()).RowGroups {
		for i := range rg.Cols {
			if i == len(cols) {
				cols = append(cols, lower.Facts{NoNulls: true, NoBlanks: true})
			}
			c, have := &rg.Cols[i], &cols[i]
			have.NoNulls = have.NoNulls && c.Nulls == 0
			have.NoBlanks = have.NoBlanks && !c.TrailingBlanks
			have.Bits = max(have.Bits, c.Bits)
		}
	}
	if o.Data != nil {
		f.small.keep(smallKey{o.Name, t.Def}, cols, smallKept)
	}
	return cols, nil
}
