package fn

import "slipher/catalog/types"

// stringGroup is string functions over characters and bytes.
func stringGroup() Group {
	pure := func(name string, result types.Phys, arena, err bool, doc string, args ...types.Phys) *Kernel {
		return &Kernel{Name: name, Args: args, Result: result, Arena: arena, Err: err, Pure: true, Doc: doc}
	}
	op := func(name string, emit emitter, fails bool, doc string, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: fails, Emit: emit, Doc: doc}
	}
	position := func(name, folded string, emit emitter, doc string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i32)}, Emit: emit, Folded: folded, Doc: doc}
	}
	return Group{
		Ops: []*Op{
			{Name: "concat", Shapes: same(2, str), MayFail: true, Infix: "||", Associative: true, Emit: kernelErr("slp_concat"),
				Doc: "x followed by y."},
			op("char_length", kernel("slp_char_length"), false, "Number of characters.", str, i32),
			op("octet_length", func(b Builder, _ Shape, a []Value) Value { return b.StrLen(a[0]) }, false, "Number of bytes.",
				str, i32),
			op("lower", kernel("slp_lower"), false, "s in lower case.", str, str),
			op("upper", kernel("slp_upper"), false, "s in upper case.", str, str),
			op("initcap", kernel("slp_initcap"), false, "s with each word's first letter upper, the rest lower case.", str, str),
			op("substring", kernelErr("slp_substring"), true, "len characters from start on, counted from 1.", str, i32, i32,
				str),
			op("substring_from", kernel("slp_substring_from"), false, "The characters from start on, counted from 1.", str, i32,
				str),
			op("left", kernel("slp_left"), false, "The first n characters; all but the last -n for negative n.", str, i32, str),
			op("right", kernel("slp_right"), false, "The last n characters; all but the first -n for negative n.", str, i32,
				str),
			op("ltrim", kernel("slp_ltrim"), false, "s without leading characters of a set.", str, str, str),
			op("rtrim", kernel("slp_rtrim"), false, "s without trailing characters of a set.", str, str, str),
			op("btrim", kernel("slp_btrim"), false, "s without leading and trailing characters of a set.", str, str, str),
			op("replace", kernelErr("slp_replace"), true, "s with each occurrence of a string replaced.", str, str, str, str),
			position("strpos", "strpos_fold", kernel("slp_strpos"), "Position of a substring from 1; 0 if it is not there."),
			position("charindex", "charindex_fold",
				func(b Builder, _ Shape, a []Value) Value { return b.Call("slp_strpos", a[1], a[0]) },
				"strpos with the substring first."),
			op("lpad", kernelErr("slp_lpad"), true, "s filled on the left, or cut, to n characters.", str, i32, str, str),
			op("rpad", kernelErr("slp_rpad"), true, "s filled on the right, or cut, to n characters.", str, i32, str, str),
			op("repeat", kernelErr("slp_repeat"), true, "s n times.", str, i32, str),
			op("reverse", kernel("slp_reverse"), false, "The characters of s backwards.", str, str),
			op("split_part", kernelErr("slp_split_part"), true, "Field n of s between delimiters; '' if there are not so many.",
				str, str, i32, str),
			op("ascii", kernel("slp_ascii"), false, "Code point of the first character.", str, i32),
			op("chr", kernelErr("slp_chr"), true, "The character of a code point.", i32, str),
			op("translate", kernelErr("slp_translate"), true, "s with characters replaced one by one.", str, str, str, str),
		},
		Kernels: []*Kernel{
			pure("slp_concat", str, true, true, "x followed by y.", str, str),
			pure("slp_char_length", i32, false, false, "Characters of s.", str),
			pure("slp_lower", str, true, false, "Lower case.", str),
			pure("slp_upper", str, true, false, "Upper case.", str),
			pure("slp_initcap", str, true, false, "Title case.", str),
			pure("slp_substring", str, false, true, "start, length; borrowed.", str, i32, i32),
			pure("slp_substring_from", str, false, false, "start; borrowed.", str, i32),
			pure("slp_left", str, false, false, "Borrowed.", str, i32),
			pure("slp_right", str, false, false, "Borrowed.", str, i32),
			pure("slp_ltrim", str, false, false, "Borrowed.", str, str),
			pure("slp_rtrim", str, false, false, "Borrowed.", str, str),
			pure("slp_btrim", str, false, false, "Borrowed.", str, str),
			pure("slp_replace", str, true, true, "s, old, new.", str, str, str),
			pure("slp_strpos", i32, false, false, "s, substring.", str, str),
			pure("slp_lpad", str, true, true, "s, characters, fill.", str, i32, str),
			pure("slp_rpad", str, true, true, "s, characters, fill.", str, i32, str),
			pure("slp_repeat", str, true, true, "s, times.", str, i32),
			pure("slp_reverse", str, true, false, "Backwards.", str),
			pure("slp_split_part", str, false, true, "s, delimiter, number; borrowed.", str, str, i32),
			pure("slp_ascii", i32, false, false, "Code point.", str),
			pure("slp_chr", str, false, true, "One character.", i32),
			pure("slp_translate", str, true, true, "s, from, to.", str, str, str),
		},
		Rows: stringRows(),
	}
}

// grow is the length of a result made of strings of these types.
func grow(ts ...types.Type) types.Type {
	n := 0
	for _, t := range ts {
		if t.Kind == types.Unknown {
			return types.TText
		}
		n += t.TextBytes()
	}
	return text(n)
}

// written is t, of a constant without a type as wide as the constant is.
func written(t types.Type, lit *types.Datum) types.Type {
	if t.Kind == types.Unknown && lit != nil && !lit.Null {
		return t.WithLiteral(lit.S)
	}
	return t
}

