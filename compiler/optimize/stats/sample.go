package stats

import (
	"encoding/binary"
	"fmt"

	"slipher/catalog/types"
)

// A column of the sample: 0 or 1, in the latter case a bitmap of NULLs; then the values that are not NULL: 8 bytes
// little endian, 16 of class I128 (Hi, then Lo), strings with their length in front as a varint.

// sample encodes the rows at the places chosen. nil: a value was cut that means nothing so.
func (c *column) sample(chosen []int) []byte {
	values := make([]types.Datum, len(chosen))
	for i, at := range chosen {
		if c.long[at] && c.typ.IsOpaque() {
			return nil
		}
		values[i] = c.values[at]
	}
	return EncodeSample(c.typ.Phys(), values)
}

// EncodeSample is Column.Sample of values of class p.
func EncodeSample(p types.Phys, values []types.Datum) []byte {
	nulls := make([]byte, (len(values)+7)/8)
	some := byte(0)
	for i, v := range values {
		if v.Null {
			nulls[i/8] |= 1 << (i % 8)
			some = 1
		}
	}
	out := []byte{some}
	if some == 1 {
		out = append(out, nulls...)
	}
	for _, v := range values {
		switch {
		case v.Null:
		case p == types.Str:
			out = binary.AppendUvarint(out, uint64(len(v.S)))
			out = append(out, v.S...)
		case p == types.I128:
			out = binary.LittleEndian.AppendUint64(out, uint64(v.Hi))
			out = binary.LittleEndian.AppendUint64(out, uint64(v.Lo))
		default:
			out = binary.LittleEndian.AppendUint64(out, uint64(v.Lo))
		}
	}
	return out
}

// SampleValues are the values of a column of class p in the n rows of the table's sample. Long strings are cut.
func (c *Column) SampleValues(p types.Phys, n int) ([]types.Datum, error) {
	damaged := fmt.Errorf("the sample of column %d is damaged", c.ID)
	data := c.Sample
	if len(data) == 0 {
		return nil, damaged
	}
	var nulls []byte
	some := data[0]
	data = data[1:]
	if some != 0 {
		if len(data) < (n+7)/8 {
			return nil, damaged
		}
		nulls, data = data[:(n+7)/8], data[(n+7)/8:]
	}
	out := make([]types.Datum, n)
	for i := range out {
		if nulls != nil && nulls[i/8]>>(i%8)&1 != 0 {
			out[i] = types.NullDatum
			continue
		}
		switch {
		case p == types.Str:
			l, k := binary.Uvarint(data)
			if k <= 0 || l > uint64(len(data)-k) {
				return nil, damaged
			}
			out[i], data = types.String(string(data[k:k+int(l)])), data[k+int(l):]
		case p == types.I128:
			if len(data) < 16 {
				return nil, damaged
			}
			out[i] = types.Int128(int64(binary.LittleEndian.Uint64(data)), int64(binary.LittleEndian.Uint64(data[8:])))
			data = data[16:]
		default:
			if len(data) < 8 {
				return nil, damaged
			}
			out[i] = types.Datum{Lo: int64(binary.LittleEndian.Uint64(data))}
			if p.IsInt() {
				out[i] = types.Int(out[i].Lo)
			}
			data = data[8:]
		}
	}
	return out, nil
}
