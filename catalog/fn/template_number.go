package fn

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// numberItem is a word of a number template, or text that stands for itself.
type numberItem struct {
	word string // "9", "0", ".", ",", "L", "MI", "PL", "SG", "RN", "rn", "TH", "th"; "" for text
	text string
}

// numberTemplate is a template of TO_CHAR and TO_NUMBER, read.
type numberTemplate struct {
	items       []numberItem
	whole, frac int  // digit positions before and behind the point
	shift       int  // digit positions behind V
	zeroFrom    int  // whole position from which zeros are written, -1 for none
	zeros       int  // positions up to the last 0, point left out
	fill        bool // FM
	point       bool
	sign        string // "" or "S", "PR"
	signLast    bool   // S stands behind the digits
	mi, pl      bool   // MI, PL; SG is both
	blank       bool   // B: a zero is written as blanks
	exponent    bool   // EEEE
	roman       bool
}

// numberWords are the words of number templates, longest first where one begins another.
var numberWords = []string{"EEEE", "FM", "MI", "PL", "PR", "RN", "SG", "SP", "TH", "S", "B", "C", "D", "G", "L", "V",
	"9", "0", ".", ","}

var numberTemplates known[string, *numberTemplate]

// numberTemplateOf is parseNumberTemplate of a template that may be known.
func numberTemplateOf(t []byte) (*numberTemplate, error) {
	return numberTemplates.of(string(t), parseNumberTemplate)
}

// parseNumberTemplate reads a template. Errors: 42601 for words that exclude each other, 0A000 for words without a
// meaning here.
func parseNumberTemplate(t string) (*numberTemplate, error) {
	n := &numberTemplate{zeroFrom: -1}
next:
	for i := 0; i < len(t); {
		switch c := t[i]; c {
		case '"':
			i++
			for ; i < len(t) && t[i] != '"'; i++ {
				if t[i] == '\\' && i+1 < len(t) {
					i++
				}
				n.items = append(n.items, numberItem{text: t[i : i+1]})
			}
			i++
			continue
		case '\\':
			if i+1 < len(t) && t[i+1] == '"' {
				i++
			}
			n.items = append(n.items, numberItem{text: t[i : i+1]})
			i++
			continue
		}
		for _, w := range numberWords {
			if len(t)-i >= len(w) && (t[i:i+len(w)] == w || t[i:i+len(w)] == strings.ToLower(w)) {
				if err := n.add(w, t[i:i+len(w)]); err != nil {
					return nil, err
				}
				i += len(w)
				continue next
			}
		}
		n.items = append(n.items, numberItem{text: t[i : i+1]})
		i++
	}
	return n, nil
}

// add takes one word; written is its spelling.
func (n *numberTemplate) add(word, written string) error {
	together := func(a, b string) error {
		return sqlerr.New(sqlerr.SyntaxError, "cannot use \"%s\" and \"%s\" together", a, b)
	}
	signed := n.mi || n.pl || n.sign == "PR"
	item := numberItem{word: word}
	if n.exponent && word != "EEEE" {
		return sqlerr.New(sqlerr.SyntaxError, "\"EEEE\" must be the last pattern used")
	}
	switch word {
	case "9", "0":
		if n.sign == "PR" {
			return sqlerr.New(sqlerr.SyntaxError, "\"%s\" must be ahead of \"PR\"", word)
		}
		if word == "0" && !n.point && n.zeroFrom < 0 {
			n.zeroFrom = n.whole
		}
		switch {
		case word == "9" && n.hasShift():
			n.shift++
			n.whole++
		case n.point:
			n.frac++
		default:
			n.whole++
		}
		if word == "0" {
			n.zeros = n.whole + n.frac
		}
	case ".", "D":
		if n.point {
			return sqlerr.New(sqlerr.SyntaxError, "multiple decimal points")
		}
		if n.hasShift() {
			return together("V", "decimal point")
		}
		item.word, n.point = ".", true
	case ",", "G":
		item.word = ","
	case "FM":
		n.fill = true
		return nil
	case "B":
		n.blank = n.blank || n.whole+n.frac == 0
		return nil
	case "S":
		if n.sign == "S" {
			return sqlerr.New(sqlerr.SyntaxError, "cannot use \"S\" twice")
		}
		if signed {
			return sqlerr.New(sqlerr.SyntaxError, "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together")
		}
		n.sign, n.signLast = "S", n.point
		item.text = ""
		n.items = append(n.items, numberItem{word: "S"})
		return nil
	case "MI", "PL", "SG":
		if n.sign != "" {
			return together(n.sign, word)
		}
		n.mi = n.mi || word != "PL"
		n.pl = n.pl || word != "MI"
	case "PR":
		if n.sign != "" || n.mi || n.pl {
			return sqlerr.New(sqlerr.SyntaxError, "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
		}
		n.sign = "PR"
	case "V":
		if n.point {
			return together("V", "decimal point")
		}
		item.word = "V"
	case "RN", "TH":
		item.word = written
		n.roman = n.roman || word == "RN"
	case "EEEE":
		if n.exponent {
			return sqlerr.New(sqlerr.SyntaxError, "cannot use \"EEEE\" twice")
		}
		if n.blank || n.fill || n.sign != "" || n.mi || n.pl || n.roman || n.hasShift() {
			return sqlerr.New(sqlerr.SyntaxError, "\"EEEE\" is incompatible with other formats").
				WithDetail("\"EEEE\" may only be used together with digit and decimal point patterns.")
		}
		n.exponent = true
	case "SP", "C":
		return sqlerr.Unsupported("the pattern \"%s\" of a number template", word)
	}
	n.items = append(n.items, item)
	return nil
}

// hasShift reports whether V has been read.
func (n *numberTemplate) hasShift() bool {
	for _, it := range n.items {
		if it.word == "V" {
			return true
		}
	}
	return false
}

// lastDigit is the index of the last digit position or point, -1 if there is none.
func (n *numberTemplate) lastDigit() int {
	last := -1
	for i, it := range n.items {
		if it.word == "9" || it.word == "0" || it.word == "." {
			last = i
		}
	}
	return last
}
