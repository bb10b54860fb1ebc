package fn

import (
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// numberTemplate is a template of TO_CHAR and TO_NUMBER, read.
type numberTemplate struct {
	picture     string // digits (9, 0), point (.), separators (,) and text in order
	whole, frac int    // digit positions before and behind the point
	fill        bool   // FM
	sign        string // "", "S" (at its place), "MI", "PL", "SG", "PR"
	signFirst   bool   // S, MI, PL, SG before the digits
}

func parseNumberTemplate(t string) numberTemplate {
	var n numberTemplate
	point := false
	for i := 0; i < len(t); i++ {
		two := strings.ToUpper(t[i:min(i+2, len(t))])
		switch {
		case two == "FM":
			n.fill = true
			i++
			continue
		case two == "MI", two == "PL", two == "SG", two == "PR":
			n.sign, n.signFirst = two, n.whole+n.frac == 0
			i++
			continue
		case two == "TH":
			i++
			continue
		}
		switch c := t[i]; c {
		case 'S', 's':
			n.sign, n.signFirst = "S", n.whole+n.frac == 0
		case '9', '0':
			n.picture += string(c)
			if point {
				n.frac++
			} else {
				n.whole++
			}
		case '.', 'D', 'd':
			if !point {
				n.picture += "."
			}
			point = true
		case ',', 'G', 'g':
			n.picture += ","
		case 'L', 'l', '$':
			n.picture += "$"
		case 'B', 'b':
		default:
			n.picture += string(c)
		}
	}
	return n
}

// floatDigits writes f with frac digits behind the point.
func floatDigits(f float64, frac int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "0" + strings.Repeat("x", 64) // no template holds it
	}
	return strconv.FormatFloat(f, 'f', frac, 64)
}

// format writes a number given in plain digits, "-12.50": rounded to the
// template's digits, # if the whole part does not fit.
func (n numberTemplate) format(s string) string {
	neg := strings.HasPrefix(s, "-")
	whole, frac := roundDigits(strings.TrimPrefix(s, "-"), n.frac)
	whole = strings.TrimLeft(whole, "0")
	if strings.Trim(whole+frac, "0") == "" {
		neg = false
	}
	overflow := len(whole) > n.whole
	digits := strings.Repeat(" ", max(0, n.whole-len(whole))) + whole
	started := false
	var out []byte
	w, f := 0, 0
	point := false
	zeroFrom := strings.IndexByte(n.picture, '0') // from the first 0 on zeros are written
	if p := strings.IndexByte(n.picture, '.'); p >= 0 && zeroFrom > p {
		zeroFrom = -1
	}
	lastShown := n.lastFraction(frac)
	for i := 0; i < len(n.picture); i++ {
		switch c := n.picture[i]; {
		case (c == '9' || c == '0') && !point:
			d := byte('#')
			if !overflow {
				d = digits[w]
				if d == ' ' && zeroFrom >= 0 && i >= zeroFrom {
					d = '0'
				}
				if d == ' ' && w == n.whole-1 && n.frac == 0 {
					d = '0'
				}
			}
			w++
			started = started || d != ' '
			if d != ' ' || !n.fill {
				out = append(out, d)
			}
		case c == '9' || c == '0':
			if overflow {
				out = append(out, '#')
			} else if f < lastShown {
				out = append(out, frac[f])
			}
			f++
		case c == '.':
			point = true
			if !n.fill || lastShown > 0 || overflow {
				out = append(out, '.')
			}
		case c == ',':
			if started {
				out = append(out, ',')
			} else if !n.fill {
				out = append(out, ' ')
			}
		default:
			out = append(out, c)
		}
	}
	return n.withSign(string(out), neg)
}

// lastFraction is how many fraction digits are written: with FM trailing zeros
// at 9 positions are not.
func (n numberTemplate) lastFraction(frac string) int {
	if !n.fill {
		return n.frac
	}
	_, pic, _ := strings.Cut(n.picture, ".")
	pic = strings.Map(func(r rune) rune {
		if r == '9' || r == '0' {
			return r
		}
		return -1
	}, pic)
	last := n.frac
	for last > 0 && pic[last-1] == '9' && frac[last-1] == '0' {
		last--
	}
	return last
}

// withSign puts the sign in front of the first digit, or where the template says.
func (n numberTemplate) withSign(out string, neg bool) string {
	sign := map[bool]string{true: "-", false: "+"}[neg]
	switch n.sign {
	case "":
		if neg {
			return insertSign(out, "-", n.fill)
		}
		if n.fill {
			return out
		}
		return " " + out
	case "S":
		if n.signFirst {
			return insertSign(out, sign, n.fill)
		}
		return out + sign
	case "PR":
		if neg {
			return insertSign(out, "<", n.fill) + ">"
		}
		if n.fill {
			return out
		}
		return " " + out + " "
	case "MI":
		sign = map[bool]string{true: "-", false: " "}[neg]
	case "PL":
		sign = map[bool]string{true: " ", false: "+"}[neg]
		if neg {
			out = insertSign(out, "-", n.fill)
		} else if !n.fill {
			out = " " + out
		}
	}
	if n.fill {
		sign = strings.TrimSpace(sign)
	}
	if n.signFirst {
		return sign + out
	}
	return out + sign
}

// insertSign puts sign directly before the number; without FM the result is a character longer.
func insertSign(out, sign string, fill bool) string {
	if fill {
		return sign + out
	}
	i := len(out) - len(strings.TrimLeft(out, " "))
	return out[:i] + sign + out[i:]
}

// roundDigits rounds plain digits to n behind the point, half away from zero.
func roundDigits(s string, n int) (whole, frac string) {
	whole, frac, _ = strings.Cut(s, ".")
	if len(frac) <= n {
		return whole, frac + strings.Repeat("0", n-len(frac))
	}
	up := frac[n] >= '5'
	d := []byte(whole + frac[:n])
	for i := len(d) - 1; up && i >= 0; i-- {
		if up = d[i] == '9'; up {
			d[i] = '0'
		} else {
			d[i]++
		}
	}
	if up {
		d = append([]byte{'1'}, d...)
	}
	return string(d[:len(d)-n]), string(d[len(d)-n:])
}

// parse reads text written by the template: digits, point and sign count, the
// rest of the template is skipped.
func (n numberTemplate) parse(s string, scale int) (types.Datum, error) {
	var sb strings.Builder
	neg := false
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9' || c == '.':
			sb.WriteRune(c)
		case c == '-' || c == '<':
			neg = true
		case strings.ContainsRune(" ,+>$", c):
		default:
			return types.Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type numeric: \"%s\"", s)
		}
	}
	num := sb.String()
	if neg {
		num = "-" + num
	}
	return types.ParseText(types.TDecimal(types.MaxPrecision, scale), num)
}
