package fn

import (
	"bytes"

	"slipher/catalog/sqlerr"
	"slipher/catalog/super"
	"slipher/catalog/types"
)

// superPathOps go into SUPERs: a path of constant steps, a subscript that is none, elements and members by their
// number. A step that leads nowhere gives NULL, or an error where navigate_super_null_on_error is off: the last
// operand. Redshift guide, "Lax semantics".
func superPathOps() []*Op {
	return []*Op{
		superOp("super_path", hostSuperPath, "What is at the end of a path.", str, str, i8, str),
		superOp("super_element", eachRow(func(c HostCall, row int) error {
			v, ok := super.Value(c.Str(0, row)).Element(c.Int(1, row))
			return setFound(c, row, v, ok, c.Int(2, row) != 0)
		}), "An element of an array, by its number from 0.", str, i64, i8, str),
		superOp("super_item", eachRow(func(c HostCall, row int) error {
			v, ok := super.Value(c.Str(1, row)).Element(c.Int(0, row))
			return setFound(c, row, v, ok, false)
		}), "An element of an array, by its number from 0.", i64, str, str),
		{Name: "super_items", Shapes: []Shape{shape(str, i64)}, Doc: "How many elements an array has, 0 of what is none.",
			Host: countSuper(super.Array)},
		superOp("super_member", eachMember(func(c HostCall, row int, _ []byte, v super.Value) error {
			return setSuper(c, row, v)
		}), "The value of a member, by its number from 0.", i64, str, str),
		superOp("super_member_name", eachMember(func(c HostCall, row int, name []byte, _ super.Value) error {
			c.SetStr(row, name)
			return nil
		}), "The name of a member, by its number from 0.", i64, str, str),
		{Name: "super_members", Shapes: []Shape{shape(str, i64)}, Doc: "How many members an object has, 0 of what is none.",
			Host: countSuper(super.Object)},
	}
}

func countSuper(k super.Kind) func(HostCall) error {
	return superRow(func(c HostCall, row int, v super.Value) error {
		n := 0
		if v.Kind() == k {
			n = v.Len()
		}
		c.SetInt(row, int64(n))
		return nil
	})
}

func eachMember(f func(c HostCall, row int, name []byte, v super.Value) error) func(HostCall) error {
	return eachRow(func(c HostCall, row int) error {
		v, i := super.Value(c.Str(1, row)), c.Int(0, row)
		if v.Kind() != super.Object || i < 0 || i >= int64(v.Len()) {
			c.SetNull(row)
			return nil
		}
		name, value := v.Member(int(i))
		return f(c, row, name, value)
	})
}

func setFound(c HostCall, row int, v super.Value, ok, strict bool) error {
	switch {
	case ok:
		return setSuper(c, row, v)
	case strict:
		return sqlerr.New("22000", "navigation into a SUPER leads to nothing").
			WithHint("It gives NULL if navigate_super_null_on_error is on.")
	}
	c.SetNull(row)
	return nil
}

// hostSuperPath: a path is mostly a constant.
func hostSuperPath(c HostCall) error {
	var text []byte
	var path []super.Step
	known := false
	return c.Rows(func(row int) (err error) {
		if t := c.Str(1, row); !known || !bytes.Equal(t, text) {
			if path, err = super.ParsePath(append([]byte{}, t...)); err != nil {
				return err
			}
			text, known = append(text[:0], t...), true
		}
		v, ok := super.Follow(c.Str(0, row), path)
		return setFound(c, row, v, ok, c.Int(2, row) != 0)
	})
}

// superOrderOps compare the keys of SUPERs. Redshift guide, "Dynamic typing": values of different kinds are not equal,
// and none is less than the other: that is NULL.
func superOrderOps() []*Op {
	var out []*Op
	for _, c := range []struct {
		name, sign string
		is         Comparison
	}{{"lt", "<", Less}, {"le", "<=", LessOrEqual}, {"gt", ">", Greater}, {"ge", ">=", GreaterOrEqual}} {
		out = append(out, &Op{Name: "super_" + c.name, Shapes: []Shape{shape(str, str, i8)}, Nulls: CustomNull, Infix: c.sign,
			Doc: "Comparison of two SUPERs by their keys; NULL if they are of different kinds.",
			Host: eachRow(func(h HostCall, row int) error {
				x, y := h.Str(0, row), h.Str(1, row)
				if super.KeyKind(x) != super.KeyKind(y) {
					h.SetNull(row)
					return nil
				}
				setBool(h, row, c.is.Of(bytes.Compare(x, y)))
				return nil
			})})
	}
	for _, e := range []struct {
		name string
		is   Comparison
	}{{"greatest", GreaterOrEqual}, {"least", LessOrEqual}} {
		out = append(out, superOp("super_"+e.name, func(h HostCall) error {
			return h.AllRows(func(row int) error {
				switch x, y := h.Null(0, row), h.Null(1, row); {
				case x && y:
					h.SetNull(row)
				case y || !x && e.is.Of(bytes.Compare(super.AppendKey(nil, h.Str(0, row)), super.AppendKey(nil, h.Str(1, row)))):
					h.SetStr(row, h.Str(0, row))
				default:
					h.SetStr(row, h.Str(1, row))
				}
				return nil
			})
		}, "The "+e.name+" of two SUPERs in the order of ORDER BY; a NULL counts only if both are.", str, str, str))
	}
	return out
}

// superSets are rows of the elements of arrays and the members of objects: FROM makes calls of them of t.a AS x and
// UNPIVOT t.a AS x. Users have them as functions, too.
func superSets() []*Row {
	set := func(name, op, count string, ret types.Type, doc string) *Row {
		r := row(name, op, ret, doc, types.TSuper)
		r.Set = &Set{opRef(count)}
		return r
	}
	return []*Row{
		set("unnest", "super_item", "super_items", types.TSuper, "A row for each element of an array in a SUPER."),
		set("super_member_values", "super_member", "super_members", types.TSuper,
			"A row for the value of each member of an object in a SUPER."),
		set("super_member_names", "super_member_name", "super_members", types.TText,
			"A row for the name of each member of an object in a SUPER."),
	}
}
