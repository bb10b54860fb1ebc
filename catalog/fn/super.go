package fn

import (
	"bytes"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/super"
	"slipher/catalog/types"
)

// superGroup is what is done with SUPERs, whose bytes are in catalog/super: Go on whole vectors. Redshift guide, "SUPER
// type information functions", "Array functions", "JSON functions". A value that is not what a function is about gives
// NULL.
func superGroup() Group {
	S, T, I, B := types.TSuper, types.TText, types.TInt4, types.TBool
	form := func(name, doc string, variadic bool, args ...Param) *Row {
		return &Row{Name: name, Args: args, Variadic: variadic, Special: true, Doc: doc}
	}
	value, text := Param{Class: AnyType}, Param{Class: AnyString}
	g := Group{
		Rows: []*Row{
			form("json_parse", "The SUPER that a JSON text says.", false, text),
			form("json_parse", "The SUPER that a JSON text says.", false, Param{Kind: types.Varbyte}),
			row("json_serialize_to_varbyte", "super_to_bytes", types.TVarbyte(types.MaxVarbyte),
				"A SUPER as the bytes of JSON text; NULL is null.", S),
			row("json_serialize", "super_to_json", T, "A SUPER as JSON text; NULL is null.", S),
			row("json_size", "super_json_size", I, "How many bytes a SUPER has as JSON text.", S),
			row("size", "super_size", I, "How many bytes a SUPER has in memory.", S),
			row("json_typeof", "super_typeof", T, "boolean, number, string, array, object, or null of NULL.", S),
			row("get_array_length", "super_length", I, "How many elements an array in a SUPER has.", S),
			row("decimal_precision", "super_precision", I, "How many digits an exact number in a SUPER has.", S),
			row("decimal_scale", "super_scale", I, "How many digits behind the point an exact number in a SUPER has.", S),
			form("array", "A SUPER array of the arguments.", true, value),
			form("array", "An empty SUPER array.", false), form("object", "An empty SUPER object.", false),
			form("object", "A SUPER object of names and the values behind them.", true, value),
			{Name: "object_transform", Args: []Param{value}, Variadic: true, Special: true, Named: true,
				Doc: "An object of what is at paths of another (KEEP path, …) and of values at others (SET path, value, …)."},
			row("array_concat", "super_concat", S, "The elements of both arrays in SUPERs.", S, S),
			row("array_flatten", "super_flatten", S, "An array with the elements of arrays in it in their place.", S),
			row("split_to_array", "super_split", S, "An array of the parts of a text between delimiters.", T, T),
			{Name: "split_to_array", Args: exact(T), Doc: "An array of the parts of a text between commas.",
				Ret: func([]types.Type, []*types.Datum) (Bound, error) {
					return Bound{Op: opRef("super_split"), Args: []types.Type{T}, Extra: []Const{strConst(",")}, Ret: S}, nil
				}},
			row("subarray", "super_subarray", S, "So many elements of an array in a SUPER, from a number on, from 0.", S, I, I),
			row("lower_attribute_names", "super_lower_names", S, "A SUPER with the names of all members in lower case.", S),
			row("upper_attribute_names", "super_upper_names", S, "A SUPER with the names of all members in upper case.", S),
		},
		Ops: []*Op{
			superOp("json_parse", hostJSONParse(HostCall.Str), "The SUPER of a JSON text. The last operand: see SuperOptions.",
				str, i32, str),
			superOp("json_parse_bytes", hostJSONParse(func(c HostCall, arg, row int) []byte {
				return types.VarbyteOf(c.Str(arg, row))
			}), "The SUPER of the bytes of a JSON text.", str, i32, str),
			superOp("super_to_json", hostSuperJSON(types.MaxVarchar, nil), "JSON text; of NULL null.", str, str),
			superOp("super_to_bytes", hostSuperJSON(types.MaxVarbyte, []byte{0}), "The bytes of JSON text; of NULL null.", str,
				str),
			superOp("super_json_size", superRow(func(c HostCall, row int, v super.Value) error {
				c.SetInt(row, int64(len(super.AppendJSON(nil, v))))
				return nil
			}), "The length of the JSON text.", str, i32),
			superOp("super_size", superRow(func(c HostCall, row int, v super.Value) error {
				c.SetInt(row, int64(len(v)))
				return nil
			}), "The length of the value.", str, i32),
			superOp("super_typeof", hostSuperType, "The kind of value; of NULL null.", str, str),
			superOp("super_length", superRow(func(c HostCall, row int, v super.Value) error {
				if v.Kind() != super.Array {
					c.SetNull(row)
					return nil
				}
				c.SetInt(row, int64(v.Len()))
				return nil
			}), "How many elements an array has.", str, i32),
			superOp("super_precision", superDigits(func(n int128.Int, scale int) int {
				return max(n.Digits(), scale)
			}), "How many digits an exact number has.", str, i32),
			superOp("super_scale", superDigits(func(_ int128.Int, scale int) int { return scale }),
				"How many digits behind the point an exact number has.", str, i32),
			{Name: "super_key", Shapes: []Shape{shape(str, str)}, Key: true, Doc: "Bytes that are ordered as SUPERs are.",
				Host: eachBytes(super.AppendKey)},
			superOp("super_sortable", eachBytes(func(dst []byte, v super.Value) []byte {
				return append(super.AppendKey(dst, v), v...)
			}), "A SUPER behind its key: ordered as SUPERs are.", str, str),
			superOp("super_sorted", superRow(func(c HostCall, row int, v super.Value) error {
				c.SetStr(row, super.BehindKey(v))
				return nil
			}), "The SUPER behind a key.", str, str),
			superOp("super_push", hostSuperPush, "Values one behind the other, and one more, which may be NULL.", str, str, str),
			superOp("super_array", hostSuperArray, "An array of values that stand one behind the other.", str, str),
			superOp("super_object", hostSuperObject, "An object of names and values that stand one behind the other.", str,
				str),
			superOp("super_transform", hostSuperTransform, "An object of parts of another, and of other values. Operands: "+
				"value, paths, paths of the values, which stand one behind the other.", str, str, str, str, str),
			superOp("super_concat", hostSuperConcat, "The elements of two arrays.", str, str, str),
			superOp("super_flatten", superRow(func(c HostCall, row int, v super.Value) error {
				if v.Kind() != super.Array {
					c.SetNull(row)
					return nil
				}
				b := super.BuildArray(nil)
				flatten(b, v)
				return setSuper(c, row, b.Done())
			}), "An array without arrays in it, but with their elements.", str, str),
			superOp("super_split", hostSuperSplit, "An array of the parts of a text.", str, str, str),
			superOp("super_subarray", hostSubarray, "A part of an array.", str, i32, i32, str),
			superOp("super_lower_names", superNames(bytes.ToLower), "Names of members in lower case.", str, str),
			superOp("super_upper_names", superNames(bytes.ToUpper), "Names of members in upper case.", str, str),
		},
		Casts: superCasts(),
	}
	for _, is := range superTests {
		g.Rows = append(g.Rows, row("is_"+is.name, "super_is_"+is.name, B, "Whether a SUPER is "+is.what+".", S))
		g.Ops = append(g.Ops, &Op{Name: "super_is_" + is.name, Shapes: []Shape{shape(str, i8)}, Nulls: CustomNull,
			Doc: "Is it " + is.what + "? Not if it is NULL.", Host: func(c HostCall) error {
				return c.AllRows(func(row int) error {
					setBool(c, row, !c.Null(0, row) && is.test(c.Str(0, row)))
					return nil
				})
			}})
	}
	g.Ops = append(append(g.Ops, superPathOps()...), append(superCastOps(), superSumOps()...)...)
	g.Ops = append(g.Ops, superOrderOps()...)
	g.Rows = append(g.Rows, superSets()...)
	return g
}

