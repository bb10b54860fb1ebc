package fn

import (
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// castTextGroup is the casts from and to text, and between text types.
func castTextGroup() Group {
	toStr := func(name, kernel string, doc string, ps ...types.Phys) *Op {
		var shapes []Shape
		for _, p := range ps {
			shapes = append(shapes, shape(p, i32, str))
		}
		return &Op{Name: name, Shapes: shapes, MayFail: true, Cast: true, Doc: doc, Emit: emitToStr(kernel)}
	}
	k := func(name string, result types.Phys, doc string, args ...types.Phys) *Kernel {
		return &Kernel{Name: name, Args: args, Result: result, Err: true, Pure: true, Doc: doc}
	}
	out := func(name string, arg types.Phys) *Kernel {
		return &Kernel{Name: name, Args: phys(arg), Result: str, Arena: true, Pure: true, Doc: "The text form."}
	}
	return Group{
		Ops: []*Op{
			{Name: "str_to_int", Shapes: []Shape{shape(str, i16), shape(str, i32), shape(str, i64)}, MayFail: true, Cast: true,
				Emit: func(b Builder, sh Shape, a []Value) Value { return b.CallErr("slp_str_to_"+sh.Out.String(), a...) },
				Doc:  "An integer from its text form."},
			{Name: "str_to_dec", Shapes: []Shape{shape(str, i32, i32, i32, i64), shape(str, i32, i32, i32, i128)}, MayFail: true,
				Cast: true,
				Emit: func(b Builder, sh Shape, a []Value) Value {
					return narrow128(b, b.CallErr("slp_str_to_dec", a...), sh.Out)
				},
				Doc: "DECIMAL(prec, scale) from text; rounded half away from zero if the last operand is 1, else truncated."},
			{Name: "str_to_float", Shapes: []Shape{shape(str, f32), shape(str, f64)}, MayFail: true, Cast: true,
				Emit: emitStrToFloat,
				Doc:  "A float from its text form."},
			{Name: "str_to_bool", Shapes: []Shape{shape(str, i8)}, MayFail: true, Cast: true,
				Emit: func(b Builder, _ Shape, a []Value) Value {
					return b.ICmp(NE, b.CallErr("slp_str_to_bool", a...), b.Const(i32, 0))
				}, Doc: "true, yes, on, 1 and false, no, off, 0, or their beginnings."},
			{Name: "str_to_date", Shapes: []Shape{shape(str, i32)}, MayFail: true, Cast: true,
				Emit: kernelErr("slp_str_to_date"), Doc: "A date from text."},
			{Name: "str_to_timestamp", Shapes: []Shape{shape(str, i64)}, MayFail: true, Cast: true,
				Emit: kernelErr("slp_str_to_timestamp"), Doc: "A timestamp from text; a zone is ignored."},
			{Name: "str_to_interval", Shapes: []Shape{shape(str, i128)}, MayFail: true, Cast: true,
				Host: readText(types.TInterval),
				Doc:  "An interval from text."},
			toStr("int_to_str", "slp_i64_to_str", "An integer's digits, in at most so many bytes.", i16, i32, i64),
			toStr("float_to_str", "", "The shortest digits that read back, in at most so many bytes.", f32, f64),
			{Name: "dec_to_str", Shapes: []Shape{shape(i64, i32, i32, str), shape(i128, i32, i32, str)}, MayFail: true,
				Cast: true, Emit: emitDecToStr,
				Doc: "A decimal with all digits of its scale, in at most so many bytes."},
			toStr("date_to_str", "slp_date_to_str", "YYYY-MM-DD.", i32),
			toStr("timestamp_to_str", "slp_timestamp_to_str", "YYYY-MM-DD HH:MM:SS[.ffffff].", i64),
			toStr("interval_to_str", "slp_interval_to_str", "1 year 2 mons 3 days 04:05:06.", i128),
			{Name: "str_truncate", Shapes: []Shape{shape(str, i32, str)}, Emit: kernel("slp_str_truncate"),
				Doc: "s cut to so many bytes, never within a character: an explicit cast."},
			{Name: "str_assign", Shapes: []Shape{shape(str, i32, str)}, MayFail: true, InCast: true,
				Emit: kernelErr("slp_str_assign"),
				Doc:  "s of at most so many bytes; excess blanks are dropped, anything else is an error."},
			{Name: "char_truncate", Shapes: []Shape{shape(str, i32, str)}, MayFail: true, InCast: true,
				Emit: kernelErr("slp_char_truncate"),
				Doc:  "s as CHAR: cut, without trailing blanks; multi-byte characters are an error."},
			{Name: "char_assign", Shapes: []Shape{shape(str, i32, str)}, MayFail: true, InCast: true,
				Emit: kernelErr("slp_char_assign"),
				Doc:  "s as CHAR of at most so many bytes, without trailing blanks; multi-byte characters are an error."},
		},
		Kernels: []*Kernel{
			k("slp_str_to_i16", i16, "A SMALLINT from text.", str),
			k("slp_str_to_i32", i32, "An INTEGER from text.", str),
			k("slp_str_to_i64", i64, "A BIGINT from text.", str),
			k("slp_str_to_dec", i128, "A decimal from text: prec, scale, round.", str, i32, i32, i32),
			k("slp_str_to_f64", f64, "A double from text.", str),
			k("slp_str_to_bool", i32, "A truth value from text.", str),
			k("slp_str_to_date", i32, "A date from text.", str),
			k("slp_str_to_timestamp", i64, "A timestamp from text.", str),
			out("slp_i64_to_str", i64), out("slp_f32_to_str", f64), out("slp_f64_to_str", f64),
			{Name: "slp_dec_to_str", Args: phys(i128, i32), Result: str, Arena: true, Pure: true,
				Doc: "The text form for a scale."},
			out("slp_date_to_str", i32), out("slp_timestamp_to_str", i64), out("slp_interval_to_str", i128),
			{Name: "slp_str_truncate", Args: phys(str, i32), Result: str, Pure: true,
				Doc: "A prefix of at most so many bytes, borrowed."},
			k("slp_str_assign", str, "s if it fits, without excess blanks.", str, i32),
			k("slp_char_truncate", str, "s as CHAR, cut.", str, i32),
			k("slp_char_assign", str, "s as CHAR if it fits.", str, i32),
		},
		Casts: textCasts(),
	}
}

// emitToStr emits the kernel and the check against the last operand.
func emitToStr(name string) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		x, kernel := a[0], name
		switch p := sh.In[0]; {
		case p == i16 || p == i32 && name == "slp_i64_to_str":
			x = b.SExt(x, i64)
		case p == f32:
			x, kernel = b.FPExt(x), "slp_f32_to_str"
		case p == f64:
			kernel = "slp_f64_to_str"
		}
		return limited(b, b.Call(kernel, x), a[1])
	}
}

