package exec

import (
	"cmp"
	"encoding/binary"
	"math"

	"slipher/catalog/sqlerr"
	"slipher/runtime/block"
)

// What a node says of its part of a join table:
//
//	bits u8, keys u16; by key: kind u8, and unless it is keyAny: the least value, the greatest one,
//	of keyValues and keyTexts: count u32, values; then 1 << bits words u64.
//
// A value is an i64, of keyTextBounds and keyTexts a string's block.CutText: its length u8, bytes. All little endian.
const (
	keyAny        = iota // nothing is known of the key
	keyBounds            // where its values lie; if the least is greater than the greatest there are none
	keyValues            // all of them, in order
	keyTextBounds        // likewise of strings
	keyTexts
)

func appendSieve(out []byte, words []uint64, keys []keySet) []byte {
	bits := 0
	for 1<<bits < len(words) {
		bits++
	}
	out = append(out, byte(bits))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(keys)))
	for i := range keys {
		switch k := &keys[i]; {
		case k.texts != nil:
			out = appendValues(out, keyTextBounds, k.texts, appendText)
		case k.ints.lo == math.MinInt64 && k.ints.hi == math.MaxInt64 && k.ints.sorted == nil:
			out = append(out, keyAny)
		default:
			out = appendValues(out, keyBounds, &k.ints, appendNumber)
		}
	}
	for _, w := range words {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return out
}

// appendValues writes a set; its kind is that of bounds, or, if all values are known, the next one.
func appendValues[T cmp.Ordered](out []byte, kind byte, v *values[T], put func([]byte, T) []byte) []byte {
	if v.sorted != nil {
		kind++
	}
	out = put(put(append(out, kind), v.lo), v.hi)
	if v.sorted != nil {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(v.sorted)))
		for _, x := range v.sorted {
			out = put(out, x)
		}
	}
	return out
}

func appendNumber(out []byte, x int64) []byte {
	return binary.LittleEndian.AppendUint64(out, uint64(x))
}

func appendText(out []byte, s string) []byte { return append(append(out, byte(len(s))), s...) }

// parseSieve reads what appendSieve wrote; the words are borrowed from data. Whatever the bytes are, there is an error
// or a sieve.
func parseSieve(data []byte) (words []byte, keys []keySet, err error) {
	r := sieveReader{data: data}
	bits := int(r.take(1)[0])
	n := int(binary.LittleEndian.Uint16(r.take(2)))
	for i := 0; i < n && !r.short; i++ {
		k := everything
		switch kind := r.take(1)[0]; kind {
		case keyAny:
		case keyBounds, keyValues:
			k.ints = parseValues(&r, kind == keyValues, mostSentValues, r.number)
		case keyTextBounds, keyTexts:
			v := parseValues(&r, kind == keyTexts, mostSentTexts, r.text)
			if r.short = r.short || v.lo > v.hi; !r.short {
				k = textSet(v.lo, v.hi, v.sorted)
			}
		default:
			r.short = true
		}
		keys = append(keys, k)
	}
	if r.short || bits < leastSieveBits || bits > mostSieveBits || len(r.data) != 8<<bits {
		return nil, nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid filter of a join's keys")
	}
	return r.data, keys, nil
}

// parseValues reads what appendValues wrote behind the kind; each: with all values, of which there are at most so many.
func parseValues[T cmp.Ordered](r *sieveReader, each bool, most int, get func() T) (v values[T]) {
	v.lo, v.hi = get(), get()
	if !each {
		return v
	}
	count := int(binary.LittleEndian.Uint32(r.take(4)))
	if count > most || count == 0 {
		r.short = true
		return v
	}
	for i := 0; i < count && !r.short; i++ {
		x := get()
		if x < v.lo || x > v.hi || i > 0 && x <= v.sorted[i-1] {
			r.short = true
		}
		v.sorted = append(v.sorted, x)
	}
	return v
}

// word is word i of a filter on the wire.
func word(words []byte, i int) uint64 { return binary.LittleEndian.Uint64(words[8*i:]) }

// sieveReader reads bytes; once there are too few it gives zeros.
type sieveReader struct {
	data  []byte
	short bool
}

func (r *sieveReader) take(n int) []byte {
	if r.short || len(r.data) < n {
		r.short = true
		return make([]byte, n)
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *sieveReader) number() int64 { return int64(binary.LittleEndian.Uint64(r.take(8))) }

func (r *sieveReader) text() string {
	n := int(r.take(1)[0])
	if n > block.TextBytes {
		r.short = true
	}
	return string(r.take(n))
}
