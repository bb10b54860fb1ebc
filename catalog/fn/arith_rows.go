package fn

import "slipher/catalog/types"

// opRef names an op of the table under construction; what NewTable makes of Ret
// and Bind puts the op itself in its place.
func opRef(name string) *Op { return &Op{Name: name} }

// two is a row of two parameters.
func two(name string, a, b Param, ret func(args []types.Type, consts []*types.Datum) (Bound, error), doc string) *Row {
	return &Row{Name: name, Args: []Param{a, b}, Ret: ret, Doc: doc}
}

// one is a row of one parameter.
func one(name string, a Param, ret func(args []types.Type, consts []*types.Datum) (Bound, error), doc string) *Row {
	return &Row{Name: name, Args: []Param{a}, Ret: ret, Doc: doc}
}

var (
	number  = Param{Class: AnyNumeric, Name: "number"}
	integer = Param{Class: AnyInteger, Name: "integer"}
)

func arithRows() []*Row {
	rows := []*Row{
		two("+", number, number, arithmetic("add"), "Sum. Types: Redshift guide, Computations with numeric values."),
		two("-", number, number, arithmetic("sub"), "Difference."),
		two("*", number, number, arithmetic("mul"), "Product."),
		two("/", number, number, arithmetic("div"), "Quotient; integers truncate toward zero."),
		two("%", number, number, arithmetic("mod"), "Remainder with the dividend's sign."),
		two("mod", number, number, arithmetic("mod"), "Remainder with the dividend's sign."),
		one("-", number, unary("neg"), "Negation."),
		one("+", number, unary(""), "The number itself."),
		one("abs", number, unary("abs"), "Absolute value, of the argument's type."),
		one("@", number, unary("abs"), "Absolute value."),
		two("&", integer, integer, bitwise("bit_and"), "Bitwise and."),
		two("|", integer, integer, bitwise("bit_or"), "Bitwise or."),
		two("#", integer, integer, bitwise("bit_xor"), "Bitwise exclusive or."),
		one("~", integer, bitNot, "Bitwise not."),
		two("<<", integer, integer, bitwise("shift_left"), "Shift left."),
		two(">>", integer, integer, bitwise("shift_right"), "Arithmetic shift right."),
	}
	// Text beside a number is read as one of its type; two texts are joined by +.
	s := Param{Class: AnyString, Name: "string"}
	for _, o := range []struct{ name, op string }{{"+", "add"}, {"-", "sub"}, {"*", "mul"}, {"/", "div"}, {"%", "mod"}} {
		rows = append(rows,
			two(o.name, s, number, arithmetic(o.op), "Arithmetic with a number given as text."),
			two(o.name, number, s, arithmetic(o.op), "Arithmetic with a number given as text."))
	}
	return append(rows, two("+", s, s, bindPlusText, "Concatenation, as some Redshift scripts write it."))
}

// numberOf is what an operand counts as in arithmetic with other: an untyped
// literal takes the other's type.
func numberOf(t, other types.Type, lit *types.Datum) types.Type {
	if t.Kind == types.OID {
		return types.TInt8
	}
	if t.IsNumeric() {
		return t
	}
	switch {
	case other.Kind == types.Decimal && lit != nil && !lit.Null:
		return types.DecimalOf(lit.S)
	case other.IsInteger() || other.Kind == types.Decimal || other.Kind == types.Float4 && t.Kind == types.Unknown:
		return other
	}
	return types.TFloat8
}

// arithmetic binds + - * / % of two numbers by the result types of the
// Redshift guide, "Computations with numeric values".
func arithmetic(op string) func(args []types.Type, consts []*types.Datum) (Bound, error) {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		for _, t := range args {
			if !t.IsNumeric() && !t.IsString() && t.Kind != types.OID {
				return Bound{}, errNoMatch
			}
		}
		a, b := numberOf(args[0], args[1], consts[0]), numberOf(args[1], args[0], consts[1])
		isFloat := func(t types.Type) bool { return t.Phys().IsFloat() }
		switch {
		case a.Kind == types.Float4 && b.Kind == types.Float4 && op != "mod":
			return homogeneous(op, types.TFloat4), nil
		case isFloat(a) || isFloat(b):
			return homogeneous(op, types.TFloat8), nil
		case a.IsInteger() && b.IsInteger():
			bd := homogeneous(op, widerInteger(a, b))
			bd.Sure = (op == "div" || op == "mod") && atLeast(1, 1)(args, consts)
			return bd, nil
		}
		return decimalArithmetic(op, types.IntegerAsDecimal(a), types.IntegerAsDecimal(b)), nil
	}
}

