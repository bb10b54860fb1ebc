package fn

import (
	"slices"
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// formatTextGroup is format() and concat_ws(), whose arguments the binder puts into an array.
func formatTextGroup() Group {
	any, text := Param{Class: AnyType}, Param{Class: AnyString}
	return Group{
		Ops: []*Op{
			{Name: "format_text", Shapes: []Shape{shape(str, str, str)}, MayFail: true,
				Doc: "A template filled with an array's texts.",
				Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						args, err := types.Elements(string(c.Str(1, row)), types.TText)
						if err != nil {
							return err
						}
						out, err := formatText(string(c.Str(0, row)), args)
						if err == nil && len(out) > types.MaxVarchar {
							err = ResultTooLong.Err()
						}
						if err == nil {
							c.SetStr(row, []byte(out))
						}
						return err
					})
				}},
		},
		Rows: []*Row{
			{Name: "concat_ws", Args: []Param{text, any}, Variadic: true, Special: true,
				Doc: "The texts of all arguments but the first, which stands in between; NULLs are left out."},
			{Name: "format", Args: []Param{text}, Special: true, Doc: "The template without arguments."},
			{Name: "format", Args: []Param{text, any}, Variadic: true, Special: true,
				Doc: "A template filled with texts (%s), identifiers (%I) and literals (%L)."},
		},
	}
}

// formatText fills %[n$][-][width]type, width being a number, * or *n$.
func formatText(template string, args []types.Datum) (string, error) {
	bad := func(format string, a ...any) (string, error) {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, format, a...)
	}
	var out strings.Builder
	next := 0
	take := func(position int) (types.Datum, bool) {
		if position == 0 {
			next++
			position = next
		} else {
			next = position
		}
		if position > len(args) {
			return types.Datum{}, false
		}
		return args[position-1], true
	}
	for i := 0; i < len(template); i++ {
		if template[i] != '%' {
			out.WriteByte(template[i])
			continue
		}
		i++
		number := func() (n int, ok bool) {
			for ; i < len(template) && template[i] >= '0' && template[i] <= '9' && n < 1e8; i++ {
				n, ok = n*10+int(template[i]-'0'), true
			}
			return n, ok
		}
		position, width, left := 0, 0, false
		start := i
		if n, ok := number(); ok && i < len(template) && template[i] == '$' {
			if n == 0 {
				return bad("format specifies argument 0, but arguments are numbered from 1")
			}
			position = n
			i++
		} else {
			i = start
		}
		for i < len(template) && template[i] == '-' {
			left = true
			i++
		}
		if i < len(template) && template[i] == '*' {
			i++
			at, from := 0, i
			if n, ok := number(); ok && i < len(template) && template[i] == '$' && n > 0 {
				at = n
				i++
			} else {
				i = from
			}
			w, ok := take(at)
			if !ok {
				return bad("too few arguments for format()")
			}
			if !w.Null {
				v, err := types.ParseText(types.TInt4, w.S)
				if err != nil {
					return "", err
				}
				width = int(v.Lo)
			}
			if width < 0 {
				left, width = true, -width
			}
		} else if n, ok := number(); ok {
			width = n
		}
		if i == len(template) {
			return bad("unterminated format() type specifier")
		}
		if template[i] == '%' {
			out.WriteByte('%')
			continue
		}
		if strings.IndexByte("sIL", template[i]) < 0 {
			r, _ := utf8.DecodeRuneInString(template[i:])
			return bad("unrecognized format() type specifier \"%c\"", r)
		}
		d, ok := take(position)
		if !ok {
			return bad("too few arguments for format()")
		}
		s := d.S
		switch {
		case template[i] == 'I' && d.Null:
			return "", sqlerr.New(sqlerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
		case template[i] == 'I':
			s = quoteIdent(s)
		case template[i] == 'L' && d.Null:
			s = "NULL"
		case template[i] == 'L':
			s = quoteLiteral(s)
		case d.Null:
			s = ""
		}
		pad := max(0, min(width, types.MaxVarchar+1)-utf8.RuneCountInString(s))
		blanks := string(slices.Repeat([]byte{' '}, pad))
		if left {
			s += blanks
		} else {
			s = blanks + s
		}
		if out.WriteString(s); out.Len() > types.MaxVarchar {
			return "", ResultTooLong.Err()
		}
	}
	return out.String(), nil
}
