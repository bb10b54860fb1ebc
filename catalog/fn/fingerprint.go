package fn

import (
	"encoding/binary"
	"math"

	farm "github.com/dgryski/go-farm"
	"github.com/spaolacci/murmur3"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// fingerprintGroup is hashes of values of any type: of their bytes as they lie in memory, little endian, and of all
// bytes of a string, trailing blanks too. Redshift guide, "Hash functions". Where rows are placed is another hash.
func fingerprintGroup() Group {
	I4, I8, T := types.TInt4, types.TInt8, types.TText
	var hashed []Shape
	for _, p := range phys(i8, i16, i32, i64, i128, f32, f64, str) {
		hashed = append(hashed, shape(p, i64, i32, i64))
	}
	var murmured []Shape
	for _, p := range phys(i32, i64, f64, str) {
		murmured = append(murmured, shape(p, i32, i32, i32))
	}
	return Group{
		Ops: []*Op{
			{Name: "fnv_hash", Shapes: hashed, Host: hostFNV, Doc: "FNV-1a of 64 bits. Operands: value, state, class of the value."},
			{Name: "murmur3_32_hash", Shapes: murmured, Host: hostMurmur, Doc: "Murmur3 of 32 bits. Operands: value, seed, class of the value."},
			{Name: "farmfingerprint64", Shapes: []Shape{shape(str, i64)}, Doc: "FarmHash's Fingerprint64.", Host: hostFarm},
			{Name: "checksum", Shapes: []Shape{shape(str, i32)}, Host: hostChecksum,
				Doc: "A number of 31 bits made of a string."},
			{Name: "checksum_number", Shapes: []Shape{shape(i128, i32)}, Doc: "The low 32 bits of a number.",
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.Trunc(a[0], i32) }},
		},
		Rows: []*Row{
			{Name: "fnv_hash", Args: []Param{{Class: AnyType}}, Ret: bindFNV, Doc: "FNV-1a of 64 bits of a value."},
			{Name: "fnv_hash", Args: []Param{{Class: AnyType}, {Kind: types.Int8, Name: "seed"}}, Ret: bindFNV,
				Doc: "FNV-1a of 64 bits, the hash of what stands in front being the seed."},
			{Name: "murmur3_32_hash", Args: []Param{{Class: AnyType}}, Ret: bindMurmur,
				Doc: "Murmur3 of 32 bits of a value, as Apache Iceberg hashes it."},
			{Name: "murmur3_32_hash", Args: []Param{{Class: AnyType}, {Kind: types.Int4, Name: "seed"}}, Ret: bindMurmur,
				Doc: "Murmur3 of 32 bits with a seed."},
			row("farmfingerprint64", "farmfingerprint64", I8, "FarmHash's Fingerprint64.", T),
			{Name: "checksum", Args: []Param{{Class: AnyString}}, Ret: fixed("checksum", I4, T),
				Doc: "A number for a hash index."},
			{Name: "checksum", Args: []Param{number}, Doc: "A number for a hash index: that of all digits of a decimal.",
				Ret: func(args []types.Type, _ []*types.Datum) (Bound, error) {
					t := types.IntegerAsDecimal(numberOf(args[0], types.TInt8, nil))
					if t.Kind != types.Decimal {
						return Bound{}, errNoMatch
					}
					return Bound{Op: opRef("checksum_number"), Args: []types.Type{types.TDecimal(types.MaxPrecision, int(t.Scale))},
						Ret: I4}, nil
				}},
		},
	}
}

func hostFarm(c HostCall) error {
	return c.Rows(func(row int) error { c.SetInt(row, int64(farm.Fingerprint64(c.Str(0, row)))); return nil })
}

func hostChecksum(c HostCall) error {
	return c.Rows(func(row int) error { c.SetInt(row, int64(murmur3.Sum32(c.Str(0, row))>>1)); return nil })
}