// SuperOptions is json_parse's last operand.
const (
	LastOfSame   = 1 << iota // of members of one name the last is kept (json_parse_dedup_attributes)
	CutStrings               // long strings are cut (json_parse_truncate_strings)
	NullOnErrors             // what is no JSON is NULL (parse_super_null_on_error)
)

// superOp is an operation of rows with values that may have none for them.
func superOp(name string, host func(HostCall) error, doc string, inOut ...types.Phys) *Op {
	return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Nulls: CustomNull, Host: host, Doc: doc}
}

func superRow(f func(c HostCall, row int, v super.Value) error) func(HostCall) error {
	return eachRow(func(c HostCall, row int) error { return f(c, row, c.Str(0, row)) })
}

// setSuper: null is NULL.
func setSuper(c HostCall, row int, v super.Value) error {
	if v.Kind() == super.Null {
		c.SetNull(row)
		return nil
	}
	c.SetStr(row, v)
	return superSize(len(v))
}

func superSize(n int) error {
	if err := super.CheckSize(n); err != nil {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "%s", err)
	}
	return nil
}

func hostJSONParse(text func(c HostCall, arg, row int) []byte) func(HostCall) error {
	return func(c HostCall) error {
		var buf []byte
		return c.Rows(func(row int) (err error) {
			flags := c.Int(1, row)
			o := super.Options{LastOfSame: flags&LastOfSame != 0, CutStrings: flags&CutStrings != 0}
			v, err := super.Parse(buf[:0], text(c, 0, row), o)
			switch {
			case err == nil:
				buf = v
				return setSuper(c, row, v)
			case flags&NullOnErrors != 0:
				c.SetNull(row)
				return nil
			}
			return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("%s", err)
		})
	}
}

