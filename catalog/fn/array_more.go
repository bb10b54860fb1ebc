package fn

import (
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// arrayMoreGroup is functions that make other arrays of arrays. Those of an array and an element are the binder's,
// which finds the type of both.
func arrayMoreGroup() Group {
	arr, elem := Param{Class: AnyArray}, Param{Class: AnyType}
	over := func(name, op string, ret func(types.Type) types.Type, doc string, more ...Param) *Row {
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
	form := func(name, doc string, args ...Param) *Row {
		return &Row{Name: name, Args: args, Special: true, Doc: doc}
	}
	g := Group{
		Rows: []*Row{
			over("array_dims", "array_dims", func(types.Type) types.Type { return types.TText },
				"The numbers of the first and the last element: [1:3]; NULL of an empty array."),
			over("trim_array", "array_trim", func(t types.Type) types.Type { return t },
				"An array without so many of its last elements.", Param{Kind: types.Int4}),
			form("array_positions", "The numbers of all elements that are equal to a value.", arr, elem),
			form("array_remove", "An array without the elements that are equal to a value.", arr, elem),
			form("array_replace", "An array in which a value stands for each element that is equal to another.", arr, elem,
				elem),
			form("array_fill", "An array of a value, so many times: array_fill(7, ARRAY[3]).", elem, arr),
		},
		Ops: []*Op{
			{Name: "array_dims", Shapes: []Shape{shape(str, i64, str)}, MayFail: true, Nulls: CustomNull, Host: hostArrayDims,
				Doc: "The numbers of the first and the last element."},
			{Name: "array_trim", Shapes: []Shape{shape(str, i32, i64, str)}, MayFail: true, Host: hostArrayTrim,
				Doc: "An array without so many of its last elements."},
		},
	}
	positions := &Op{Name: "array_positions", MayFail: true, Nulls: CustomNull, Host: hostArrayPositions,
		Doc: "The numbers of all elements that are a value, NULL too."}
	remove := &Op{Name: "array_remove", MayFail: true, Nulls: CustomNull, Host: hostArrayRemove,
		Doc: "An array without the elements that are a value, NULL too."}
	replace := &Op{Name: "array_replace", MayFail: true, Nulls: CustomNull, Host: hostArrayReplace,
		Doc: "An array in which a value stands for another, NULLs too."}
	fill := &Op{Name: "array_fill", MayFail: true, Nulls: CustomNull, Host: hostArrayFill,
		Doc: "An array of a value, NULL too, as often as the one element of another array says."}
	for _, p := range []types.Phys{i8, i16, i32, i64, i128, f32, f64, str} {
		positions.Shapes = append(positions.Shapes, shape(str, p, i64, str))
		remove.Shapes = append(remove.Shapes, shape(str, p, i64, str))
		replace.Shapes = append(replace.Shapes, shape(str, p, p, i64, str))
		fill.Shapes = append(fill.Shapes, shape(str, p, i64, str))
	}
	g.Ops = append(g.Ops, positions, remove, replace, fill)
	return g
}

func hostArrayDims(c HostCall) error {
	return c.Rows(func(row int) error {
		typ, t := arrayOf(c, 1, row)
		n, err := types.ElementCount(c.Str(0, row), t)
		if err != nil || n == 0 {
			c.SetNull(row)
			return err
		}
		first := typ.FirstElement()
		c.SetStr(row, fmt.Appendf(nil, "[%d:%d]", first, first+int64(n)-1))
		return nil
	})
}

func hostArrayTrim(c HostCall) error {
	return c.Rows(func(row int) error {
		_, t := arrayOf(c, 2, row)
		n, err := types.ElementCount(c.Str(0, row), t)
		if err != nil {
			return err
		}
		off := int(c.Int(1, row))
		if off < 0 || off > n {
			return sqlerr.New("2202E", "number of elements to trim must be between 0 and %d", n)
		}
		at := 0
		return keptElements(c, row, t, func(d types.Datum) (types.Datum, bool) {
			at++
			return d, at <= n-off
		})
	})
}

// keptElements gives an array of what f makes of the elements of the first operand.
func keptElements(c HostCall, row int, t types.Type, f func(types.Datum) (types.Datum, bool)) error {
	var out []byte
	err := types.EachElement(c.Str(0, row), t, func(d types.Datum) error {
		if d, keep := f(d); keep {
			out = types.AppendElement(out, t, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return setArray(c, row, append(out, types.EmptyArray.S...))
}

// sameElement reports whether two values are the same, both being NULL too.
func sameElement(t types.Type, a, b types.Datum) bool {
	return a.Null == b.Null && (a.Null || types.Compare(t.Phys(), a, b) == 0)
}

// ofArray visits the rows whose first operand is not NULL.
func ofArray(c HostCall, f func(row int) error) error {
	return c.AllRows(func(row int) error {
		if c.Null(0, row) {
			c.SetNull(row)
			return nil
		}
		return f(row)
	})
}

func hostArrayPositions(c HostCall) error {
	return ofArray(c, func(row int) error {
		typ, t := arrayOf(c, 2, row)
		x, n := datumOf(c, 1, row, t), typ.FirstElement()
		var at []types.Datum
		err := types.EachElement(c.Str(0, row), t, func(d types.Datum) error {
			if sameElement(t, d, x) {
				at = append(at, types.Int(n))
			}
			n++
			return nil
		})
		if err != nil {
			return err
		}
		return setArray(c, row, []byte(types.MakeArray(types.TInt4, at...).S))
	})
}

func hostArrayRemove(c HostCall) error {
	return ofArray(c, func(row int) error {
		_, t := arrayOf(c, 2, row)
		x := datumOf(c, 1, row, t)
		return keptElements(c, row, t, func(d types.Datum) (types.Datum, bool) { return d, !sameElement(t, d, x) })
	})
}

func hostArrayReplace(c HostCall) error {
	return ofArray(c, func(row int) error {
		_, t := arrayOf(c, 3, row)
		x := datumOf(c, 1, row, t)
		by, err := newElement(c, 2, row, t)
		if err != nil {
			return err
		}
		return keptElements(c, row, t, func(d types.Datum) (types.Datum, bool) {
			if sameElement(t, d, x) {
				d = by
			}
			return d, true
		})
	})
}

// hostArrayFill: the first operand is the array of dimensions, of which there may be one.
func hostArrayFill(c HostCall) error {
	return c.AllRows(func(row int) error {
		if c.Null(0, row) {
			return sqlerr.New(sqlerr.NullValueNotAllowed, "dimension array or low bound array cannot be null")
		}
		_, t := arrayOf(c, 2, row)
		dims, err := types.Elements(string(c.Str(0, row)), types.TInt4)
		if err != nil {
			return err
		}
		d, err := newElement(c, 1, row, t)
		switch {
		case err != nil:
			return err
		case len(dims) > 1:
			return sqlerr.Unsupported("an array of arrays")
		case len(dims) == 1 && dims[0].Null:
			return sqlerr.New(sqlerr.NullValueNotAllowed, "dimension values cannot be null")
		case len(dims) == 0 || dims[0].Lo <= 0:
			c.SetStr(row, []byte(types.EmptyArray.S))
			return nil
		}
		one, n := types.AppendElement(nil, t, d), dims[0].Lo
		if n > int64(types.MaxArray/len(one)) {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", types.MaxArray)
		}
		out := make([]byte, 0, int(n)*len(one)+1)
		for range n {
			out = append(out, one...)
		}
		return setArray(c, row, append(out, types.EmptyArray.S...))
	})
}