// hashable is the type whose values are hashed.
func hashable(t types.Type) (types.Type, error) {
	switch {
	case t.Kind == types.Unknown:
		return types.TText, nil
	case t.OwnOrder() && !t.Fold || t.IsArray(): // of strings it is that of their bytes, in any collation
		return t, sqlerr.Unsupported("the hash of a value of type %s", t.Name())
	}
	return t, nil
}

// fnvSeed is FNV-1a's offset basis.
const fnvSeed = 0xcbf29ce484222325

func bindFNV(args []types.Type, _ []*types.Datum) (Bound, error) {
	t, err := hashable(args[0])
	b := Bound{Op: opRef("fnv_hash"), Args: []types.Type{t, types.TInt8}[:len(args)], Ret: types.TInt8}
	if len(args) == 1 {
		seed := uint64(fnvSeed)
		b.Extra = []Const{i64Const(int64(seed))}
	}
	b.Extra = append(b.Extra, hashedClass(t))
	return b, err
}

// varbyteClass stands for the class of VARBYTE, whose strings have a byte that does not count.
const varbyteClass = 100

// hashedClass is the operand by which valueBytes knows what values are.
func hashedClass(t types.Type) Const {
	if t.Kind == types.Varbyte {
		return i32Const(varbyteClass)
	}
	return i32Const(int(t.Phys()))
}

func hostFNV(c HostCall) error {
	var buf [16]byte
	return c.Rows(func(row int) error {
		h := uint64(c.Int(1, row))
		for _, b := range valueBytes(c, row, buf[:0]) {
			h = (h ^ uint64(b)) * 0x100000001b3
		}
		c.SetInt(row, int64(h))
		return nil
	})
}

// valueBytes are the bytes of the first operand, whose class the third one says.
func valueBytes(c HostCall, row int, buf []byte) []byte {
	switch p := types.Phys(c.Int(2, row)); p {
	case str:
		return c.Str(0, row)
	case varbyteClass:
		return types.VarbyteOf(c.Str(0, row))
	case f32:
		f := float32(c.Float(0, row))
		if f != f {
			return binary.LittleEndian.AppendUint32(buf, 0x7fc00000) // all NaNs are one value
		}
		return binary.LittleEndian.AppendUint32(buf, math.Float32bits(f))
	case f64:
		f := c.Float(0, row)
		if f != f {
			return binary.LittleEndian.AppendUint64(buf, 0x7ff8<<48) // as Iceberg does, by Java
		}
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(f))
	default:
		hi, lo := c.Int128(0, row)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(lo))
		return binary.LittleEndian.AppendUint64(buf, uint64(hi))[:p.Width()]
	}
}

// bindMurmur: by Iceberg's specification (appendix B) integers and dates count as 64 bits, REAL as DOUBLE.
func bindMurmur(args []types.Type, _ []*types.Datum) (Bound, error) {
	t, err := hashable(args[0])
	switch {
	case t.IsInteger() || t.Kind == types.OID:
		t = types.TInt8
	case t.Kind == types.Float4:
		t = types.TFloat8
	case t.Kind == types.Bool || t.Kind == types.Decimal || t.Kind == types.UUID:
		err = sqlerr.Unsupported("murmur3_32_hash of type %s", t.Name())
	}
	b := Bound{Op: opRef("murmur3_32_hash"), Args: []types.Type{t, types.TInt4}[:len(args)], Ret: types.TInt4}
	if len(args) == 1 {
		b.Extra = []Const{i32Const(0)}
	}
	b.Extra = append(b.Extra, hashedClass(t))
	return b, err
}

func hostMurmur(c HostCall) error {
	var buf [16]byte
	return c.Rows(func(row int) error {
		v := valueBytes(c, row, buf[:0])
		if types.Phys(c.Int(2, row)) == i32 { // a date
			v = binary.LittleEndian.AppendUint64(buf[:0], uint64(c.Int(0, row)))
		}
		c.SetInt(row, int64(int32(murmur3.Sum32WithSeed(v, uint32(c.Int(1, row))))))
		return nil
	})
}
