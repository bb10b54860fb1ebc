package fn

import (
	"bytes"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// jsonTextGroup is functions of JSON in strings. Redshift guide, "JSON functions". What is looked for and is not there
// is NULL, as is JSON's null; what is no JSON is an error, or NULL if the last operand says so.
func jsonTextGroup() Group {
	T, I, B := types.TText, types.TInt4, types.TBool
	test := func(name, doc string, f func(t jsonText) bool) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, i8)}, Doc: doc, Host: func(c HostCall) error {
			return c.Rows(func(row int) error {
				t, ok := readJSON(c.Str(0, row))
				c.SetInt(row, btoi(ok && f(t)))
				return nil
			})
		}}
	}
	container := func(t jsonText) bool { return t.isArray() || t.isObject() }
	g := Group{
		Ops: []*Op{
			test("is_valid_json", "Is it a JSON object or array?", container),
			test("is_valid_json_array", "Is it a JSON array?", jsonText.isArray),
			test("can_json_parse", "Is it a JSON value?", func(jsonText) bool { return true }),
			{Name: "json_array_length", Shapes: []Shape{shape(str, i8, i32)}, MayFail: true, Nulls: CustomNull,
				Doc: "The number of elements.", Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						t, err := jsonArray(c, row, 1)
						if t == nil {
							return err
						}
						n := 0
						t.each(func(_, _ jsonText) bool { n++; return true })
						c.SetInt(row, int64(n))
						return nil
					})
				}},
			{Name: "json_element", Shapes: []Shape{shape(str, i32, i8, str)}, MayFail: true, Nulls: CustomNull,
				Doc: "The text of an array's element, counted from 0.", Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						t, err := jsonArray(c, row, 2)
						if t == nil {
							return err
						}
						n, found := c.Int(1, row), jsonText(nil)
						t.each(func(_, v jsonText) bool {
							if n == 0 {
								found = v
							}
							n--
							return n >= 0
						})
						setJSON(c, row, found)
						return nil
					})
				}},
			{Name: "json_path", Shapes: []Shape{shape(str, str, i8, str)}, MayFail: true, Nulls: CustomNull,
				Doc: "The text of the value at a path, an array of keys.", Host: hostJSONPath},
		},
		Rows: []*Row{
			row("is_valid_json", "is_valid_json", B, "Is the string a JSON object or array?", T),
			row("is_valid_json_array", "is_valid_json_array", B, "Is the string a JSON array?", T),
			row("can_json_parse", "can_json_parse", B, "Is the string a JSON value?", T),
			{Name: "json_extract_path_text", Variadic: true, Special: true,
				Args: []Param{{Class: AnyString}, {Class: AnyString}},
				Doc:  "The text of the value at a path of keys; last may be whether what is no JSON is NULL."},
		},
	}
	no := map[int]Const{1: {i8, types.BoolDatum(false)}, 2: {i8, types.BoolDatum(false)}}
	g.Rows = append(g.Rows, optionalRows("json_array_length", "json_array_length", I,
		"The number of elements of a JSON array; last, whether what is none is NULL.", []types.Type{T, B}, 1, no)...)
	g.Rows = append(g.Rows, optionalRows("json_extract_array_element_text", "json_element", T,
		"The text of an element of a JSON array, counted from 0; last, whether what is none is NULL.",
		[]types.Type{T, I, B}, 2, no)...)
	return g
}

// jsonArray is the array that the first operand is. nil: it is none, which is an error or NULL.
func jsonArray(c HostCall, row, lax int) (jsonText, error) {
	s := c.Str(0, row)
	if t, ok := readJSON(s); ok && t.isArray() {
		return t, nil
	}
	return nil, badJSON(c, row, lax, "invalid json array object %s")
}

func badJSON(c HostCall, row, lax int, format string) error {
	if c.Int(lax, row) != 0 {
		c.SetNull(row)
		return nil
	}
	return sqlerr.New(sqlerr.InvalidTextRepresentation, format, c.Str(0, row))
}

// setJSON: nil and null are NULL.
func setJSON(c HostCall, row int, t jsonText) {
	if t == nil || t.isNull() {
		c.SetNull(row)
		return
	}
	c.SetStr(row, t.unquoted())
}

// hostJSONPath: of a key that stands twice the last counts.
func hostJSONPath(c HostCall) error {
	return c.Rows(func(row int) error {
		t, ok := readJSON(c.Str(0, row))
		if !ok || !t.isObject() && !t.isArray() {
			return badJSON(c, row, 2, "invalid json object %s")
		}
		err := types.EachElement(c.Str(1, row), types.TText, func(key types.Datum) error {
			var next jsonText
			if t != nil && t.isObject() && !key.Null {
				t.each(func(k, v jsonText) bool {
					if bytes.Equal(k.unquoted(), []byte(key.S)) {
						next = v
					}
					return true
				})
			}
			t = next
			return nil
		})
		setJSON(c, row, t)
		return err
	})
}
