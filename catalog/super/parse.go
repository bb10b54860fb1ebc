package super

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"slipher/catalog/int128"
)

// Options say what Parse does with what SUPER has no room for. Redshift guide, "Parsing options for SUPER".
type Options struct {
	LastOfSame bool // of members of one name the last is kept; otherwise they are an error
	CutStrings bool // strings are cut to MaxString; otherwise longer ones are an error
}

// Parse appends the value of a JSON text. The error says what is wrong, and where.
func Parse(dst, text []byte, o Options) ([]byte, error) {
	p := parser{in: text, o: o}
	p.blanks()
	dst, err := p.value(dst, 0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(p.in) {
		return nil, p.bad("more text behind the value")
	}
	return dst, CheckSize(len(dst))
}

// ErrSize is that of a value of more than MaxBytes.
var ErrSize = fmt.Errorf("a SUPER value has at most %d bytes", MaxBytes)

// CheckSize refuses a value of too many bytes.
func CheckSize(n int) error {
	if n > MaxBytes {
		return ErrSize
	}
	return nil
}

type parser struct {
	in   []byte
	at   int
	o    Options
	ends []int // of the containers around the place, the innermost last
	text []byte
}

// next is the byte at the place, 0 behind the end: which is no JSON anywhere.
func (p *parser) next() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

func (p *parser) bad(what string) error {
	if p.at >= len(p.in) {
		return errors.New("the JSON text ends too early")
	}
	return fmt.Errorf("%s at byte %d of the JSON text", what, p.at+1)
}

func (p *parser) blanks() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// value appends the value at the place, within so many containers.
func (p *parser) value(dst []byte, depth int) ([]byte, error) {
	switch c := p.next(); {
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return nil, fmt.Errorf("arrays and objects are nested more than %d deep", MaxDepth)
		}
		return p.container(dst, c == '{', depth+1)
	case c == '"':
		s, err := p.string(MaxString)
		return AppendString(dst, s), err
	case c == '-' || c >= '0' && c <= '9':
		return p.number(dst)
	}
	for _, w := range words {
		if end := p.at + len(w.text); end <= len(p.in) && string(p.in[p.at:end]) == w.text {
			p.at = end
			return append(dst, w.tag), nil
		}
	}
	return nil, p.bad("no JSON value")
}

var words = [...]struct {
	text string
	tag  byte
}{{"null", tagNull}, {"true", tagTrue}, {"false", tagFalse}}

func (p *parser) container(dst []byte, object bool, depth int) ([]byte, error) {
	start, mine, first, last := len(dst), len(p.ends), tagArray1, byte(']')
	if object {
		first, last = tagObject1, '}'
	}
	p.at++
	p.blanks()
	for p.next() != last {
		if len(p.ends) > mine {
			if p.next() != ',' {
				return nil, p.bad("no comma")
			}
			p.at++
			p.blanks()
		}
		var err error
		if object {
			if dst, err = p.name(dst); err != nil {
				return nil, err
			}
		}
		if dst, err = p.value(dst, depth); err != nil {
			return nil, err
		}
		p.ends = append(p.ends, len(dst)-start)
		p.blanks()
	}
	p.at++
	ends := p.ends[mine:]
	p.ends = p.ends[:mine]
	if object {
		var err error
		if dst, ends, err = p.distinct(dst, start, ends); err != nil {
			return nil, err
		}
	}
	return appendContainer(dst, start, first, ends), nil
}

