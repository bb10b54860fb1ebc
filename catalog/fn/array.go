package fn

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// arrayGroup is what is done with arrays: their bytes are in catalog/types alone, so that all of it is Go on whole
// vectors. The type of an array is a constant behind an operation's operands (TypeConst).
func arrayGroup() Group {
	I, B := types.TInt4, types.TBool
	arr, elem := Param{Class: AnyArray}, Param{Class: AnyType}
	dim := Param{Kind: types.Int4}
	// over is a row whose first argument is an array, with the op's operands as they are declared.
	over := func(name, op string, ret func(array types.Type) types.Type, doc string, more ...Param) *Row {
		return &Row{Name: name, Args: append([]Param{arr}, more...), Doc: doc,
			Ret: func(args []types.Type, _ []*types.Datum) (Bound, error) {
				if !args[0].IsArray() {
					return Bound{}, errNoMatch
				}
				ts := []types.Type{args[0]}
				for _, p := range more {
					ts = append(ts, p.Type())
				}
				return Bound{Op: opRef(op), Args: ts, Extra: []Const{TypeConst(args[0])}, Ret: ret(args[0])}, nil
			}}
	}
	// both is an operator of two arrays.
	both := func(name, op, doc string) *Row {
		return two(name, arr, arr, func(args []types.Type, _ []*types.Datum) (Bound, error) {
			t, ok := CommonType(args[0], args[1], types.DecimalExact)
			if !ok || !t.IsArray() {
				return Bound{}, errNoMatch
			}
			ret := B
			if op == "array_cat" {
				ret = t
			}
			return Bound{Op: opRef(op), Args: []types.Type{t, t}, Extra: []Const{TypeConst(t)}, Ret: ret}, nil
		}, doc)
	}
	always := func(t types.Type) func(types.Type) types.Type { return func(types.Type) types.Type { return t } }
	element := func(t types.Type) types.Type { e, _ := t.Element(); return e }
	unnest := over("unnest", "array_item", element, "A row for each element of an array.")
	unnest.Set = &Set{opRef("array_count")}
	subscripts := over("generate_subscripts", "array_subscript", always(I),
		"A row for the number of each element of an array.", dim)
	subscripts.Set = &Set{opRef("array_subscripts")}
	const bound = " of a dimension of an array; NULL if it is empty, or there is no such dimension."
	form := func(name, doc string, args ...Param) *Row {
		return &Row{Name: name, Args: args, Special: true, Doc: doc}
	}
	g := Group{
		Rows: []*Row{
			unnest, subscripts,
			over("cardinality", "array_size", always(I), "How many elements an array has."),
			over("array_length", "array_length", always(I), "The length"+bound, dim),
			over("array_lower", "array_lower", always(I), "The number of the first element"+bound, dim),
			over("array_upper", "array_upper", always(I), "The number of the last element"+bound, dim),
			over("array_ndims", "array_dimensions", always(I), "1, NULL of an empty array."),
			both("||", "array_cat", "The elements of both arrays."),
			form("array_cat", "The elements of both arrays.", arr, arr),
			both("@>", "array_contains", "Whether the first array has all elements of the second."),
			both("<@", "array_contained", "Whether the second array has all elements of the first."),
			both("&&", "array_overlaps", "Whether the arrays have an element in common."),
			form("array_append", "An array with an element behind it.", arr, elem),
			form("array_prepend", "An array with an element in front of it.", elem, arr),
			form("array_position", "The number of the first element that is equal to a value, or NULL.", arr, elem),
			form("array_to_string", "The elements' texts, with a text in between. NULLs are left out, or shown as the "+
				"third argument.", arr, Param{Class: AnyString}),
			form("array_to_string", "The elements' texts, with a text in between. NULLs are left out, or shown as the "+
				"third argument.", arr, Param{Class: AnyString}, Param{Class: AnyString}),
			aggregate("array_agg", "An array of the values, NULLs too: array_agg(x ORDER BY y).", elem,
				&Aggregate{Ordered: true, Arrays: true, Bind: func(t types.Type) (arg, ret types.Type, ok bool) {
					return t, types.ArrayOf(t), CanBeElement(t)
				}, Finish: func(f Finisher, args []Term) (Term, error) {
					row := f.Call("gather_row", GatherType, args[1], args[0])
					return f.Call("array_gather", f.Type(args[0]), f.Accumulate("gather_rows", row)), nil
				}}),
		},
		Ops: []*Op{
			{Name: "array_cat", Shapes: []Shape{shape(str, str, i64, str)}, MayFail: true, Nulls: CustomNull,
				Host: hostArrayCat, Infix: "||", Doc: "The elements of both arrays; the other one if one is NULL."},
			{Name: "array_count", Shapes: []Shape{shape(str, i64, i64)}, MayFail: true, Host: hostArrayCount,
				Doc: "How many elements an array has."},
			{Name: "array_size", Shapes: []Shape{shape(str, i64, i32)}, MayFail: true, Host: hostArrayCount,
				Doc: "How many elements an array has."},
			{Name: "array_subscripts", Shapes: []Shape{shape(str, i32, i64, i64)}, MayFail: true, Host: hostArraySubscripts,
				Doc: "How many elements a dimension of an array has."},
			{Name: "array_subscript", Shapes: []Shape{shape(i64, str, i32, i64, i32)}, Host: hostArraySubscript,
				Doc: "The number of an element that is so many behind the first."},
			arrayBound("array_length", "The length of a dimension.", func(_, n int64) int64 { return n }),
			arrayBound("array_lower", "The number of the first element.", func(first, _ int64) int64 { return first }),
			arrayBound("array_upper", "The number of the last element.", func(first, n int64) int64 { return first + n - 1 }),
			{Name: "array_dimensions", Shapes: []Shape{shape(str, i64, i32)}, MayFail: true, Nulls: CustomNull,
				Host: hostArrayDimensions, Doc: "1, NULL of an empty array."},
			{Name: "array_contains", Shapes: []Shape{shape(str, str, i64, i8)}, MayFail: true, Infix: "@>",
				Host: hostArraySets(func(a, b map[string]bool) bool { return within(b, a) }),
				Doc:  "Whether all elements of the second array are in the first."},
			{Name: "array_contained", Shapes: []Shape{shape(str, str, i64, i8)}, MayFail: true, Infix: "<@",
				Host: hostArraySets(within), Doc: "Whether all elements of the first array are in the second."},
			{Name: "array_overlaps", Shapes: []Shape{shape(str, str, i64, i8)}, MayFail: true, Infix: "&&",
				Host: hostArraySets(meet), Doc: "Whether an element is in both arrays."},
			{Name: "array_join", Shapes: []Shape{shape(str, str, str, str, i64, str)}, MayFail: true, Nulls: CustomNull,
				Host: hostArrayJoin, Doc: "The elements' texts with the second operand in between, the third for NULL, " +
					"which is left out if that is NULL, too."},
			{Name: "array_to_str", Shapes: []Shape{shape(str, str, i64, i32, str)}, MayFail: true, Cast: true,
				Host: hostArrayText,
				Doc:  "The text form, in at most so many bytes."},
			{Name: "str_to_array", Shapes: []Shape{shape(str, str, i64, str)}, MayFail: true, Cast: true, Host: hostTextArray,
				Doc: "An array from its text form."},
			{Name: "array_cast", Shapes: []Shape{shape(str, str, i64, i64, str)}, MayFail: true, Cast: true, Host: hostArrayCast,
				Doc: "An array of elements of another type, from their texts."},
			{Name: "array_gather", Shapes: []Shape{shape(str, str)}, MayFail: true, Host: hostArrayGather,
				Doc: "An array of the elements of a state's rows, in their order."},
		},
		Casts: arrayCasts(),
	}
	item := &Op{Name: "array_item", MayFail: true, Nulls: CustomNull, Host: hostArrayItem(0),
		Doc: "An element of an array, by its number from 0."}
	at := &Op{Name: "array_at", MayFail: true, Nulls: CustomNull, Host: hostArrayItem(1),
		Doc: "An element of an array; NULL if there is none."}
	appends := &Op{Name: "array_append", MayFail: true, Nulls: CustomNull, Host: hostArrayWith(appended),
		Doc: "An array, or NULL, with an element behind it, NULL too."}
	prepends := &Op{Name: "array_prepend", MayFail: true, Nulls: CustomNull, Host: hostArrayWith(prepended),
		Doc: "An array, or NULL, with an element in front of it, NULL too."}
	position := &Op{Name: "array_position", MayFail: true, Nulls: CustomNull, Host: hostArrayPosition,
		Doc: "The number of the first element that is a value, NULL too."}
	any := &Op{Name: "array_any", MayFail: true, Nulls: CustomNull, Host: hostArrayQuantified(true),
		Doc: "Whether a comparison, by its number, with some element of an array holds."}
	all := &Op{Name: "array_all", MayFail: true, Nulls: CustomNull, Host: hostArrayQuantified(false),
		Doc: "Whether a comparison, by its number, with every element of an array holds."}
	for _, p := range []types.Phys{i8, i16, i32, i64, i128, f32, f64, str} {
		item.Shapes = append(item.Shapes, shape(i64, str, i64, p))
		at.Shapes = append(at.Shapes, shape(str, i64, i64, p))
		appends.Shapes = append(appends.Shapes, shape(str, p, i64, str))
		prepends.Shapes = append(prepends.Shapes, shape(str, p, i64, str))
		position.Shapes = append(position.Shapes, shape(str, p, i64, i32))
		any.Shapes = append(any.Shapes, shape(str, p, i32, i64, i8))
		all.Shapes = append(all.Shapes, shape(str, p, i32, i64, i8))
	}
	g.Ops = append(g.Ops, item, at, appends, prepends, position, any, all)
	return g
}

