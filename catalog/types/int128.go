package types

import "slipher/catalog/int128"

// I128 is the value of a datum of class I128 (or of a narrower integer class: datums are sign extended).
func (d Datum) I128() int128.Int { return int128.Int{Hi: d.Hi, Lo: uint64(d.Lo)} }

// Wide is a datum of class I128.
func Wide(v int128.Int) Datum { return Int128(v.Hi, int64(v.Lo)) }

// MaxUnscaled is the largest unscaled magnitude of DECIMAL(p, s): 10^p-1, but 2^63-1 for p = 19, which is stored in 64
// bits.
func MaxUnscaled(prec int) int128.Int {
	if prec == 19 {
		return int128.Int{Lo: 1<<63 - 1}
	}
	return int128.Pow10(prec).Add(int128.Of(-1))
}
