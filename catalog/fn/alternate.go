package fn

import (
	"math"
	"math/big"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// alternateGroup is TEXT_TO_INT_ALT and TEXT_TO_NUMERIC_ALT: numbers as Teradata writes them. Redshift guide,
// "Teradata-style formatting characters for numeric data".
func alternateGroup() Group {
	T, I := types.TText, types.TInt4
	g := Group{Ops: []*Op{
		{Name: "alternate_int", Shapes: []Shape{shape(str, str, i32)}, MayFail: true, Host: hostAlternateInt,
			Doc: "An integer of what Teradata's format reads, without its fraction."},
		{Name: "alternate_decimal", Shapes: []Shape{shape(str, str, i32, i32, i64), shape(str, str, i32, i32, i128)},
			MayFail: true, Host: hostAlternateDecimal,
			Doc: "A decimal of what Teradata's format reads, of so many digits and so many of them behind the point."},
	}}
	g.Rows = optionalRows("text_to_int_alt", "alternate_int", I,
		"An integer from text by a format of Teradata's; the fraction is cut off.", []types.Type{T, T}, 1,
		map[int]Const{1: strConst("")})
	for _, with := range []struct{ format, digits bool }{{}, {format: true}, {digits: true}, {true, true}} {
		args := []types.Type{T}
		if with.format {
			args = append(args, T)
		}
		if with.digits {
			args = append(args, I, I)
		}
		g.Rows = append(g.Rows, &Row{Name: "text_to_numeric_alt", Args: exact(args...),
			Doc: "A decimal from text by a format of Teradata's, of so many digits, so many behind the point; half to even.",
			Ret: bindAlternateDecimal(with.format, with.digits)})
	}
	return g
}

func bindAlternateDecimal(format, digits bool) retFunc {
	return func(_ []types.Type, consts []*types.Datum) (Bound, error) {
		b := Bound{Op: opRef("alternate_decimal"), Args: []types.Type{types.TText},
			Ret: types.TDecimal(types.MaxPrecision, 0)}
		at := 1
		if format {
			b.Args = append(b.Args, types.TText)
			at++
		} else {
			b.Extra = append(b.Extra, strConst(""))
		}
		if digits {
			p, s := consts[at], consts[at+1]
			if p == nil || s == nil || p.Null || s.Null {
				return Bound{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision and scale must be constants")
			}
			if p.Lo < 1 || p.Lo > types.MaxPrecision || s.Lo < 0 || s.Lo > p.Lo {
				return Bound{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision must be between 1 and %d, scale between 0 and "+
					"precision", types.MaxPrecision)
			}
			b.Ret = types.TDecimal(int(p.Lo), int(s.Lo))
			b.Args = append(b.Args, types.TUnknown, types.TUnknown)
		}
		b.Extra = append(b.Extra, i32Const(int(b.Ret.Prec)), i32Const(int(b.Ret.Scale)))
		return b, nil
	}
}

func hostAlternateInt(c HostCall) error {
	var last lastAlternate
	return c.Rows(func(row int) error {
		v, err := last.read(c.Str(0, row), c.Str(1, row))
		if err != nil {
			return err
		}
		n := new(big.Int).Quo(v.Num(), v.Denom())
		if !n.IsInt64() || n.Int64() < math.MinInt32 || n.Int64() > math.MaxInt32 {
			return IntegerRange.Err()
		}
		c.SetInt(row, n.Int64())
		return nil
	})
}

func hostAlternateDecimal(c HostCall) error {
	var last lastAlternate
	return c.Rows(func(row int) error {
		v, err := last.read(c.Str(0, row), c.Str(1, row))
		if err != nil {
			return err
		}
		n := halfToEven(v.Mul(v, new(big.Rat).SetInt(powerOfTen(int(c.Int(3, row))))))
		if n.CmpAbs(powerOfTen(int(c.Int(2, row)))) >= 0 {
			return NumericPrecision.Err()
		}
		setBig(c, row, n)
		return nil
	})
}

func powerOfTen(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// halfToEven is the whole number next to v, of two the even one.
func halfToEven(v *big.Rat) *big.Int {
	n, rest := new(big.Int).DivMod(v.Num(), v.Denom(), new(big.Int)) // rounded down
	switch rest.Lsh(rest, 1).Cmp(v.Denom()) {
	case 1:
		n.Add(n, big.NewInt(1))
	case 0:
		if n.Bit(0) == 1 {
			n.Add(n, big.NewInt(1))
		}
	}
	return n
}

// alternateFormat is a format that has been read.
type alternateFormat struct {
	whole, frac int  // digits in front of and behind the point
	open        bool // any number of digits: 9(I)
	implied     bool // the point is not written: V
	zoned       bool // the last digit says the sign: S
	currency    bool
	exponent    bool
	free        bool // no format: any number
}

// lastAlternate spares rows that have the format of the row in front its reading.
type lastAlternate struct {
	text  string
	known bool
	f     alternateFormat
}

func (l *lastAlternate) read(s, format []byte) (*big.Rat, error) {
	if !l.known || l.text != string(format) {
		l.text = string(format)
		var ok bool
		if l.f, ok = readAlternate(l.text); !ok {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid format \"%s\"", l.text)
		}
		l.known = true
	}
	v, ok := l.f.parse(string(s))
	if !ok {
		return nil, sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%s\" does not match the format \"%s\"", s, l.text)
	}
	return v, nil
}

// readAlternate reads a format: digits 9 and Z, repeated by (n) or open by (I), a point D, . or V, S, a currency.
func readAlternate(s string) (f alternateFormat, ok bool) {
	if s == "" {
		return alternateFormat{free: true}, true
	}
	point, nine, digits := false, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i] &^ 0x20; {
		case s[i] == '9' || c == 'Z':
			if c == 'Z' && nine {
				return f, false
			}
			nine = nine || s[i] == '9'
			n := 1
			if i+1 < len(s) && s[i+1] == '(' {
				end := strings.IndexByte(s[i:], ')')
				if end < 0 {
					return f, false
				}
				inner := s[i+2 : i+end]
				i += end
				if inner == "I" || inner == "i" {
					f.open = true
				} else if n, ok = smallNumber(inner); !ok {
					return f, false
				}
			}
			switch digits++; {
			case f.exponent:
			case point:
				f.frac += n
			default:
				f.whole += n
			}
		case s[i] == '.' || c == 'D' || c == 'V':
			if point || f.zoned && c != 'V' {
				return f, false
			}
			point, f.implied = true, c == 'V'
		case c == 'S':
			if f.zoned || point && !f.implied {
				return f, false
			}
			f.zoned = true // which is a digit, too
			if point {
				f.frac++
			} else {
				f.whole++
			}
		case c == 'E' && digits > 0 && !f.exponent:
			f.exponent = true
		case strings.IndexByte("LCNOUA", c) >= 0:
			f.currency = true
		default:
			return f, false
		}
	}
	return f, digits > 0
}

