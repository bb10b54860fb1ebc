package stats

//go:generate go run github.com/tinylib/msgp -file stats.go -o stats_gen.go -io=false -tests=false

import "slipher/catalog/types"

// Table is the statistics of one table version.
type Table struct {
	Format uint16   `msg:"fmt"`  // Format1
	Rows   int64    `msg:"rows"` // of the whole table
	Cols   []Column `msg:"cols"` // by column number
}

// Format1 is the only format yet.
const Format1 = 1

// Column is the statistics of one column.
type Column struct {
	Distinct float64     `msg:"ndv"`   // estimated distinct non-NULL values in the whole table
	NullFrac float64     `msg:"nulls"` // 0..1
	Min      types.Datum `msg:"min"`   // Null: no values seen; strings are cut to MaxBound bytes
	Max      types.Datum `msg:"max"`
	Width    float64     `msg:"width"`  // average bytes of a value
	Sketch   []byte      `msg:"sketch"` // HyperLogLog of the values seen, for merging
}

// MaxBound is the most bytes of a string bound that are kept.
const MaxBound = 32

// Decode reads an encoded Table.
func Decode(data []byte) (*Table, error) {
	t := new(Table)
	if _, err := t.UnmarshalMsg(data); err != nil {
		return nil, err
	}
	return t, nil
}

// Encode is the object's bytes.
func (t *Table) Encode() ([]byte, error) { return t.MarshalMsg(nil) }