// limited is s, an error if it is longer than max bytes.
func limited(b Builder, s, max Value) Value {
	b.Fail(StringTooLong, b.ICmp(GT, b.StrLen(s), max))
	return s
}

func emitDecToStr(b Builder, sh Shape, a []Value) Value {
	return limited(b, b.Call("slp_dec_to_str", widen(b, a[0], sh.In[0], i128), a[1]), a[2])
}

func emitStrToFloat(b Builder, sh Shape, a []Value) Value {
	x := b.CallErr("slp_str_to_f64", a...)
	if sh.Out == f32 {
		return emitFloatNarrow(b, shape(f64, f32), []Value{x})
	}
	return x
}

// readText is the host of a cast from text. Behind the text stands the session's zone if values hang on it.
func readText(t types.Type) func(HostCall) error {
	return eachRow(func(c HostCall, row int) error {
		z := zone.UTC.Table
		if t.ByZone() {
			z = zoneOperand(c, 1, row)
		}
		d, err := types.ParseTextIn(t, string(c.Str(0, row)), z)
		if err == nil {
			setDatum(c, row, t, d)
		}
		return err
	})
}

// writeText is the host of a cast to text, in at most as many bytes as the last operand says. Behind the value stands
// the session's zone if the text hangs on it.
func writeText(t types.Type) func(HostCall) error {
	return func(c HostCall) error {
		var buf [64]byte
		return c.Rows(func(row int) error {
			z, most := zone.UTC.Table, 1
			if t.ShownByZone() {
				z, most = zoneOperand(c, 1, row), 2
			}
			s := types.AppendTextIn(buf[:0], t, datumOf(c, 0, row, t), z)
			if int64(len(s)) > c.Int(most, row) {
				return StringTooLong.Err()
			}
			c.SetStr(row, s)
			return nil
		})
	}
}

