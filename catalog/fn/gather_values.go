package fn

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// gatheredKind is a kind of values that a state keeps all of: how they are read, ordered, and given as a result.
type gatheredKind[T any] struct {
	name    string
	results []types.Phys // classes of a value as a result
	read    func(vs []T, state []byte) ([]T, error)
	compare func(a, b T) int
	set     func(c HostCall, row int, v T)
}

var (
	gatheredInts = gatheredKind[int64]{"i64", phys(i8, i16, i32, i64), readWords(func(w []uint64) int64 {
		return int64(w[0])
	}, 1), cmp.Compare[int64], HostCall.SetInt}
	gatheredWide = gatheredKind[int128.Int]{"i128", phys(i128), readWords(func(w []uint64) int128.Int {
		return int128.Int{Lo: w[0], Hi: int64(w[1])}
	}, 2), int128.Int.Cmp, setWide}
	gatheredFloats = gatheredKind[float64]{"f64", phys(f32, f64), readWords(func(w []uint64) float64 {
		return math.Float64frombits(w[0])
	}, 1), func(a, b float64) int { return cmp.Compare(types.FloatOrder(a), types.FloatOrder(b)) }, HostCall.SetFloat}
	gatheredTexts = gatheredKind[[]byte]{"str", phys(str), readTexts,
		func(a, b []byte) int { return bytes.Compare(bytes.TrimRight(a, " "), bytes.TrimRight(b, " ")) }, HostCall.SetStr}
)

// readWords reads values of n words each.
func readWords[T any](value func([]uint64) T, n int) func([]T, []byte) ([]T, error) {
	return func(vs []T, state []byte) ([]T, error) {
		if len(state)%(8*n) != 0 {
			return nil, errGathered
		}
		vs = slices.Grow(vs, len(state)/(8*n))
		words := make([]uint64, n)
		for ; len(state) > 0; state = state[8*n:] {
			for i := range words {
				words[i] = binary.LittleEndian.Uint64(state[8*i:])
			}
			vs = append(vs, value(words))
		}
		return vs, nil
	}
}

// readTexts reads the values of rows.
func readTexts(vs [][]byte, state []byte) ([][]byte, error) {
	rows, err := gathered(nil, state)
	for _, r := range rows {
		vs = append(vs, r.value)
	}
	return vs, err
}

// each makes an operation of what is done with a group's values: f may reorder them; there is one at least.
func (k *gatheredKind[T]) each(f func(c HostCall, row int, k *gatheredKind[T], vs []T) error) func(HostCall) error {
	return func(c HostCall) error {
		var vs []T
		return c.Rows(func(row int) (err error) {
			if vs, err = k.read(vs[:0], c.Str(0, row)); err != nil || len(vs) == 0 {
				return cmp.Or(err, errGathered)
			}
			return f(c, row, k, vs)
		})
	}
}

// nth puts the value of place n in the order there, what is not behind it in front and what is not in front behind it.
func nth[T any](vs []T, n int, compare func(a, b T) int) {
	for lo, hi := 0, len(vs)-1; lo < hi; {
		pivot := medianOf(vs[lo], vs[(lo+hi)/2], vs[hi], compare)
		i, j := lo, hi
		for i <= j {
			for compare(vs[i], pivot) < 0 {
				i++
			}
			for compare(pivot, vs[j]) < 0 {
				j--
			}
			if i <= j {
				vs[i], vs[j] = vs[j], vs[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return
		}
	}
}

// medianOf is the second of three in their order.
func medianOf[T any](a, b, c T, compare func(a, b T) int) T {
	if compare(b, a) < 0 {
		a, b = b, a
	}
	if compare(c, b) < 0 {
		b = c
		if compare(b, a) < 0 {
			b = a
		}
	}
	return b
}
