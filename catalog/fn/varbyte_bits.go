package fn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// bytesPart is PostgreSQL's functions of one byte, or one bit, of bytes: those are counted from the first, these within
// a byte from its last, both from 0.
func bytesPart() (ops []*Op, rows []*Row) {
	B, I, L := anyBytes(), types.TInt4, types.TInt8
	n := Param{Class: AnyInteger, Name: "number"}
	changed := func(op string, index types.Type) retFunc {
		return func(args []types.Type, consts []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: []types.Type{B, index, I}, Ret: bytesAsLong(args[:1], consts)}, nil
		}
	}
	op := func(name, doc string, f func(c HostCall, row int, bytes []byte, at int64) error, inOut ...types.Phys) *Op {
		unit := int64(1)
		if inOut[1] == i64 { // bits
			unit = 8
		}
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Doc: doc,
			Host: eachRow(func(c HostCall, row int) error {
				bytes, at := types.VarbyteOf(c.Str(0, row)), c.Int(1, row)
				if most := int64(len(bytes))*unit - 1; at < 0 || at > most {
					return sqlerr.New("2202E", "index %d out of valid range, 0..%d", at, most)
				}
				return f(c, row, bytes, at)
			})}
	}
	// set is bytes with another in one place, with the byte that a string of them ends in.
	set := func(c HostCall, row int, bytes []byte, at int64, b byte) {
		out := append(append(make([]byte, 0, len(bytes)+1), bytes...), 0)
		out[at] = b
		c.SetStr(row, out)
	}
	ops = []*Op{
		op("bytes_get_byte", "A byte, counted from the first, from 0.",
			func(c HostCall, row int, bytes []byte, at int64) error {
				c.SetInt(row, int64(bytes[at]))
				return nil
			}, str, i32, i32),
		op("bytes_get_bit", "A bit, counted from the last of the first byte, from 0.",
			func(c HostCall, row int, bytes []byte, at int64) error {
				c.SetInt(row, int64(bytes[at/8]>>(at%8)&1))
				return nil
			}, str, i64, i32),
		op("bytes_set_byte", "Another byte in a place. Operands: bytes, place, byte, of which the last eight bits count.",
			func(c HostCall, row int, bytes []byte, at int64) error {
				set(c, row, bytes, at, byte(c.Int(2, row)))
				return nil
			}, str, i32, i32, str),
		op("bytes_set_bit", "Another bit in a place. Operands: bytes, place, bit.",
			func(c HostCall, row int, bytes []byte, at int64) error {
				bit := c.Int(2, row)
				if bit != 0 && bit != 1 {
					return sqlerr.New(sqlerr.InvalidParameterValue, "new bit must be 0 or 1")
				}
				set(c, row, bytes, at/8, bytes[at/8]&^(1<<(at%8))|byte(bit)<<(at%8))
				return nil
			}, str, i64, i32, str),
	}
	rows = []*Row{
		{Name: "get_byte", Args: []Param{bytesParam, n}, Ret: fixed("bytes_get_byte", I, B, I),
			Doc: "A byte, counted from the first, which is 0."},
		{Name: "get_bit", Args: []Param{bytesParam, n}, Ret: fixed("bytes_get_bit", I, B, L),
			Doc: "A bit, counted from the last of the first byte, which is 0: PostgreSQL's. GETBIT counts from the last of all."},
		{Name: "set_byte", Args: []Param{bytesParam, n, n}, Ret: changed("bytes_set_byte", I),
			Doc: "Bytes with another in one place."},
		{Name: "set_bit", Args: []Param{bytesParam, n, n}, Ret: changed("bytes_set_bit", L),
			Doc: "Bytes with another bit in one place."},
	}
	return ops, rows
}
