package fn

import "slipher/catalog/types"

// varbyteGroup is what is done with bytes: casts, and functions and operators of VARBYTE (Redshift guide,
// "VARBYTE type", "VARBYTE operators"). How bytes lie in a string is said in catalog/types; what takes them apart or
// makes them is a kernel of runtime/kernels/text/bytes.c, but for their forms as text (varbyte_text.go).
func varbyteGroup() Group {
	op := func(name, doc string, emit emitter, fails bool, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Emit: emit, Doc: doc}
	}
	cast := func(name, doc string, emit emitter, fails bool, shapes ...Shape) *Op {
		return &Op{Name: name, Shapes: shapes, MayFail: fails, Cast: true, Emit: emit, Doc: doc}
	}
	k := func(name string, result types.Phys, arena, err bool, doc string, args ...types.Phys) *Kernel {
		return &Kernel{Name: name, Args: args, Result: result, Arena: arena, Err: err, Pure: true, Doc: doc}
	}
	bits := func(name, sign, doc string) *Op {
		return &Op{Name: name, Shapes: same(2, str), MayFail: true, Commutes: true, Infix: sign,
			Emit: kernelErr("slp_" + name), Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			cast("str_to_bytes", "The bytes of a text, with blanks up to so many of them. Behind it: at most so many bytes, "+
				"more are cut off if the last operand is 1, else an error.", kernelErr("slp_str_to_bytes"), true,
				shape(str, i32, i32, i32, str)),
			cast("bytes_to_str", "Bytes as text, which must be UTF-8: at most so many, more are cut off at a character's end "+
				"if the last operand is 1, else an error.", kernelErr("slp_bytes_to_str"), true, shape(str, i32, i32, str)),
			cast("bytes_to_char", "Bytes as CHAR, which must be ASCII: at most so many, more are cut off if the last operand "+
				"is 1, else an error.", kernelErr("slp_bytes_to_char"), true, shape(str, i32, i32, str)),
			cast("int_to_bytes", "The first so many bytes of an integer, the highest first.", emitIntToBytes, false,
				shape(i16, i32, str), shape(i32, i32, str), shape(i64, i32, str)),
			cast("bytes_to_int", "The integer of bytes, the highest first; of fewer than it has it is not negative.",
				emitBytesToInt, true, shape(str, i16), shape(str, i32), shape(str, i64)),
			op("bytes_truncate", "The first so many bytes.", kernel("slp_bytes_left"), false, str, i32, str),
			inCast(op("bytes_assign", "The bytes; more than so many are an error.", func(b Builder, _ Shape, a []Value) Value {
				b.Fail(BytesTooLong, b.ICmp(GT, bytesLength(b, a[0]), a[1]))
				return a[0]
			}, true, str, i32, str)),
			op("bytes_length", "Number of bytes.", func(b Builder, _ Shape, a []Value) Value { return bytesLength(b, a[0]) },
				false, str, i32),
			op("bytes_substring", "len bytes from start on, counted from 1.", kernelErr("slp_bytes_substring"), true, str, i32,
				i32, str),
			op("bytes_substring_from", "The bytes from start on, counted from 1.", kernel("slp_bytes_from"), false, str, i32,
				str),
			op("bytes_getbit", "A bit, counted from the last one, from 0.", kernelErr("slp_bytes_getbit"), true, str, i32, i32),
			{Name: "bytes_concat", Shapes: same(2, str), MayFail: true, Infix: "||", Associative: true,
				Emit: kernelErr("slp_bytes_concat"), Doc: "x followed by y."},
			bits("bytes_and", "&", "The bits that both have, which must be as long."),
			bits("bytes_or", "|", "The bits that either has; both must be as long."),
			bits("bytes_xor", "#", "The bits that one of both has, which must be as long."),
			{Name: "bytes_not", Shapes: same(1, str), Prefix: "~", Emit: kernel("slp_bytes_not"), Doc: "The bits turned over."},
		},
		Kernels: []*Kernel{
			k("slp_str_to_bytes", str, true, true, "Bytes of a text: padded to, at most, cut.", str, i32, i32, i32),
			k("slp_bytes_to_str", str, false, true, "Text of bytes: at most, cut. Borrowed.", str, i32, i32),
			k("slp_bytes_to_char", str, false, true, "CHAR of bytes: at most, cut. Borrowed.", str, i32, i32),
			k("slp_int_to_bytes", str, false, false, "So many low bytes of an integer, as far as they go.", i64, i32, i32),
			k("slp_bytes_to_int", i64, false, true, "The integer of at most so many bytes.", str, i32),
			k("slp_bytes_left", str, true, false, "The first so many.", str, i32),
			k("slp_bytes_from", str, true, false, "Those from a position on.", str, i32),
			k("slp_bytes_substring", str, true, true, "start, length.", str, i32, i32),
			k("slp_bytes_getbit", i32, false, true, "A bit.", str, i32),
			k("slp_bytes_concat", str, true, true, "x followed by y.", str, str),
			k("slp_bytes_and", str, true, true, "Both.", str, str),
			k("slp_bytes_or", str, true, true, "Either.", str, str),
			k("slp_bytes_xor", str, true, true, "One of both.", str, str),
			k("slp_bytes_not", str, true, false, "Neither.", str),
		},
		Rows:  varbyteRows(),
		Casts: varbyteCasts(),
	}
	ops, rows := bytesPart()
	g.Ops, g.Rows = append(g.Ops, ops...), append(g.Rows, rows...)
	for _, o := range []struct {
		name string
		host func(HostCall) error
		in   []types.Phys
	}{
		{"md5", eachBytes(md5Hex), phys(str, str)}, {"sha1", eachBytes(sha1Hex), phys(str, str)},
		{"sha2", hostSHA2, phys(str, i32, str)}, {"crc32", hostCRC32, phys(str, i64)},
		{"farmfingerprint64", hostFarm, phys(str, i64)}, {"checksum", hostChecksum, phys(str, i32)},
	} {
		rule := Strict
		if o.name == "sha2" {
			rule = CustomNull
		}
		g.Ops = append(g.Ops, &Op{Name: o.name + "_bytes", Shapes: []Shape{shape(o.in...)}, Nulls: rule,
			Host: func(c HostCall) error { return o.host(bareBytes{c}) }, Doc: o.name + " of bytes."})
	}
	return g
}

