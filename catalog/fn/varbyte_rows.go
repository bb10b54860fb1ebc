package fn

import "slipher/catalog/types"

// bytes is a parameter that is VARBYTE.
var bytesParam = Param{Kind: types.Varbyte, Name: "binary"}

// anyBytes is VARBYTE of any length.
func anyBytes() types.Type { return types.TVarbyte(types.MaxVarbyte) }

// bytesOf is VARBYTE(n), n clipped to what there is.
func bytesOf(n int) types.Type { return types.TVarbyte(max(1, min(n, types.MaxVarbyte))) }

// bytesAsLong is the VARBYTE that has all bytes of values of these types.
func bytesAsLong(args []types.Type, consts []*types.Datum) types.Type {
	n := 0
	for i, t := range args {
		switch t = written(t, consts[i]); {
		case t.Kind == types.Unknown:
			return anyBytes()
		case t.Kind == types.Varbyte:
			n += int(t.Len)
		default:
			n += t.TextBytes()
		}
	}
	return bytesOf(n)
}

func varbyteRows() []*Row {
	T, I, B := types.TText, types.TInt4, anyBytes()
	n := Param{Kind: types.Int4, Name: "number"}
	s := Param{Class: AnyString, Name: "string"}
	format := Param{Class: AnyString, Name: "format"}
	joined := func(args []types.Type, consts []*types.Datum) (Bound, error) {
		return Bound{Op: opRef("bytes_concat"), Args: []types.Type{B, B}, Ret: bytesAsLong(args, consts)}, nil
	}
	// both is an operation on the bits of two values of one length.
	both := func(op string) retFunc {
		return func(args []types.Type, consts []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: []types.Type{B, B}, Ret: bytesAsLong(args[:1], consts)}, nil
		}
	}
	// part binds an op whose result is no longer than its first argument.
	part := func(op string, rest ...types.Type) retFunc {
		return func(args []types.Type, consts []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: append([]types.Type{B}, rest...), Ret: bytesAsLong(args[:1], consts)}, nil
		}
	}
	rows := []*Row{
		two("||", bytesParam, bytesParam, joined, "Concatenation of bytes; NULL if an operand is."),
		two("+", bytesParam, bytesParam, joined, "Concatenation of bytes."),
		two("concat", bytesParam, bytesParam, joined, "Concatenation of bytes; NULL if an argument is."),
		two("&", bytesParam, bytesParam, both("bytes_and"), "Bitwise and of bytes."),
		two("|", bytesParam, bytesParam, both("bytes_or"), "Bitwise or of bytes."),
		two("#", bytesParam, bytesParam, both("bytes_xor"), "Bitwise exclusive or of bytes."),
		one("~", bytesParam, part("bytes_not"), "Bitwise not of bytes."),
		{Name: "getbit", Args: []Param{bytesParam, n}, Ret: fixed("bytes_getbit", I, B, I),
			Doc: "The bit of an index, counted from the last one, which is 0."},
		{Name: "from_hex", Args: []Param{s}, Ret: readBytes("hex_to_bytes", 2), Doc: "Bytes from hexadecimal digits."},
		{Name: "to_hex", Args: []Param{bytesParam}, Ret: writeBytes("bytes_to_hex", 2), Doc: "Hexadecimal digits of bytes."},
		{Name: "to_varbyte", Args: []Param{s, format}, Ret: readBytes("to_varbyte", 1, T),
			Doc: "Bytes from text of a format: hex, binary, utf8, utf-8 or base64."},
		{Name: "from_varbyte", Args: []Param{bytesParam, format}, Ret: writeBytes("from_varbyte", 8, T),
			Doc: "Bytes as text of a format: hex, binary, utf8, utf-8 or base64."},
		{Name: "decode", Args: []Param{s, format}, Ret: readBytes("decode_bytes", 1, T),
			Doc: "Bytes from text of PostgreSQL's formats: hex, base64 or escape."},
		{Name: "encode", Args: []Param{bytesParam, format}, Ret: writeBytes("encode_bytes", 4, T),
			Doc: "Bytes as text of PostgreSQL's formats: hex, base64 or escape."},
		{Name: "sha2", Args: []Param{bytesParam, n}, Ret: fixed("sha2_bytes", types.TVarchar(128), B, I),
			Doc: "SHA-2 digest of bytes."},
	}
	for _, name := range []string{"substring", "substr"} {
		rows = append(rows,
			&Row{Name: name, Args: []Param{bytesParam, n, n}, Ret: sure(part("bytes_substring", I, I), atLeast(2, 0)),
				Doc: "Bytes from a position, counted from 1."},
			&Row{Name: name, Args: []Param{bytesParam, n}, Ret: part("bytes_substring_from", I),
				Doc: "Bytes from a position to the end."})
	}
	for _, name := range []string{"length", "len", "octet_length"} {
		rows = append(rows, row(name, "bytes_length", I, "Number of bytes.", B))
	}
	for _, d := range []struct {
		name, op string
		ret      types.Type
		doc      string
	}{
		{"md5", "md5_bytes", types.TVarchar(32), "MD5 digest of bytes."},
		{"sha1", "sha1_bytes", types.TVarchar(40), "SHA-1 digest of bytes."},
		{"sha", "sha1_bytes", types.TVarchar(40), "SHA-1 digest of bytes."},
		{"func_sha1", "sha1_bytes", types.TVarchar(40), "SHA-1 digest of bytes."},
		{"crc32", "crc32_bytes", types.TInt8, "CRC-32 of bytes."},
		{"farmfingerprint64", "farmfingerprint64_bytes", types.TInt8, "FarmHash's Fingerprint64 of bytes."},
		{"checksum", "checksum_bytes", types.TInt4, "A number for a hash index, of bytes."},
	} {
		rows = append(rows, row(d.name, d.op, d.ret, d.doc, B))
	}
	return rows
}

// readBytes binds an op that makes bytes of text, of which a byte takes at least so many characters.
func readBytes(op string, each int, rest ...types.Type) retFunc {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		b := Bound{Op: opRef(op), Args: append([]types.Type{types.TText}, rest...),
			Ret: bytesOf((grow(written(args[0], consts[0])).TextBytes() + each - 1) / each)}
		if len(rest) == 0 {
			b.Extra = []Const{i32Const(types.MaxVarbyte)}
		}
		return b, nil
	}
}

// writeBytes binds an op that makes text of bytes, at most so many for each.
func writeBytes(op string, each int, rest ...types.Type) retFunc {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		return Bound{Op: opRef(op), Args: append([]types.Type{anyBytes()}, rest...),
			Ret: text(int(bytesAsLong(args[:1], consts).Len) * each)}, nil
	}
}
