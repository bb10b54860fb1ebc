package types

import (
	"encoding/hex"
	"math"
	"strings"
)

// TUUID is UUID.
var TUUID = Type{Kind: UUID}

// 128 bits, ordered byte by byte: an I128 with the first bit turned, as I128 has a sign. Not Redshift's: PostgreSQL's.
func uuidKind() *kind {
	return &kind{name: "uuid", short: "uuid", typname: "uuid", names: named(0, "uuid"), oid: 2950, array: 2951, typlen: 16,
		category: "U", phys: I128, class: "uuid", beside: itself, column: true, parse: parseUUID, write: writeUUID,
		wire: uuidWire(), room: atMost(36), cuts: true, badText: 1207}
}

// UUIDDatum is the datum of 16 bytes.
func UUIDDatum(b []byte) Datum {
	return Int128(int64(be.Uint64(b))^math.MinInt64, int64(be.Uint64(b[8:])))
}

// appendUUID appends the bytes of a value.
func appendUUID(dst []byte, hi, lo int64) []byte {
	return be.AppendUint64(be.AppendUint64(dst, uint64(hi^math.MinInt64)), uint64(lo))
}

// parseUUID reads 32 hexadecimal digits of either case, perhaps in braces, with a hyphen behind any four of them.
func parseUUID(_ Type, s string) (Datum, error) {
	in := s
	if strings.HasPrefix(in, "{") {
		var ok bool
		if in, ok = strings.CutSuffix(in[1:], "}"); !ok {
			return Datum{}, syntaxError("uuid", s)
		}
	}
	var b [16]byte
	for i := range b {
		if len(in) < 2 {
			return Datum{}, syntaxError("uuid", s)
		}
		if _, err := hex.Decode(b[i:i+1], []byte(in[:2])); err != nil {
			return Datum{}, syntaxError("uuid", s)
		}
		if in = in[2:]; i%2 == 1 && i < len(b)-1 {
			in = strings.TrimPrefix(in, "-")
		}
	}
	if in != "" {
		return Datum{}, syntaxError("uuid", s)
	}
	return UUIDDatum(b[:]), nil
}

// writeUUID writes 8-4-4-4-12 lower-case digits.
func writeUUID(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte {
		var raw [16]byte
		hi, lo := r.Int128(col, row)
		b := appendUUID(raw[:0], hi, lo)
		for _, n := range []int{4, 2, 2, 2} {
			dst = append(hex.AppendEncode(dst, b[:n]), '-')
			b = b[n:]
		}
		return hex.AppendEncode(dst, b)
	}
}

// uuidWire is the 16 bytes.
func uuidWire() wire {
	return wire{width: 16, write: func(Type) Writer {
		return func(dst []byte, r Rows, col, row int) []byte {
			hi, lo := r.Int128(col, row)
			return appendUUID(dst, hi, lo)
		}
	}, read: func(_ Type, raw []byte) (Datum, error) { return UUIDDatum(raw), nil }}
}
