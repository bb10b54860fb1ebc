package block

//go:generate go run github.com/tinylib/msgp -file meta.go -o meta_gen.go -io=false -tests=false
//msgp:replace types.ColumnID with:uint32

import "slipher/catalog/types"

// Footer is the metadata of one object: all row groups written together for
// one slice of one table. It stands at the object's end: msgp, then its length
// and magic; see format.go. Leader and nodes cache footers.
type Footer struct {
	Format uint16 `msg:"fmt"`
	// Columns are the ids of the columns that each row group has, in its order. nil in format 1: see types.FirstID.
	Columns   []types.ColumnID `msg:"ids,omitempty"`
	RowGroups rowGroupMetaList `msg:"rgs"`
	// Counts says where the object's counts are, nil: it has none.
	Counts *CountsMeta `msg:"counts,omitempty"`
}

// RowGroupMeta describes up to MaxRowGroupRows rows.
type RowGroupMeta struct {
	Rows int32         `msg:"rows"`
	Cols blockMetaList `msg:"cols"`
}

// BlockMeta describes one column's block of a row group.
//
// Min and Max are the zone map over non-NULL values (both Null if there are
// none): exact for integer classes and floats; for strings cut to at most 32
// bytes (Max rounded up, MaxOpen if it could not be).
type BlockMeta struct {
	Off      int64       `msg:"off"` // in the object
	Len      int64       `msg:"len"`
	Encoding uint8       `msg:"enc"`
	Nulls    int32       `msg:"nulls"`
	Min      types.Datum `msg:"min"`
	Max      types.Datum `msg:"max"`
	MaxOpen  bool        `msg:"maxopen"`
	// Bits: |value| < 2^Bits for every value of an integer class (0 if all are 0).
	Bits uint8 `msg:"bits"`
	// TrailingBlanks: some string ends in a blank.
	TrailingBlanks bool   `msg:"blanks"`
	Checksum       uint64 `msg:"sum"`
}

// MaxRowGroupRows and MaxRowGroupBytes bound a row group, whichever comes first.
const (
	MaxRowGroupRows  = 131072
	MaxRowGroupBytes = 64 << 20
)

// CountsMeta says where counts are in an object; see Counted.
type CountsMeta struct {
	Off int64  `msg:"off"`
	Len int64  `msg:"len"`
	Sum uint32 `msg:"sum"` // CRC-32C
}
