package stats

//go:generate go run github.com/tinylib/msgp -file stats.go -o stats_gen.go -io=false -tests=false
//msgp:replace types.ColumnID with:uint32

import (
	"fmt"

	"slipher/catalog/types"
)

// Table is the statistics of one table version.
type Table struct {
	Format uint16     `msg:"fmt"`  // Format2
	Rows   int64      `msg:"rows"` // of the whole table
	Cols   columnList `msg:"cols"` // see View
}

// Formats. Columns of the first have no ids: see types.FirstID.
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
	Width    float64        `msg:"width"`  // average bytes of a value
	Sketch   []byte         `msg:"sketch"` // HyperLogLog of the values seen, for merging
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
		b := NewBuilder(cols[i : i+1])
		b.AddRow([]types.Datum{cols[i].Value()})
		own.Cols[i] = b.Finish(1).Cols[0]
	}
	return &own
}

// Encode is the object's bytes.
func (t *Table) Encode() ([]byte, error) { return t.MarshalMsg(nil) }