// CanBeElement reports whether arrays have elements of type t.
func CanBeElement(t types.Type) bool {
	return !t.IsArray() && !t.OwnOrder() && types.ArrayOf(t).OID() != anyArray
}

var anyArray = types.Type{Kind: types.Array}.OID()

// arrayOf is the array's type that an operand says, and that of its elements.
func arrayOf(c HostCall, arg, row int) (array, elem types.Type) {
	array = typeOperand(c, arg, row)
	elem, _ = array.Element()
	return array, elem
}

func setArray(c HostCall, row int, array []byte) error {
	c.SetStr(row, array)
	return types.CheckArray(array)
}

// newElement is an operand as an element. No string of an array has a byte 0.
func newElement(c HostCall, arg, row int, t types.Type) (types.Datum, error) {
	d := datumOf(c, arg, row, t)
	if strings.IndexByte(d.S, 0) >= 0 {
		return d, sqlerr.New(sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	return d, nil
}

// elementsOf is an operand that is an array. NULL has no elements.
func elementsOf(c HostCall, arg, row int) []byte {
	if c.Null(arg, row) {
		return []byte(types.EmptyArray.S)
	}
	return c.Str(arg, row)
}

// hostArrayWith puts an element into an array.
func hostArrayWith(put func(array []byte, t types.Type, d types.Datum) []byte) func(HostCall) error {
	return func(c HostCall) error {
		return c.AllRows(func(row int) error {
			_, t := arrayOf(c, 2, row)
			d, err := newElement(c, 1, row, t)
			if err != nil {
				return err
			}
			return setArray(c, row, put(elementsOf(c, 0, row), t, d))
		})
	}
}

func appended(array []byte, t types.Type, d types.Datum) []byte {
	return types.AppendArray(nil, array, t, d)
}

func prepended(array []byte, t types.Type, d types.Datum) []byte {
	return append(types.AppendElement(nil, t, d), array...)
}

func hostArrayCat(c HostCall) error {
	return c.AllRows(func(row int) error {
		if c.Null(0, row) && c.Null(1, row) {
			c.SetNull(row)
			return nil
		}
		a, b := elementsOf(c, 0, row), elementsOf(c, 1, row)
		return setArray(c, row, append(append([]byte(nil), a[:max(len(a), 1)-1]...), b...))
	})
}

func hostArrayGather(c HostCall) error {
	var rows []gatheredRow
	return c.Rows(func(row int) (err error) {
		if rows, err = gathered(rows[:0], c.Str(0, row)); err != nil {
			return err
		}
		inOrder(rows)
		var out []byte
		for _, r := range rows {
			if len(out) > types.MaxArray || len(r.value) == 0 {
				break
			}
			out = append(out, r.value[:len(r.value)-1]...)
		}
		return setArray(c, row, append(out, types.EmptyArray.S...))
	})
}

func hostArrayItem(first int64) func(HostCall) error {
	number, array := 0, 1
	if first > 0 {
		number, array = 1, 0
	}
	return func(c HostCall) error {
		return c.Rows(func(row int) error {
			typ, t := arrayOf(c, 2, row)
			n := c.Int(number, row)
			if first > 0 {
				n -= typ.FirstElement()
			}
			d, ok, err := types.ElementAt(c.Str(array, row), t, n)
			d.Null = d.Null || !ok
			setDatum(c, row, t, d)
			return err
		})
	}
}

func hostArrayCount(c HostCall) error {
	return c.Rows(func(row int) error {
		_, t := arrayOf(c, 1, row)
		n, err := types.ElementCount(c.Str(0, row), t)
		c.SetInt(row, int64(n))
		return err
	})
}

func hostArraySubscripts(c HostCall) error {
	return c.Rows(func(row int) error {
		_, t := arrayOf(c, 2, row)
		n, err := types.ElementCount(c.Str(0, row), t)
		if c.Int(1, row) != 1 {
			n = 0
		}
		c.SetInt(row, int64(n))
		return err
	})
}

func hostArraySubscript(c HostCall) error {
	return c.Rows(func(row int) error {
		typ := typeOperand(c, 3, row)
		c.SetInt(row, c.Int(0, row)+typ.FirstElement())
		return nil
	})
}

// arrayBound is an op of an array's length n and its first number.
func arrayBound(name, doc string, f func(first, n int64) int64) *Op {
	return &Op{Name: name, Shapes: []Shape{shape(str, i32, i64, i32)}, MayFail: true, Nulls: CustomNull, Doc: doc,
		Host: func(c HostCall) error {
			return c.Rows(func(row int) error {
				typ, t := arrayOf(c, 2, row)
				n, err := types.ElementCount(c.Str(0, row), t)
				if n == 0 || c.Int(1, row) != 1 {
					c.SetNull(row)
				} else {
					c.SetInt(row, f(typ.FirstElement(), int64(n)))
				}
				return err
			})
		}}
}

func hostArrayDimensions(c HostCall) error {
	return c.Rows(func(row int) error {
		_, t := arrayOf(c, 1, row)
		n, err := types.ElementCount(c.Str(0, row), t)
		if c.SetInt(row, 1); n == 0 {
			c.SetNull(row)
		}
		return err
	})
}

func hostArrayPosition(c HostCall) error {
	return c.AllRows(func(row int) error {
		typ, t := arrayOf(c, 2, row)
		x, rest := datumOf(c, 1, row, t), elementsOf(c, 0, row)
		for n := typ.FirstElement(); ; n++ {
			d, behind, more, err := types.NextElement(rest, t)
			if err != nil || !more {
				c.SetNull(row)
				return err
			}
			if d.Null == x.Null && (d.Null || types.Compare(t.Phys(), x, d) == 0) {
				c.SetInt(row, n)
				return nil
			}
			rest = behind
		}
	})
}

// hostArrayQuantified: a NULL element makes unknown what the others do not decide; so does NULL beside an element.
// Values of another type than the elements' are compared as these (types.SameElements).
func hostArrayQuantified(any bool) func(HostCall) error {
	return func(c HostCall) error {
		return c.AllRows(func(row int) error {
			if c.Null(0, row) {
				c.SetNull(row)
				return nil
			}
			_, t := arrayOf(c, 3, row)
			x, holds := datumOf(c, 1, row, t), Comparison(c.Int(2, row))
			decided, unknown := false, false
			rest, more, err := c.Str(0, row), true, error(nil)
			for !decided {
				var d types.Datum
				if d, rest, more, err = types.NextElement(rest, t); err != nil || !more {
					break
				}
				if d.Null || x.Null {
					unknown = true
				} else {
					decided = holds.Of(types.Compare(t.Phys(), x, d)) == any
				}
			}
			if setBool(c, row, decided == any); unknown && !decided {
				c.SetNull(row)
			}
			return err
		})
	}
}

// elementSet are the texts of an array's elements that are not NULL, and whether there is one that is.
func elementSet(array []byte, t types.Type) (set map[string]bool, null bool, err error) {
	set = map[string]bool{}
	err = types.EachElement(array, t, func(d types.Datum) error {
		if d.Null {
			null = true
			return nil
		}
		if t.IsString() {
			d.S = types.TrimBlanks(d.S)
		}
		set[string(types.AppendElement(nil, t, d))] = true
		return nil
	})
	return set, null, err
}

// hostArraySets compares arrays as sets. NULL is equal to nothing, so that no array has all elements of one with NULLs.
func hostArraySets(f func(a, b map[string]bool) bool) func(HostCall) error {
	return func(c HostCall) error {
		return c.Rows(func(row int) error {
			_, t := arrayOf(c, 2, row)
			a, nullA, err := elementSet(c.Str(0, row), t)
			if err != nil {
				return err
			}
			b, nullB, err := elementSet(c.Str(1, row), t)
			// Two elements that no other is: one of each side.
			if nullA {
				a["a"] = true
			}
			if nullB {
				b["b"] = true
			}
			setBool(c, row, f(a, b))
			return err
		})
	}
}

// within reports whether all of a are in b.
func within(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

func meet(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// hostArrayJoin joins the elements' texts; NULLs are left out if there is no text for them.
func hostArrayJoin(c HostCall) error {
	return c.AllRows(func(row int) error {
		if c.Null(0, row) || c.Null(1, row) {
			c.SetNull(row)
			return nil
		}
		_, t := arrayOf(c, 4, row)
		var out []byte
		some, shown := false, !c.Null(2, row)
		err := types.EachElement(c.Str(0, row), t, func(d types.Datum) error {
			if d.Null && !shown {
				return nil
			}
			if some {
				out = append(out, c.Str(1, row)...)
			}
			some = true
			if d.Null {
				out = append(out, c.Str(2, row)...)
			} else {
				out = types.AppendTextIn(out, t, d, zoneOperand(c, 3, row))
			}
			if len(out) > types.MaxVarchar {
				return ResultTooLong.Err()
			}
			return nil
		})
		c.SetStr(row, out)
		return err
	})
}

func hostArrayText(c HostCall) error {
	return c.Rows(func(row int) error {
		typ := typeOperand(c, 2, row)
		text := types.AppendTextIn(nil, typ, types.String(string(c.Str(0, row))), zoneOperand(c, 1, row))
		if len(text) > int(c.Int(3, row)) {
			return StringTooLong.Err()
		}
		c.SetStr(row, text)
		return nil
	})
}

func hostTextArray(c HostCall) error {
	return c.Rows(func(row int) error {
		typ := typeOperand(c, 2, row)
		d, err := types.ParseTextIn(typ, string(c.Str(0, row)), zoneOperand(c, 1, row))
		c.SetStr(row, []byte(d.S))
		return err
	})
}

func hostArrayCast(c HostCall) error {
	return c.Rows(func(row int) error {
		z := zoneOperand(c, 1, row)
		_, from := arrayOf(c, 2, row)
		_, to := arrayOf(c, 3, row)
		var out []byte
		err := types.EachElement(c.Str(0, row), from, func(d types.Datum) (err error) {
			if !d.Null {
				if d, err = types.ParseTextIn(to, string(types.AppendTextIn(nil, from, d, z)), z); err != nil {
					return err
				}
			}
			out = types.AppendElement(out, to, d)
			return nil
		})
		if err != nil {
			return err
		}
		return setArray(c, row, append(out, types.EmptyArray.S...))
	})
}

// arrayCasts are those of arrays from and to text, and of one kind of elements to another.
func arrayCasts() []*CastRule {
	var out []*CastRule
	arrays := []types.Kind{types.Array, types.Int2Vector, types.OIDVector}
	for _, k := range arrays {
		for _, s := range textKinds {
			out = append(out, &CastRule{From: s, To: k, Least: Explicit, Doc: "Read from the text form.",
				Bind: func(_, to types.Type, _ CastContext) (Bound, bool) {
					return Bound{Op: opRef("str_to_array"), Zoned: true, Extra: []Const{TypeConst(to)}}, true
				}}, &CastRule{From: k, To: s, Least: Assignment, Doc: "The text form; too long is an error.",
				Bind: func(from, to types.Type, _ CastContext) (Bound, bool) {
					return Bound{Op: opRef("array_to_str"), Zoned: true,
						Extra: []Const{TypeConst(from), i32Const(to.TextBytes())}}, true
				}})
		}
		for _, to := range arrays {
			out = append(out, &CastRule{From: k, To: to, Least: Implicit, Bind: bindArray,
				Doc: "Element by element."})
		}
	}
	return out
}

// bindArray: elements that are the same in both types stay what they are. What an explicit cast makes of another one is
// what its text means there, where that is what the cast of the element does.
func bindArray(from, to types.Type, ctx CastContext) (Bound, bool) {
	if types.SameElements(from, to) {
		return Bound{}, true
	}
	a, _ := from.Element()
	b, _ := to.Element()
	exact := a.Kind != types.Bool && (a.IsString() || b.IsString()) ||
		(a.IsInteger() || a.Kind == types.OID) && (b.IsNumeric() || b.Kind == types.OID)
	return Bound{Op: opRef("array_cast"), Zoned: true, Extra: []Const{TypeConst(from), TypeConst(to)}},
		exact && ctx == Explicit
}
