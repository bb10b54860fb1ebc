package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// floatDigits writes f with as many digits as a template can show.
func floatDigits(f float64, n *numberTemplate) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "" // no template holds it
	}
	if n.exponent {
		return strconv.FormatFloat(f, 'e', n.frac, 64)
	}
	// 15 significant digits, as PostgreSQL has it: what is behind them is noise.
	const significant = 15
	whole := len(strings.TrimLeft(strconv.FormatFloat(math.Abs(math.Trunc(f)), 'f', 0, 64), "0"))
	return strconv.FormatFloat(f, 'f', max(0, min(n.frac+n.shift, significant-whole)), 64)
}

// format writes a number given in plain digits, "-12.50" ("" is what no template holds): rounded to the template's
// digits, # if the whole part does not fit.
func (n *numberTemplate) format(s string) string {
	if n.exponent {
		return n.scientific(s)
	}
	w := numberWriter{numberTemplate: n, neg: strings.HasPrefix(s, "-")}
	digits := shiftPoint(strings.TrimPrefix(s, "-"), n.shift)
	if n.roman {
		whole, _ := roundDigits(digits, 0)
		v, err := strconv.Atoi(whole)
		if err != nil || w.neg {
			v = 0
		}
		w.roman = romanNumber(v)
		return w.write()
	}
	w.whole, w.frac = roundDigits(digits, n.frac)
	w.whole = strings.TrimLeft(w.whole, "0")
	if strings.Trim(w.whole+w.frac, "0") == "" {
		w.neg = false
	}
	if w.whole == "" && n.whole > 0 {
		w.whole = "0"
	}
	if w.overflow = s == "" || len(w.whole) > n.whole; w.overflow {
		w.whole, w.frac = strings.Repeat("#", n.whole), strings.Repeat("#", n.frac)
	}
	w.lead = n.whole - len(w.whole)
	w.kept = n.fractionKept(w.frac)
	return w.write()
}

// numberWriter writes one number.
type numberWriter struct {
	*numberTemplate
	neg         bool
	whole, frac string // digits; no more of them than positions
	lead        int    // whole positions without a digit
	kept        int    // digits of the fraction that are written
	overflow    bool
	roman       string

	out       []byte
	signDone  bool
	digitLast bool // the position before showed a digit
}

func (w *numberWriter) write() string {
	last, signLast := w.lastDigit(), w.signLast
	if w.sign == "S" && !signLast { // S behind all digits
		signLast = w.itemsBehind("S")
	}
	pos, fracPos, point := 0, 0, false
	for i, it := range w.items {
		switch it.word {
		case "":
			w.out = append(w.out, it.text...)
		case "9", "0":
			if w.numberTemplate.roman {
				break
			}
			if point {
				w.fraction(fracPos, it.word)
				fracPos++
			} else {
				w.wholeDigit(pos, signLast)
				pos++
			}
		case ".":
			if w.numberTemplate.roman {
				break
			}
			point, w.digitLast = true, false
			if w.numberTemplate.frac > 0 || w.overflow {
				w.leadingSign(signLast)
				w.out = append(w.out, '.')
			}
		case ",":
			if w.digitLast {
				w.out = append(w.out, ',')
			} else if !w.fill {
				w.out = append(w.out, ' ')
			}
		case "L":
			w.out = append(w.out, '$')
		case "MI":
			w.own(w.neg, '-')
		case "PL":
			w.own(!w.neg, '+')
		case "SG":
			w.out = append(w.out, map[bool]byte{true: '-', false: '+'}[w.neg])
		case "RN", "rn":
			r := w.roman
			if it.word == "rn" {
				r = strings.ToLower(r)
			}
			if !w.fill {
				r = fmt.Sprintf("%15s", r)
			}
			w.out = append(w.out, r...)
		case "TH", "th":
			if !w.numberTemplate.roman && !w.overflow && !w.neg && !w.point {
				w.out = append(w.out, ordinal(w.whole, it.word)...)
			}
		}
		if i == last {
			w.trailingSign(signLast)
		}
	}
	return string(w.out)
}

// itemsBehind reports whether word stands behind all digits.
func (n *numberTemplate) itemsBehind(word string) bool {
	for i := len(n.items) - 1; i >= 0; i-- {
		switch n.items[i].word {
		case word:
			return true
		case "9", "0", ".":
			return false
		}
	}
	return false
}