// smallNumber reads a number of repetitions.
func smallNumber(s string) (n int, ok bool) {
	if s == "" || len(s) > 2 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

// zonedDigits are the last digits of signed zoned decimals: 0 to 9, then -0 to -9.
const zonedDigits = "{ABCDEFGHI}JKLMNOPQR"

// maxExponent bounds the exponents of numbers that fit a decimal.
const maxExponent = 400

// parse reads a number. Nothing is 0; a sign stands in front or behind; / , : and % do not count.
func (f alternateFormat) parse(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return new(big.Rat), true
	}
	if f.currency {
		s = strings.TrimLeftFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789+-.", r) })
	}
	negative := false
	sign := func(c byte) bool {
		negative = c == '-'
		return c == '-' || c == '+'
	}
	if s != "" && sign(s[0]) {
		s = s[1:]
	} else if s != "" && sign(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if f.zoned && s != "" {
		if at := strings.IndexByte(zonedDigits, s[len(s)-1]); at >= 0 {
			negative = at >= 10
			s = s[:len(s)-1] + string(rune('0'+at%10))
		}
	}
	s, exp, ok := cutExponent(s)
	if !ok {
		return nil, false
	}
	var digits []byte
	frac, point := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
			if point {
				frac++
			}
		case c == '.' && !point:
			point = true
		case strings.IndexByte("/,:%", c) < 0:
			return nil, false
		}
	}
	if len(digits) == 0 {
		return nil, false
	}
	if f.implied && !point {
		frac = f.frac
	}
	if count := len(strings.TrimLeft(string(digits), "0")); !f.free && !f.open &&
		(count > f.whole+f.frac || frac > f.frac && !f.exponent) {
		return nil, false
	}
	n, _ := new(big.Int).SetString(string(digits), 10)
	if negative {
		n.Neg(n)
	}
	v := new(big.Rat).SetInt(n)
	if exp -= frac; exp < 0 {
		return v.Quo(v, new(big.Rat).SetInt(powerOfTen(-exp))), true
	}
	return v.Mul(v, new(big.Rat).SetInt(powerOfTen(exp))), true
}

// cutExponent cuts E and a number off.
func cutExponent(s string) (rest string, exp int, ok bool) {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s, 0, true
	}
	e := s[at+1:]
	down := strings.HasPrefix(e, "-")
	if down || strings.HasPrefix(e, "+") {
		e = e[1:]
	}
	if e == "" || len(e) > 3 {
		return "", 0, false
	}
	for _, c := range e {
		if c < '0' || c > '9' {
			return "", 0, false
		}
		exp = exp*10 + int(c-'0')
	}
	if down {
		exp = -exp
	}
	return s[:at], exp, exp <= maxExponent && exp >= -maxExponent
}
