package block

import (
	"strings"

	"slipher/catalog/types"
)

// View is f as a table with the columns cols has it: its row groups' Cols are by the table's numbers. A column that is
// younger than the object, which has no block there, has the metadata of a block of its initial value, and no bytes.
// Columns that the table has lost are not there. f itself, if it is that already.
func (f *Footer) View(cols []types.Column) *Footer {
	if len(f.RowGroups) == 0 {
		return f
	}
	places := f.Places(cols)
	if places == nil {
		return f
	}
	out := &Footer{Format: f.Format, RowGroups: make([]RowGroupMeta, len(f.RowGroups))}
	for g := range f.RowGroups {
		rg := &f.RowGroups[g]
		own := RowGroupMeta{Rows: rg.Rows, Cols: make([]BlockMeta, len(cols))}
		for i, p := range places {
			if p < 0 {
				own.Cols[i] = constMeta(&cols[i], rg.Rows)
			} else {
				own.Cols[i] = rg.Cols[p]
			}
		}
		out.RowGroups[g] = own
	}
	for i := range cols {
		out.Columns = append(out.Columns, cols[i].ID)
	}
	return out
}

// Places says where the object's row groups have the columns of a table; see types.Places.
func (f *Footer) Places(cols []types.Column) []int {
	n := 0
	if len(f.RowGroups) > 0 {
		n = len(f.RowGroups[0].Cols)
	}
	return types.Places(cols, f.Columns, n)
}

// constMeta is what a block of c's initial value would say of itself, but for where it lies.
func constMeta(c *types.Column, rows int32) BlockMeta {
	v := c.Value()
	m := BlockMeta{Min: types.NullDatum, Max: types.NullDatum}
	switch p := c.Type.Phys(); {
	case v.Null:
		m.Nulls = rows
	case p == types.Str:
		m.Min, _ = cutBound(v.S, boundMin)
		m.Max, m.MaxOpen = cutBound(v.S, boundMax)
		m.TrailingBlanks = strings.HasSuffix(v.S, " ")
	default:
		m.Min, m.Max = v, v
		if p.IsInt() {
			m.Bits = bitsOf(v)
		}
	}
	return m
}