var textKinds = []types.Kind{types.Char, types.Varchar, types.Name}

// textForm is how values of a kind are read from text and written as text.
type textForm struct {
	kind  types.Kind
	read  castBind
	least CastContext // of reading
	cost  int         // of reading an argument
	write castBind    // nil: there is no cast to text
}

// casts are those from and to each kind of text.
func (f textForm) casts() []*CastRule {
	var out []*CastRule
	for _, k := range textKinds {
		out = append(out, &CastRule{From: k, To: f.kind, Least: f.least, Cost: f.cost, Bind: f.read,
			Doc: "Read from the text form."})
		if f.write != nil {
			cost := costText
			if f.least == Explicit { // neither way without being asked
				cost = 0
			}
			out = append(out, &CastRule{From: f.kind, To: k, Least: Implicit, Cost: cost, Bind: f.write,
				Doc: "The text form; too long is an error."})
		}
	}
	return out
}

// textCasts are the casts between kinds of text, and of numbers and truth values.
func textCasts() []*CastRule {
	var out []*CastRule
	for _, f := range textKinds {
		for _, k := range textKinds {
			out = append(out, &CastRule{From: f, To: k, Least: Implicit, Cost: costNear, Bind: bindTextToText,
				Doc: "Cut by an explicit cast; on assignment only excess blanks are dropped."})
		}
	}
	for _, f := range []textForm{
		{types.Int2, bindTo("str_to_int"), Implicit, costNumber, bindToText("int_to_str")},
		{types.Int4, bindTo("str_to_int"), Implicit, costNumber, bindToText("int_to_str")},
		{types.Int8, bindTo("str_to_int"), Implicit, costNumber, bindToText("int_to_str")},
		{types.OID, bindTo("str_to_int"), Implicit, 0, bindToText("int_to_str")},
		{types.Float4, bindTo("str_to_float"), Implicit, costNumber, bindToText("float_to_str")},
		{types.Float8, bindTo("str_to_float"), Implicit, costNumber, bindToText("float_to_str")},
		{types.Decimal, bindTextToDec, Implicit, costNumber, bindToText("dec_to_str")},
		{types.Bool, bindTo("str_to_bool"), Implicit, 0, nil},
	} {
		out = append(out, f.casts()...)
	}
	return out
}

func bindTextToDec(_, to types.Type, ctx CastContext) (Bound, bool) {
	round := 1
	if ctx == Copying {
		round = 0
	}
	return Bound{Op: opRef("str_to_dec"), Extra: []Const{i32Const(int(to.Prec)), i32Const(int(to.Scale)),
		i32Const(round)}}, true
}

func bindToText(op string) castBind {
	return func(from, to types.Type, _ CastContext) (Bound, bool) {
		var extra []Const
		if op == "dec_to_str" {
			extra = append(extra, i32Const(int(from.Scale)))
		}
		return Bound{Op: opRef(op), Extra: append(extra, i32Const(to.TextBytes()))}, true
	}
}

// bindTextToText: arguments of functions keep their bytes; CHAR values never end in blanks.
func bindTextToText(from, to types.Type, ctx CastContext) (Bound, bool) {
	fits := from.TextBytes() <= to.TextBytes()
	switch {
	case to.Kind == types.Char && from.Kind == types.Char && fits:
		return Bound{}, true
	case to.Kind == types.Char && ctx == Implicit:
		return Bound{Op: opRef("rtrim_blanks")}, true
	case to.Kind == types.Char && ctx == Explicit:
		return Bound{Op: opRef("char_truncate"), Extra: []Const{i32Const(to.TextBytes())}}, true
	case to.Kind == types.Char:
		return Bound{Op: opRef("char_assign"), Extra: []Const{i32Const(to.TextBytes())}}, true
	case fits, ctx == Implicit:
		return Bound{}, true
	case ctx == Explicit:
		return Bound{Op: opRef("str_truncate"), Extra: []Const{i32Const(to.TextBytes())}}, true
	}
	return Bound{Op: opRef("str_assign"), Extra: []Const{i32Const(to.TextBytes())}}, true
}