// own writes a sign at its own place, or a blank.
func (w *numberWriter) own(shown bool, sign byte) {
	if shown {
		w.out = append(w.out, sign)
	} else if !w.fill {
		w.out = append(w.out, ' ')
	}
}

// wholeDigit writes position i of the whole part.
func (w *numberWriter) wholeDigit(i int, signLast bool) {
	w.digitLast = false
	d := byte(0)
	switch {
	case i >= w.lead:
		d = w.whole[i-w.lead]
		// A zero in front of a point is written only where 0 asks for it, or nothing else is shown.
		if d == '0' && w.whole == "0" && w.frac != "" && w.zeroFrom < 0 && !(w.fill && w.kept == 0) {
			d = 0
		}
	case w.zeroFrom >= 0 && i >= w.zeroFrom:
		d = '0'
	}
	if d == 0 {
		if !w.fill {
			w.out = append(w.out, ' ')
		}
		return
	}
	w.leadingSign(signLast)
	w.out = append(w.out, d)
	w.digitLast = true
}

// fraction writes position i behind the point.
func (w *numberWriter) fraction(i int, word string) {
	w.digitLast = false
	if i < w.kept {
		w.out = append(w.out, w.frac[i])
		w.digitLast = true
	}
}

// leadingSign writes the sign in front of the first digit, unless it has a place of its own.
func (w *numberWriter) leadingSign(signLast bool) {
	if w.signDone || w.mi || signLast {
		return
	}
	w.signDone = true
	switch {
	case w.sign == "S" && !w.neg:
		w.out = append(w.out, '+')
	case w.sign == "PR" && w.neg:
		w.out = append(w.out, '<')
	case w.neg:
		w.out = append(w.out, '-')
	case !w.fill:
		w.out = append(w.out, ' ')
	}
}

// trailingSign writes what stands behind the last digit.
func (w *numberWriter) trailingSign(signLast bool) {
	switch {
	case w.sign == "S" && signLast:
		w.out = append(w.out, map[bool]byte{true: '-', false: '+'}[w.neg])
	case w.sign == "PR" && w.neg:
		w.out = append(w.out, '>')
	case w.sign == "PR" && !w.fill:
		w.out = append(w.out, ' ')
	}
}

// fractionKept is how many fraction digits are written: with FM trailing zeros at 9 positions are not.
func (n *numberTemplate) fractionKept(frac string) int {
	if !n.fill {
		return n.frac
	}
	last := n.frac
	for last > 0 && frac[last-1] == '0' && n.whole+last > n.zeros {
		last--
	}
	return last
}

// scientific writes d.ddde+xx.
func (n *numberTemplate) scientific(s string) string {
	if s == "" {
		return " #." + strings.Repeat("#", n.frac) + "####"
	}
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	mantissa, exp, ok := strings.Cut(s, "e")
	e := 0
	if ok {
		e, _ = strconv.Atoi(exp)
	} else {
		whole, frac, _ := strings.Cut(s, ".")
		digits := strings.TrimLeft(whole+frac, "0")
		e = len(digits) - len(frac) - 1
		if digits == "" {
			digits, e = "0", 0
		}
		mantissa = digits[:1] + "." + digits[1:]
		w, f := roundDigits(mantissa, n.frac)
		if len(w) > 1 {
			w, f, e = "1", strings.Repeat("0", n.frac), e+1
		}
		if mantissa = w; n.frac > 0 {
			mantissa += "." + f
		}
	}
	sign := " "
	if neg && strings.Trim(mantissa, "0.") != "" {
		sign = "-"
	}
	return fmt.Sprintf("%s%se%+03d", sign, mantissa, e)
}

// romanNumber is v as a Roman numeral, # if there is none.
func romanNumber(v int) string {
	if v < 1 || v > 3999 {
		return strings.Repeat("#", 15)
	}
	var sb strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"},
		{9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; v >= d.v; v -= d.v {
			sb.WriteString(d.s)
		}
	}
	return sb.String()
}

// shiftPoint moves the point of plain digits n places to the right.
func shiftPoint(s string, n int) string {
	if n == 0 {
		return s
	}
	whole, frac, _ := strings.Cut(s, ".")
	frac += strings.Repeat("0", max(0, n-len(frac)))
	return whole + frac[:n] + "." + frac[n:]
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
