package exec

import (
	"encoding/binary"
	"math"

	"slipher/catalog/sqlerr"
)

// What a node says of its part of a join table:
//
//	bits u8, keys u16; by key: kind u8, and unless it is keyAny: least i64, greatest i64,
//	of keyValues: count u32, values i64; then 1 << bits words u64. All little endian.
const (
	keyAny    = iota // nothing is known of the key
	keyBounds        // where its values lie; if the least is greater than the greatest there are none
	keyValues        // all of them, in order
)

func appendSieve(out []byte, words []uint64, keys []values) []byte {
	bits := 0
	for 1<<bits < len(words) {
		bits++
	}
	out = append(out, byte(bits))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(keys)))
	for i := range keys {
		k := &keys[i]
		switch {
		case k.lo == math.MinInt64 && k.hi == math.MaxInt64 && k.sorted == nil:
			out = append(out, keyAny)
			continue
		case k.sorted == nil:
			out = append(out, keyBounds)
		default:
			out = append(out, keyValues)
		}
		out = binary.LittleEndian.AppendUint64(out, uint64(k.lo))
		out = binary.LittleEndian.AppendUint64(out, uint64(k.hi))
		if k.sorted != nil {
			out = binary.LittleEndian.AppendUint32(out, uint32(len(k.sorted)))
			for _, v := range k.sorted {
				out = binary.LittleEndian.AppendUint64(out, uint64(v))
			}
		}
	}
	for _, w := range words {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return out
}

// parseSieve reads what appendSieve wrote; the words are borrowed from data. Whatever the bytes are, there is an error
// or a sieve.
func parseSieve(data []byte) (words []byte, keys []values, err error) {
	r := sieveReader{data: data}
	bits := int(r.take(1)[0])
	n := int(binary.LittleEndian.Uint16(r.take(2)))
	for i := 0; i < n && !r.short; i++ {
		kind := r.take(1)[0]
		v := everything
		if kind != keyAny {
			v.lo, v.hi = r.number(), r.number()
		}
		if kind == keyValues {
			count := int(binary.LittleEndian.Uint32(r.take(4)))
			if count > mostSentValues || count == 0 {
				r.short = true
				break
			}
			for range count {
				x := r.number()
				if x < v.lo || x > v.hi || len(v.sorted) > 0 && x <= v.sorted[len(v.sorted)-1] {
					r.short = true
				}
				v.sorted = append(v.sorted, x)
			}
		}
		r.short = r.short || kind > keyValues
		keys = append(keys, v)
	}
	if r.short || bits < leastSieveBits || bits > mostSieveBits || len(r.data) != 8<<bits {
		return nil, nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid filter of a join's keys")
	}
	return r.data, keys, nil
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