func homogeneous(op string, t types.Type) Bound {
	return Bound{Op: opRef(op), Args: []types.Type{t, t}, Ret: t}
}

func widerInteger(a, b types.Type) types.Type {
	if a.Kind > b.Kind {
		return a
	}
	return b
}

// decimalArithmetic picks the op for decimal operands: unchecked where the
// result type has room for every result.
func decimalArithmetic(op string, a, b types.Type) Bound {
	switch op {
	case "add", "sub":
		t := types.DecimalAdd(a, b)
		if t.Prec == types.MaxPrecision {
			return homogeneous("dec_"+op+"38", t)
		}
		return homogeneous(op+"_nc", t)
	case "mul":
		return decimalMul(a, b)
	case "div":
		t := types.DecimalDiv(a, b)
		k := int64(t.Scale) + int64(b.Scale) - int64(a.Scale)
		return Bound{Op: opRef("dec_div"), Args: []types.Type{a, b}, Extra: []Const{{i32, types.Int(k)}}, Ret: t}
	}
	return homogeneous("mod", types.DecimalMod(a, b))
}

func decimalMul(a, b types.Type) Bound {
	t := types.DecimalMul(a, b)
	lost := int64(a.Scale) + int64(b.Scale) - int64(t.Scale)
	narrow := a.Prec <= 19 && b.Prec <= 19
	switch {
	case lost > 0:
		return Bound{Op: opRef("dec_mul_down"), Args: []types.Type{wide(a), wide(b)},
			Extra: []Const{{i32, types.Int(lost)}}, Ret: t}
	case narrow:
		// Two magnitudes below 2^63 have a product below 10^38.
		return Bound{Op: opRef("mul_nc"), Args: []types.Type{a, b}, Ret: t}
	case int(a.Prec)+int(b.Prec) <= types.MaxPrecision:
		return Bound{Op: opRef("mul_nc"), Args: []types.Type{wide(a), wide(b)}, Ret: t}
	}
	return Bound{Op: opRef("dec_mul38"), Args: []types.Type{wide(a), wide(b)}, Ret: t}
}

// wide is t with a precision that makes it 128 bits wide.
func wide(t types.Type) types.Type {
	return types.TDecimal(max(int(t.Prec), 20), int(t.Scale))
}

// unary binds an operator that keeps its argument's type; an op of "" does nothing.
func unary(op string) func(args []types.Type, consts []*types.Datum) (Bound, error) {
	return func(args []types.Type, _ []*types.Datum) (Bound, error) {
		t := numberOf(args[0], types.TFloat8, nil)
		bd := Bound{Args: []types.Type{t}, Ret: t}
		if op != "" {
			bd.Op = opRef(op)
		}
		return bd, nil
	}
}

func bitNot(args []types.Type, consts []*types.Datum) (Bound, error) {
	if args[0].Kind == types.Unknown {
		return Bound{}, errNoMatch
	}
	return unary("bit_not")(args, consts)
}

func bitwise(op string) func(args []types.Type, consts []*types.Datum) (Bound, error) {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		a, b := numberOf(args[0], args[1], consts[0]), numberOf(args[1], args[0], consts[1])
		if !a.IsInteger() || !b.IsInteger() {
			return Bound{}, errNoMatch
		}
		return homogeneous(op, widerInteger(a, b)), nil
	}
}

// bindPlusText is + of two texts. Two parameters of which nothing is known are numbers.
func bindPlusText(args []types.Type, consts []*types.Datum) (Bound, error) {
	if args[0].Kind == types.Unknown && args[1].Kind == types.Unknown && consts[0] == nil && consts[1] == nil {
		return arithmetic("add")(args, consts)
	}
	return bindConcat(args, consts)
}
