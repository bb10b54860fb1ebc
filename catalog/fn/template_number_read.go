package fn

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// parse reads text written by the template, all of it. Errors: 22P02 for other text, 0A000 for templates that only
// write.
func (n *numberTemplate) parse(s string, scale int) (types.Datum, error) {
	bad := func() (types.Datum, error) {
		return types.Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "value \"%s\" does not match the number template",
			s)
	}
	if n.roman || n.exponent {
		return types.Datum{}, sqlerr.Unsupported("\"%s\" for input", map[bool]string{true: "RN", false: "EEEE"}[n.roman])
	}
	r := numberReader{rest: strings.TrimLeft(s, " ")}
	point := false
	for _, it := range n.items {
		switch it.word {
		case "":
			if r.rest == "" || it.text == " " && len(r.digits) == 0 {
				break
			}
			if isDigitByte(r.rest[0]) && r.rest[:1] != it.text {
				return bad() // text is wanted where a digit stands
			}
			r.rest = r.rest[1:]
		case "9", "0":
			r.skipBlanks()
			r.leadingSign(n)
			if r.rest != "" && isDigitByte(r.rest[0]) {
				r.digits = append(r.digits, r.rest[0])
				r.rest = r.rest[1:]
			}
		case ".":
			r.skipBlanks()
			r.leadingSign(n)
			if strings.HasPrefix(r.rest, ".") {
				r.digits = append(r.digits, '.')
				r.rest = r.rest[1:]
				point = true
			} else if r.rest != "" && isDigitByte(r.rest[0]) {
				return bad() // more digits than positions in front of the point
			}
		case ",":
			r.skipBlanks()
			r.rest = strings.TrimPrefix(r.rest, ",")
		case "L":
			r.skipBlanks()
			r.rest = strings.TrimPrefix(r.rest, "$")
		case "MI", "PL", "SG", "S":
			r.skipBlanks()
			r.takeSign(n)
		case "TH", "th":
			for _, suffix := range []string{"st", "nd", "rd", "th"} {
				if len(r.rest) >= 2 && strings.EqualFold(r.rest[:2], suffix) {
					r.rest = r.rest[2:]
					break
				}
			}
		}
	}
	r.rest = strings.TrimRight(r.rest, " ")
	switch {
	case r.bracket:
		if r.rest != ">" {
			return bad()
		}
	case !r.signed && n.sign == "S":
		r.skipBlanks()
		r.takeSign(n)
		fallthrough
	default:
		if r.rest != "" {
			return bad()
		}
	}
	num := string(r.digits)
	if n.shift > 0 && num != "" { // V: that many digits are behind the point
		num = strings.Repeat("0", max(0, n.shift+1-len(num))) + num
		num = num[:len(num)-n.shift] + "." + num[len(num)-n.shift:]
	}
	if num == "" || point && num == "." {
		return bad()
	}
	if r.neg {
		num = "-" + num
	}
	d, err := types.ParseText(types.TDecimal(types.MaxPrecision, scale), num)
	return d, err
}

// numberReader reads one number.
type numberReader struct {
	rest                 string
	digits               []byte
	signed, neg, bracket bool
}

func isDigitByte(c byte) bool { return c >= '0' && c <= '9' }

func (r *numberReader) skipBlanks() { r.rest = strings.TrimLeft(r.rest, " ") }

// leadingSign reads a sign in front of the digits.
func (r *numberReader) leadingSign(n *numberTemplate) {
	if len(r.digits) == 0 {
		r.takeSign(n)
	}
}

// takeSign reads a sign, once; < and > only where the template has PR.
func (r *numberReader) takeSign(n *numberTemplate) {
	if r.signed || r.rest == "" {
		return
	}
	switch c := r.rest[0]; {
	case c == '+' || c == '-':
		r.signed, r.neg = true, c == '-'
	case c == '<' && n.sign == "PR":
		r.signed, r.neg, r.bracket = true, true, true
	default:
		return
	}
	r.rest = r.rest[1:]
}
