package relations

import (
	"slices"

	"slipher/catalog/ddl"
	"slipher/catalog/state"
	"slipher/runtime/block"
)

// shownEncoding is a column's encoding as pg_table_def names it: raw is "none",
// a column of ENCODE AUTO shows its type's usual one.
func shownEncoding(t *state.Table, i int) string {
	name := t.Columns[i].Encoding
	if name == "" {
		name = ddl.DefaultEncoding(t.Columns[i].Type, slices.Contains(t.SortPlaces(), i))
	}
	if name == "raw" {
		return "none"
	}
	return name
}

// encodingNumber is attencodingtype: 0 for none, else the format's id.
func encodingNumber(t *state.Table, i int) int {
	name := shownEncoding(t, i)
	for _, e := range block.Encodings() {
		if e.Name == name {
			return int(e.ID)
		}
	}
	return 0
}

// FormatEncoding is format_encoding(attencodingtype).
func FormatEncoding(number int64) string {
	for _, e := range block.Encodings() {
		if int64(e.ID) == number {
			return e.Name
		}
	}
	return "none"
}
