package stats

//go:generate go run github.com/tinylib/msgp -file stats.go -o stats_gen.go -io=false -tests=false
//msgp:replace types.ColumnID with:uint32

import (
	"fmt"
	"slices"

	"slipher/catalog/types"
)

// Table is the statistics of one table version.
type Table struct {
	Format uint16     `msg:"fmt"`  // Format2
	Rows   int64      `msg:"rows"` // of the whole table
	Cols   columnList `msg:"cols"` // see View
	// Sampled is how many rows the columns have a Sample of.
	Sampled int32 `msg:"sampled,omitempty"`
	// Joints are sets of columns that are used together.
	Joints jointList `msg:"joints,omitempty"`
	// Name is that of the object, for whoever remembers something of it. "": it is in none.
	Name string `msg:"-"`
	// Guessed: it is not known how many values columns have.
	Guessed bool `msg:"-"`
}

// Formats. Columns of the first have no ids: see types.FirstID. Fields were added to the second, which are nothing
// known where they are missing, and are passed over by who does not know them.
const (
	Format1 = 1
	Format2 = 2
)

// Column is the statistics of one column.
type Column struct {
	ID       types.ColumnID `msg:"id,omitempty"`
	Distinct float64        `msg:"ndv"`   // estimated distinct non-NULL values in the whole table
	NullFrac float64        `msg:"nulls"` // 0..1
	Min      types.Datum    `msg:"min"`   // Null: no values seen; strings are cut to MaxBound bytes
	Max      types.Datum    `msg:"max"`
	Width    float64        `msg:"width"` // average bytes of a value
	// Common are the most common values, the commonest first, with their shares of all rows.
	Common commonList `msg:"common,omitempty"`
	// Bounds cut all other values into parts of equally many rows: n+1 for n parts, rising.
	Bounds datumList `msg:"bounds,omitempty"`
	// Sample is the column in the rows of the sample; see SampleValues. None: long values of an opaque type
	// (types.IsOpaque), of which bounds and common values are not kept, either.
	Sample []byte `msg:"sample,omitempty"`
	// Predicate: a query's condition, join or grouping has used the column.
	Predicate bool `msg:"predicate,omitempty"`
}

// Common is a value and its share of the table's rows.
type Common struct {
	Value types.Datum `msg:"v"`
	Share float64     `msg:"s"`
}

// Joint is how many combinations of values several columns have in rows in which none of them is NULL.
type Joint struct {
	Columns  []types.ColumnID `msg:"cols"` // rising
	Distinct float64          `msg:"ndv"`
}

// MaxBound is the most bytes of a string bound that are kept.
const MaxBound = 32

// Decode reads an encoded Table.
func Decode(data []byte) (*Table, error) {
	t := new(Table)
	if _, err := t.UnmarshalMsg(data); err != nil {
		return nil, err
	}
	if t.Format < Format1 || t.Format > Format2 {
		return nil, fmt.Errorf("statistics of format %d, this server reads %d to %d: run ANALYZE", t.Format, Format1, Format2)
	}
	if t.Format == Format1 {
		for i := range t.Cols {
			t.Cols[i].ID = types.FirstID(i)
		}
	}
	return t, nil
}

// View is t as a table with the columns cols has it: by their numbers. A column that is younger has its initial
// value in every row that was counted.
func (t *Table) View(cols []types.Column) *Table {
	ids := make([]types.ColumnID, len(t.Cols))
	for i := range t.Cols {
		ids[i] = t.Cols[i].ID
	}
	places := types.Places(cols, ids, 0)
	if places == nil {
		return t
	}
	own := *t
	own.Cols = make([]Column, len(cols))
	for i, p := range places {
		if p >= 0 {
			own.Cols[i] = t.Cols[p]
			continue
		}
		own.Cols[i] = constant(cols[i], int(t.Sampled))
	}
	return &own
}

// Only is t with the columns at some places alone.
func (t *Table) Only(places []int) *Table {
	own := *t
	own.Cols = nil
	for _, p := range places {
		own.Cols = append(own.Cols, t.Cols[p])
	}
	return &own
}

// Beside is t, which is of some of a table's columns, with what old says of the others; nil: nothing. Of these there is
// no sample any more: it is of other rows.
func (t *Table) Beside(old *Table, cols []types.Column) *Table {
	own := *t
	own.Cols = make([]Column, len(cols))
	for i, c := range cols {
		own.Cols[i] = Column{ID: c.ID, Min: types.NullDatum, Max: types.NullDatum}
		if old != nil {
			own.Cols[i] = old.Cols[i]
			own.Cols[i].Sample = nil
		}
		for k := range t.Cols {
			if t.Cols[k].ID == c.ID {
				own.Cols[i] = t.Cols[k]
			}
		}
	}
	if old != nil {
		for _, j := range old.Joints {
			if !slices.ContainsFunc(t.Joints, func(o Joint) bool { return slices.Equal(o.Columns, j.Columns) }) {
				own.Joints = append(own.Joints[:len(own.Joints):len(own.Joints)], j)
			}
		}
	}
	return &own
}

// constant is the statistics of a column with one value in all rows, of which n are in the sample.
func constant(c types.Column, n int) Column {
	b := NewBuilder([]types.Column{c})
	row := []types.Datum{c.Value()}
	for range max(n, 1) {
		b.AddRow(row)
	}
	out := b.Finish(0)
	if int(out.Sampled) != n {
		out.Cols[0].Sample = nil
	}
	return out.Cols[0]
}

// Encode is the object's bytes.
func (t *Table) Encode() ([]byte, error) { return t.MarshalMsg(nil) }

// Joint is how many combinations of values columns have, given by their numbers; 0: not known.
func (t *Table) Joint(cols []int) float64 {
	for _, j := range t.Joints {
		if len(j.Columns) != len(cols) {
			continue
		}
		found := 0
		for _, no := range cols {
			for _, id := range j.Columns {
				if no < len(t.Cols) && t.Cols[no].ID == id {
					found++
				}
			}
		}
		if found == len(cols) {
			return j.Distinct
		}
	}
	return 0
}
