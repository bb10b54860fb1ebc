package types

import (
	"encoding/hex"

	"slipher/catalog/sqlerr"
)

// MaxVarbyte is the longest VARBYTE, in bytes. Redshift guide, "VARBYTE type".
const MaxVarbyte = 16 << 20

// varbyteDefault is the length of a column of which none is said.
const varbyteDefault = 64000

// Bytes of any values, compared byte by byte. A value is a string: its bytes and a zero byte behind them
// (VarbyteDatum). So it never ends in a blank, which would not count, and as nothing is below a zero byte, the
// strings have the order of the bytes: whatever is done with strings is right for VARBYTE, too.
func varbyteKind() *kind {
	return &kind{name: "binary varying", short: "varbyte", typname: "varbyte",
		names: varbyteNames(), oid: 6551, typlen: -1, category: "U", parameter: TVarbyte(MaxVarbyte),
		phys: Str, mod: lengthModifier("binary varying", MaxVarbyte, TVarbyte), read: readLength(MaxVarbyte),
		facts: lengthFacts,
		class: "varbyte", bare: true, column: true, keyless: true,
		holding: func(t Type, text string) Type { return TVarbyte(max(int(t.Len), min(len(text), MaxVarbyte))) },
		beside:  func(Type) Type { return TVarbyte(MaxVarbyte) },
		parse:   parseVarbyte, write: writeVarbyte, wire: varbyteWire(),
		room: func(t Type) int { return 2 * int(t.Len) }, badText: 1207}
}

func varbyteNames() []Alias {
	out := named(1, "varbyte, varbinary, binary varying")
	for i := range out {
		out[i].length = varbyteDefault
	}
	return out
}

// TVarbyte is VARBYTE(n), n in bytes.
func TVarbyte(n int) Type { return Type{Kind: Varbyte, Len: int32(n)} }

// VarbyteDatum is a datum of VARBYTE.
func VarbyteDatum(bytes string) Datum { return String(bytes + "\x00") }

// VarbyteOf is the bytes of a VARBYTE that lies in s, which borrows them. The empty string, which only what is under a
// NULL is, has none.
func VarbyteOf[T ~string | ~[]byte](s T) T { return s[:max(len(s)-1, 0)] }

// parseVarbyte reads a text as its UTF-8 bytes, as Redshift does wherever text becomes VARBYTE, but for COPY.
func parseVarbyte(t Type, s string) (Datum, error) {
	if t.Len > 0 && len(s) > int(t.Len) {
		return Datum{}, sqlerr.New(sqlerr.StringTooLong, "value too long for type %v", t)
	}
	return VarbyteDatum(s), nil
}

// writeVarbyte writes lower-case hexadecimal digits, so that all of it can be printed.
func writeVarbyte(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte {
		return hex.AppendEncode(dst, VarbyteOf(r.Str(col, row)))
	}
}

// varbyteWire is the bytes.
func varbyteWire() wire {
	return wire{write: func(Type) Writer {
		return func(dst []byte, r Rows, col, row int) []byte { return append(dst, VarbyteOf(r.Str(col, row))...) }
	}, read: func(t Type, raw []byte) (Datum, error) { return parseVarbyte(t, string(raw)) }}
}