// hostSuperJSON writes at most so many bytes, and those of end behind them.
func hostSuperJSON(most int, end []byte) func(HostCall) error {
	return func(c HostCall) error {
		var buf []byte
		return c.AllRows(func(row int) error {
			v := super.Value(nil)
			if !c.Null(0, row) {
				v = c.Str(0, row)
			}
			if buf = super.AppendJSON(buf[:0], v); len(buf) > most {
				return ResultTooLong.Err()
			}
			c.SetStr(row, append(buf, end...))
			return nil
		})
	}
}

func hostSuperType(c HostCall) error {
	return c.AllRows(func(row int) error {
		k := super.Null
		if !c.Null(0, row) {
			k = super.Value(c.Str(0, row)).Kind()
		}
		c.SetStr(row, []byte(k.String()))
		return nil
	})
}

func superDigits(f func(n int128.Int, scale int) int) func(HostCall) error {
	return superRow(func(c HostCall, row int, v super.Value) error {
		n, scale, ok := v.Exact()
		if !ok {
			c.SetNull(row)
			return nil
		}
		c.SetInt(row, int64(f(n, scale)))
		return nil
	})
}

// superTests are what a SUPER may be. Redshift guide, "SUPER type information functions": integers are decimals of
// scale 0, of whatever size they need.
var superTests = []struct {
	name, what string
	test       func(v super.Value) bool
}{
	{"array", "an array", isKind(super.Array)},
	{"object", "an object", isKind(super.Object)},
	{"scalar", "neither an array nor an object", func(v super.Value) bool { return v.Kind() < super.Array }},
	{"boolean", "a truth value", isKind(super.Bool)},
	{"varchar", "a string", isKind(super.String)},
	{"char", "a string that a CHAR may hold", func(v super.Value) bool {
		s, ok := v.Text()
		return ok && len(s) <= types.MaxChar && bytes.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0
	}},
	{"float", "a floating-point number", func(v super.Value) bool { _, _, ok := v.Float(); return ok }},
	{"decimal", "an exact number", func(v super.Value) bool { _, _, ok := v.Exact(); return ok }},
	{"smallint", "a SMALLINT", isInteger(types.TInt2)},
	{"integer", "an INTEGER", isInteger(types.TInt4)},
	{"bigint", "a BIGINT", isInteger(types.TInt8)},
}

func isKind(k super.Kind) func(super.Value) bool {
	return func(v super.Value) bool { return v.Kind() == k }
}

func isInteger(t types.Type) func(super.Value) bool {
	least, most := t.Bounds()
	return func(v super.Value) bool {
		n, scale, ok := v.Exact()
		return ok && scale == 0 && n.Cmp(least) >= 0 && n.Cmp(most) <= 0
	}
}

func hostSuperPush(c HostCall) error {
	return c.AllRows(func(row int) error {
		var out []byte
		if !c.Null(0, row) {
			out = append(out, c.Str(0, row)...)
		}
		if c.Null(1, row) {
			out = super.AppendNull(out)
		} else {
			out = append(out, c.Str(1, row)...)
		}
		c.SetStr(row, out)
		return superSize(len(out))
	})
}