// bytesLength is how many bytes there are: under a NULL anything.
func bytesLength(b Builder, v Value) Value { return b.Sub(b.StrLen(v), b.Const(i32, 1)) }

func emitIntToBytes(b Builder, sh Shape, a []Value) Value {
	return b.Call("slp_int_to_bytes", widen(b, a[0], sh.In[0], i64), b.Const(i32, int64(sh.In[0].Width())), a[1])
}

func emitBytesToInt(b Builder, sh Shape, a []Value) Value {
	v := b.CallErr("slp_bytes_to_int", a[0], b.Const(i32, int64(sh.Out.Width())))
	if sh.Out == i64 {
		return v
	}
	return b.Trunc(v, sh.Out)
}

// bareBytes gives operations of the bytes of a text those of a VARBYTE.
type bareBytes struct{ HostCall }

func (c bareBytes) Str(arg, row int) []byte { return types.VarbyteOf(c.HostCall.Str(arg, row)) }

// varbyteCasts: to and from text the bytes are UTF-8, but for what COPY reads. Redshift guide, "VARBYTE type",
// "Loading a column of the VARBYTE data type".
func varbyteCasts() []*CastRule {
	V := types.Varbyte
	most := func(t types.Type, ctx CastContext) []Const {
		switch {
		case ctx == Implicit:
			return []Const{i32Const(int(t.Widest().Len)), i32Const(0)}
		case ctx == Explicit:
			return []Const{i32Const(int(t.Len)), i32Const(1)}
		}
		return []Const{i32Const(int(t.Len)), i32Const(0)}
	}
	out := []*CastRule{{From: V, To: V, Least: Implicit, Cost: costNear, Doc: "Cut by an explicit cast.",
		Bind: func(from, to types.Type, ctx CastContext) (Bound, bool) {
			switch {
			case from.Len <= to.Len || ctx == Implicit:
				return Bound{}, true
			case ctx == Explicit:
				return Bound{Op: opRef("bytes_truncate"), Extra: []Const{i32Const(int(to.Len))}}, true
			}
			return Bound{Op: opRef("bytes_assign"), Extra: []Const{i32Const(int(to.Len))}}, true
		}}}
	for _, k := range textKinds {
		out = append(out,
			&CastRule{From: k, To: V, Least: Implicit, Cost: costText,
				Doc: "The bytes of the text; COPY reads hexadecimal digits.",
				Bind: func(from, to types.Type, ctx CastContext) (Bound, bool) {
					if ctx == Copying {
						return Bound{Op: opRef("hex_to_bytes"), Extra: []Const{i32Const(int(to.Len))}}, true
					}
					pad := 0
					if from.Kind == types.Char {
						pad = int(from.Len)
					}
					return Bound{Op: opRef("str_to_bytes"), Extra: append([]Const{i32Const(pad)}, most(to, ctx)...)}, true
				}},
			&CastRule{From: V, To: k, Least: Assignment, Doc: "The bytes as text, if they are UTF-8.",
				Bind: func(_, to types.Type, ctx CastContext) (Bound, bool) {
					switch to.Kind {
					case types.Char:
						return Bound{Op: opRef("bytes_to_char"), Extra: most(to, ctx)}, true
					case types.Name:
						return Bound{Op: opRef("bytes_to_str"), Extra: []Const{i32Const(to.TextBytes()), i32Const(1)}}, true
					}
					return Bound{Op: opRef("bytes_to_str"), Extra: most(to, ctx)}, true
				}})
	}
	for _, k := range []types.Kind{types.Int2, types.Int4, types.Int8} {
		out = append(out,
			&CastRule{From: k, To: V, Least: Explicit, Doc: "The bytes of the integer, the highest first.",
				Bind: func(from, to types.Type, _ CastContext) (Bound, bool) {
					return Bound{Op: opRef("int_to_bytes"), Extra: []Const{i32Const(min(int(to.Len), from.Phys().Width()))}}, true
				}},
			&CastRule{From: V, To: k, Least: Explicit, Doc: "The integer of so many bytes or fewer, the highest first.",
				Bind: bindTo("bytes_to_int")})
	}
	return out
}
