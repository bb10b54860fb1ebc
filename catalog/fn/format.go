package fn

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// formatGroup is TO_CHAR, TO_DATE, TO_TIMESTAMP and TO_NUMBER: templates are
// read in Go, once a call.
func formatGroup() Group {
	T, D, S := types.TText, types.TDate, types.TTimestamp
	op := func(name, doc string, host func(HostCall) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Host: host, Doc: doc}
	}
	return Group{
		Ops: []*Op{
			nullInfinityRows(op("timestamp_to_char", "A timestamp by a template.", nil, i64, str, str),
				func(c HostCall, row int) error {
					t, err := dateTemplateOf(string(c.Str(1, row)))
					if err != nil {
						return err
					}
					var out [64]byte
					c.SetStr(row, appendTimestamp(out[:0], c.Int(0, row), t))
					return nil
				}),
			op("interval_to_char", "An interval by a template.", hostIntervalToChar, i128, str, str),
			{Name: "decimal_to_char", Shapes: []Shape{shape(i64, str, i32, str), shape(i128, str, i32, str)}, MayFail: true,
				Host: hostDecimalToChar,
				Doc:  "A decimal of a scale by a template."},
			op("float_to_char", "A double by a template.", hostFloatToChar, f64, str, str),
			op("to_date", "A date by a template.", hostToDate, str, str, i8, i32),
			{Name: "to_number", Shapes: []Shape{shape(str, str, i32, i64), shape(str, str, i32, i128)}, MayFail: true,
				Host: hostToNumber,
				Doc:  "A decimal of a scale by a template."},
		},
		Rows: []*Row{
			row("to_char", "timestamp_to_char", T, "A timestamp as text by a template.", S, T),
			row("to_char", "interval_to_char", T, "An interval as text by a template.", types.TInterval, T),
			{Name: "to_char", Args: []Param{number, {Class: AnyString}}, Ret: bindNumberToChar,
				Doc: "A number as text by a template."},
			{Name: "to_date", Args: exact(T, T), Ret: lenient("to_date", D),
				Doc: "A date from text by a template; days run over."},
			row("to_date", "to_date", D, "A date from text by a template, strict or not.", T, T, types.TBool),
			{Name: "to_number", Args: exact(T, T), Ret: bindToNumber, Doc: "A number from text by a template."},
		},
	}
}

func lenient(op string, ret types.Type) retFunc {
	return func([]types.Type, []*types.Datum) (Bound, error) {
		return Bound{Op: opRef(op), Args: []types.Type{types.TText, types.TText},
			Extra: []Const{{i8, types.BoolDatum(false)}}, Ret: ret}, nil
	}
}

func bindNumberToChar(args []types.Type, _ []*types.Datum) (Bound, error) {
	t := types.IntegerAsDecimal(numberOf(args[0], types.TFloat8, nil))
	if t.Kind != types.Decimal {
		return Bound{Op: opRef("float_to_char"), Args: []types.Type{types.TFloat8, types.TText}, Ret: types.TText}, nil
	}
	return Bound{Op: opRef("decimal_to_char"), Args: []types.Type{t, types.TText}, Extra: []Const{i32Const(int(t.Scale))},
		Ret: types.TText}, nil
}

// bindToNumber: the template, a constant, gives precision and scale.
func bindToNumber(_ []types.Type, consts []*types.Datum) (Bound, error) {
	c := consts[1]
	if c == nil || c.Null {
		return Bound{}, sqlerr.New(sqlerr.InvalidParameterValue, "the template of TO_NUMBER must be a constant")
	}
	t, err := parseNumberTemplate(c.S)
	if err != nil {
		return Bound{}, err
	}
	frac := t.frac + t.shift
	ret := types.TDecimal(max(1, min(t.whole+t.frac, types.MaxPrecision)), min(frac, types.MaxPrecision-1))
	return Bound{Op: opRef("to_number"), Args: []types.Type{types.TText, types.TText},
		Extra: []Const{i32Const(int(ret.Scale))}, Ret: ret}, nil
}

func hostIntervalToChar(c HostCall) error {
	return c.Rows(func(row int) error {
		months, micros := c.Int128(0, row)
		s, err := formatInterval(months, micros, string(c.Str(1, row)))
		if err == nil {
			c.SetStr(row, []byte(s))
		}
		return err
	})
}

func hostDecimalToChar(c HostCall) error {
	return c.Rows(func(row int) error {
		hi, lo := c.Int128(0, row)
		s := types.FormatDecimal(types.Int128(hi, lo).I128(), int(c.Int(2, row)))
		t, err := numberTemplateOf(c.Str(1, row))
		if err == nil {
			c.SetStr(row, []byte(t.format(s)))
		}
		return err
	})
}

func hostFloatToChar(c HostCall) error {
	return c.Rows(func(row int) error {
		t, err := numberTemplateOf(c.Str(1, row))
		if err == nil {
			c.SetStr(row, []byte(t.format(floatDigits(c.Float(0, row), t))))
		}
		return err
	})
}

func hostToDate(c HostCall) error {
	return c.Rows(func(row int) error {
		t, err := parseByTemplate(string(c.Str(0, row)), string(c.Str(1, row)), c.Int(2, row) != 0)
		if err == nil {
			days, _ := types.SplitTimestamp(t.ts)
			c.SetInt(row, days)
		}
		return err
	})
}

func hostToNumber(c HostCall) error {
	return c.Rows(func(row int) error {
		t, err := numberTemplateOf(c.Str(1, row))
		if err != nil {
			return err
		}
		v, err := t.parse(string(c.Str(0, row)), int(c.Int(2, row)))
		if err == nil {
			c.SetInt128(row, v.Hi, v.Lo)
		}
		return err
	})
}