func hostSuperArray(c HostCall) error {
	return c.Rows(func(row int) error {
		b := super.BuildArray(nil)
		for v, rest := super.Value(nil), c.Str(0, row); len(rest) > 0; {
			v, rest = super.First(rest)
			b.AddValue(v)
		}
		return setSuper(c, row, b.Done())
	})
}

// hostSuperObject: a member whose value is NULL is one. Redshift guide, "OBJECT function".
func hostSuperObject(c HostCall) error {
	return c.Rows(func(row int) error {
		b, seen := super.BuildObject(nil), map[string]bool{}
		for rest := c.Str(0, row); len(rest) > 0; {
			var name, v super.Value
			name, rest = super.First(rest)
			v, rest = super.First(rest)
			text, ok := name.Text()
			switch {
			case !ok:
				return sqlerr.New(sqlerr.InvalidParameterValue, "the name of a member of an object is not a string")
			case seen[string(text)]:
				return sqlerr.New(sqlerr.InvalidParameterValue, "an object has two members \"%s\"", text)
			}
			seen[string(text)] = true
			b.AddMember(text, v)
		}
		return setSuper(c, row, b.Done())
	})
}

func hostSuperConcat(c HostCall) error {
	return c.Rows(func(row int) error {
		x, y := super.Value(c.Str(0, row)), super.Value(c.Str(1, row))
		if x.Kind() != super.Array || y.Kind() != super.Array {
			c.SetNull(row)
			return nil
		}
		b := super.BuildArray(nil)
		for _, v := range []super.Value{x, y} {
			v.Each(func(_ []byte, element super.Value) { b.AddValue(element) })
		}
		return setSuper(c, row, b.Done())
	})
}

func flatten(b *super.Builder, v super.Value) {
	v.Each(func(_ []byte, element super.Value) {
		if element.Kind() == super.Array {
			flatten(b, element)
			return
		}
		b.AddValue(element)
	})
}

// hostSuperSplit: what has no delimiter in it is an array of itself.
func hostSuperSplit(c HostCall) error {
	return c.Rows(func(row int) error {
		b := super.BuildArray(nil)
		parts := [][]byte{c.Str(0, row)}
		if by := c.Str(1, row); len(by) > 0 {
			parts = bytes.Split(parts[0], by)
		}
		for _, p := range parts {
			b.Add(func(dst []byte) []byte { return super.AppendString(dst, p) })
		}
		return setSuper(c, row, b.Done())
	})
}

// hostSubarray: what is out of the array is left out.
func hostSubarray(c HostCall) error {
	return c.Rows(func(row int) error {
		v := super.Value(c.Str(0, row))
		from, n := c.Int(1, row), c.Int(2, row)
		if v.Kind() != super.Array || from < 0 || n < 0 {
			c.SetNull(row)
			return nil
		}
		b := super.BuildArray(nil)
		for i := from; i < min(from+n, int64(v.Len())); i++ {
			element, _ := v.Element(i)
			b.AddValue(element)
		}
		return setSuper(c, row, b.Done())
	})
}

// superNames gives all members other names; the last of those that get the same one is kept.
func superNames(f func([]byte) []byte) func(HostCall) error {
	var renamed func(v super.Value) super.Value
	renamed = func(v super.Value) super.Value {
		switch v.Kind() {
		case super.Array:
			b := super.BuildArray(nil)
			v.Each(func(_ []byte, element super.Value) { b.AddValue(renamed(element)) })
			return b.Done()
		case super.Object:
			last := map[string]int{}
			n := 0
			v.Each(func(name []byte, _ super.Value) { last[string(f(name))] = n; n++ })
			b, i := super.BuildObject(nil), 0
			v.Each(func(name []byte, value super.Value) {
				if name = f(name); last[string(name)] == i {
					b.AddMember(name, renamed(value))
				}
				i++
			})
			return b.Done()
		}
		return v
	}
	return superRow(func(c HostCall, row int, v super.Value) error { return setSuper(c, row, renamed(v)) })
}