func (p *parser) name(dst []byte) ([]byte, error) {
	if p.next() != '"' {
		return nil, p.bad("no name of a member")
	}
	s, err := p.string(0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.next() != ':' {
		return nil, p.bad("no colon")
	}
	p.at++
	p.blanks()
	return appendName(dst, s), nil
}

// distinct sees to it that members have different names.
func (p *parser) distinct(dst []byte, start int, ends []int) ([]byte, []int, error) {
	member := func(i int) []byte {
		from := 0
		if i > 0 {
			from = ends[i-1]
		}
		return dst[start+from : start+ends[i]]
	}
	last := make(map[string]int, len(ends))
	for i := range ends {
		name, _ := counted(member(i))
		if _, ok := last[string(name)]; ok && !p.o.LastOfSame {
			return nil, nil, fmt.Errorf("a JSON object has two members %q", name)
		}
		last[string(name)] = i
	}
	if len(last) == len(ends) {
		return dst, ends, nil
	}
	var kept []byte
	var at []int
	for i := range ends {
		m := member(i)
		if name, _ := counted(m); last[string(name)] == i {
			kept = append(kept, m...)
			at = append(at, len(kept))
		}
	}
	return append(dst[:start], kept...), at, nil
}

// string reads the string at the place. It is valid until the next one is read.
func (p *parser) string(limit int) ([]byte, error) {
	p.at++
	from := p.at
	plain := true
	p.text = p.text[:0]
	for {
		c := p.next()
		switch {
		case c == '"':
			out := p.text
			if plain {
				out = p.in[from:p.at]
			} else {
				out = append(out, p.in[from:p.at]...)
				p.text = out
			}
			p.at++
			if !utf8.Valid(out) {
				return nil, errors.New("invalid byte sequence for encoding \"UTF8\" in a JSON string")
			}
			if limit == 0 || len(out) <= limit {
				return out, nil
			}
			if !p.o.CutStrings {
				return nil, fmt.Errorf("a JSON string has more than %d bytes", limit)
			}
			for limit > 0 && !utf8.RuneStart(out[limit]) {
				limit--
			}
			return out[:limit], nil
		case c < ' ':
			return nil, p.bad("a control character in a string")
		case c == '\\':
			p.text, plain = append(p.text, p.in[from:p.at]...), false
			p.at++
			if err := p.escape(); err != nil {
				return nil, err
			}
			from = p.at
		default:
			p.at++
		}
	}
}

// escapes are the characters that a letter behind a backslash stands for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) escape() error {
	c := p.next()
	if e := escapes[c]; e != 0 {
		p.text = append(p.text, e)
		p.at++
		return nil
	}
	r, ok := p.unit()
	if !ok {
		return p.bad("no escape")
	}
	if utf16.IsSurrogate(r) {
		low := rune(0)
		if p.next() == '\\' {
			p.at++
			low, _ = p.unit()
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return p.bad("half a surrogate pair")
		}
	}
	if r == 0 {
		return p.bad("a character NUL")
	}
	p.text = utf8.AppendRune(p.text, r)
	return nil
}

// unit reads uXXXX.
func (p *parser) unit() (rune, bool) {
	if p.next() != 'u' || p.at+5 > len(p.in) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.in[p.at+1:p.at+5]), 16, 16)
	if err != nil {
		return 0, false
	}
	p.at += 5
	return rune(v), true
}

// number appends the number at the place.
func (p *parser) number(dst []byte) ([]byte, error) {
	from := p.at
	negative := p.next() == '-'
	if negative {
		p.at++
	}
	digits := func() int {
		begin := p.at
		for c := p.next(); c >= '0' && c <= '9'; c = p.next() {
			p.at++
		}
		return p.at - begin
	}
	first := p.at
	switch n := digits(); {
	case n == 0:
		return nil, p.bad("no digit")
	case n > 1 && p.in[first] == '0':
		p.at = first
		return nil, p.bad("a number that begins with 0")
	}
	scale, exact := 0, true
	if p.next() == '.' {
		p.at++
		if scale = digits(); scale == 0 {
			return nil, p.bad("no digit")
		}
	}
	if c := p.next(); c == 'e' || c == 'E' {
		p.at++
		if c := p.next(); c == '+' || c == '-' {
			p.at++
		}
		if exact = false; digits() == 0 {
			return nil, p.bad("no digit")
		}
	}
	text := p.in[from:p.at]
	if exact {
		if n, ok := exactly(p.in[first:p.at]); ok && scale <= MaxScale {
			if negative {
				n = n.Neg()
			}
			return AppendDecimal(dst, n, scale), nil
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return nil, fmt.Errorf("%s is out of range for type double precision", text)
	}
	return AppendFloat(dst, f, 64), nil
}

// exactly is the number that digits, and a point among them, make; false if they are too many.
func exactly(text []byte) (n int128.Int, ok bool) {
	count := 0
	for _, c := range text {
		if c == '.' {
			continue
		}
		if c != '0' || count > 0 {
			count++
		}
		if count > MaxDigits {
			return n, false
		}
		n, _ = n.MulSmallAdd(10, uint64(c-'0'))
	}
	return n, true
}