// bindConcat binds x || y; one of the two must be text.
func bindConcat(args []types.Type, consts []*types.Datum) (Bound, error) {
	if !args[0].IsString() && !args[1].IsString() {
		return Bound{}, errNoMatch
	}
	return Bound{Op: opRef("concat"), Args: []types.Type{types.TText, types.TText},
		Ret: grow(written(args[0], consts[0]), written(args[1], consts[1]))}, nil
}

// atLeast tests whether argument i is a constant of an integer type, of at least n.
func atLeast(i int, n int64) func(args []types.Type, consts []*types.Datum) bool {
	return func(args []types.Type, consts []*types.Datum) bool {
		c := consts[i]
		return args[i].IsInteger() && c != nil && !c.Null && c.Lo >= n
	}
}

func stringRows() []*Row {
	T, I := types.TText, types.TInt4
	s := Param{Class: AnyString, Name: "string"}
	n := Param{Kind: types.Int4, Name: "number"}
	// like binds an op whose result is no longer than its first argument.
	like := func(op string, rest ...types.Type) retFunc {
		return func(args []types.Type, _ []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: append([]types.Type{T}, rest...), Ret: grow(args[0])}, nil
		}
	}
	blank := func(op string) retFunc {
		return func(args []types.Type, _ []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: []types.Type{T}, Extra: []Const{strConst(" ")}, Ret: grow(args[0])}, nil
		}
	}
	pad := func(op string) retFunc {
		return func(args []types.Type, consts []*types.Datum) (Bound, error) {
			b := Bound{Op: opRef(op), Args: []types.Type{T, I}, Ret: T}
			if c := consts[1]; c != nil && !c.Null && c.Lo > 0 {
				b.Ret = text(int(min(c.Lo, types.MaxVarchar)) * 4)
			}
			if len(args) == 3 {
				b.Args = append(b.Args, T)
			} else {
				b.Extra = []Const{strConst(" ")}
			}
			return b, nil
		}
	}
	rows := []*Row{
		two("||", s, s, bindConcat, "Concatenation; NULL if an operand is."),
		two("concat", s, s, bindConcat, "Concatenation of two strings; NULL if one is."),
		{Name: "substring", Args: []Param{s, n, n}, Ret: sure(like("substring", I, I), atLeast(2, 0)),
			Doc: "Characters from a position, counted from 1."},
		{Name: "substring", Args: []Param{s, n}, Ret: like("substring_from", I),
			Doc: "Characters from a position to the end."},
		{Name: "left", Args: []Param{s, n}, Ret: like("left", I), Doc: "The first characters."},
		{Name: "right", Args: []Param{s, n}, Ret: like("right", I), Doc: "The last characters."},
		{Name: "replace", Args: []Param{s, s, s}, Ret: fixed("replace", T, T, T, T), Doc: "Replaces every occurrence."},
		row("strpos", "strpos", I, "Position of a substring, 0 if it is not there.", T, T),
		row("position", "strpos", I, "POSITION(substring IN string), its operands exchanged by the parser.", T, T),
		row("charindex", "charindex", I, "Position of the first argument in the second.", T, T),
		{Name: "lpad", Args: []Param{s, n}, Ret: pad("lpad"), Doc: "Fills with blanks on the left."},
		{Name: "lpad", Args: []Param{s, n, s}, Ret: pad("lpad"), Doc: "Fills on the left."},
		{Name: "rpad", Args: []Param{s, n}, Ret: pad("rpad"), Doc: "Fills with blanks on the right."},
		{Name: "rpad", Args: []Param{s, n, s}, Ret: pad("rpad"), Doc: "Fills on the right."},
		row("repeat", "repeat", T, "The string so many times.", T, I),
		row("replicate", "repeat", T, "The string so many times.", T, I),
		{Name: "reverse", Args: []Param{s}, Ret: like("reverse"), Doc: "The characters backwards."},
		{Name: "split_part", Args: []Param{s, s, n}, Ret: sure(like("split_part", T, I), atLeast(2, 1)),
			Doc: "A field between delimiters."},
		row("ascii", "ascii", I, "Code point of the first character.", T),
		row("chr", "chr", types.TVarchar(4), "The character of a code point.", I),
		{Name: "translate", Args: []Param{s, s, s}, Ret: fixed("translate", T, T, T, T),
			Doc: "Replaces characters one by one."},
	}
	for _, name := range []string{"lower", "upper", "initcap"} {
		op := name
		rows = append(rows, one(name, s, func(args []types.Type, _ []*types.Datum) (Bound, error) {
			return Bound{Op: opRef(op), Args: []types.Type{T}, Ret: grow(args[0])}, nil
		}, "Changes case, beyond ASCII too."))
	}
	for _, name := range []string{"length", "len", "char_length", "character_length", "textlen"} {
		rows = append(rows, row(name, "char_length", I, "Number of characters; trailing blanks of CHAR do not count.", T))
	}
	rows = append(rows, row("octet_length", "octet_length", I, "Number of bytes.", T))
	for _, t := range []struct{ name, op string }{{"ltrim", "ltrim"}, {"rtrim", "rtrim"}, {"btrim", "btrim"},
		{"trim", "btrim"}} {
		rows = append(rows,
			&Row{Name: t.name, Args: []Param{s}, Ret: blank(t.op), Doc: "Removes blanks."},
			&Row{Name: t.name, Args: []Param{s, s}, Ret: like(t.op, T), Doc: "Removes characters of a set."})
	}
	for _, r := range rows {
		if r.Name == "substring" {
			alias := *r
			alias.Name = "substr"
			rows = append(rows, &alias)
		}
	}
	return rows
}
