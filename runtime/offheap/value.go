package offheap

import "slipher/catalog/types"

// Int reads the value of class p, of I8 to I64, at byte off of v, sign extended.
func Int(v View, off int64, p types.Phys) int64 {
	switch p.Width() {
	case 1:
		return int64(At[int8](v, off))
	case 2:
		return int64(At[int16](v, off))
	case 4:
		return int64(At[int32](v, off))
	}
	return At[int64](v, off)
}

// SetInt writes a value of class p, of I8 to I64, cut to the class's width.
func SetInt(v View, off int64, p types.Phys, x int64) {
	switch p.Width() {
	case 1:
		Set(v, off, int8(x))
	case 2:
		Set(v, off, int16(x))
	case 4:
		Set(v, off, int32(x))
	default:
		Set(v, off, x)
	}
}

// Float reads a value of class F32 or F64.
func Float(v View, off int64, p types.Phys) float64 {
	if p == types.F32 {
		return float64(At[float32](v, off))
	}
	return At[float64](v, off)
}

// SetFloat writes a value of class F32 or F64.
func SetFloat(v View, off int64, p types.Phys, x float64) {
	if p == types.F32 {
		Set(v, off, float32(x))
		return
	}
	Set(v, off, x)
}

// Int128 reads a value of class I128.
func Int128(v View, off int64) (hi, lo int64) { return At[int64](v, off+8), At[int64](v, off) }

// SetInt128 writes a value of class I128.
func SetInt128(v View, off int64, hi, lo int64) {
	Set(v, off, lo)
	Set(v, off+8, hi)
}

// Datum reads a value of class p that is not NULL; strings are copied.
func Datum(v View, off int64, p types.Phys) types.Datum {
	switch {
	case p == types.Str:
		return types.String(string(Str(v, off)))
	case p == types.I128:
		return types.Int128(Int128(v, off))
	case p.IsFloat():
		return types.Float(Float(v, off, p))
	}
	return types.Int(Int(v, off, p))
}

// SetDatum writes a value of class p that is not NULL. What SetStr says of strings holds.
func SetDatum(v View, off int64, p types.Phys, d types.Datum, arena View) {
	switch {
	case p == types.Str:
		SetStr(v, off, []byte(d.S), arena)
	case p == types.I128:
		SetInt128(v, off, d.Hi, d.Lo)
	case p.IsFloat():
		SetFloat(v, off, p, d.Float())
	default:
		SetInt(v, off, p, d.Lo)
	}
}
