package parse

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
)

// quoted reads a string constant whose opening quote is at byte open.
func (l *lexer) quoted(start, open int, escapes bool) (token, error) {
	l.off, l.bad = open+1, nil
	var sb strings.Builder
	sawBackslash, bytes := false, false
	for {
		i := strings.IndexAny(l.src[l.off:], `'\`)
		if i < 0 {
			l.off = len(l.src)
			err := l.errAt(start, "unterminated quoted string at or near \"%s\"", near(l.src, start))
			if escapes && open == start && strings.Contains(l.src[start:], `\'`) {
				err.WithHint(
					"A backslash takes the meaning of the quote behind it, unless standard_conforming_strings is on. Write '\\\\' " +
						"for one.")
			}
			return token{}, err
		}
		sb.WriteString(l.src[l.off : l.off+i])
		l.off += i
		switch {
		case l.src[l.off] == '\\' && escapes && l.keep:
			n := min(2, len(l.src)-l.off)
			sb.WriteString(l.src[l.off : l.off+n])
			l.off += n
		case l.src[l.off] == '\\' && escapes:
			sawBackslash = true
			bytes = l.unescape(&sb) || bytes
		case l.src[l.off] == '\\':
			sb.WriteByte('\\')
			l.off++
		case l.peek(1) == '\'':
			sb.WriteByte('\'')
			l.off += 2
		default:
			l.off++
			if l.continues() {
				continue
			}
			t := l.token(tokString, start, sb.String())
			if bytes && l.bad == nil {
				l.bad = badBytes(l.src, start, t.text)
			}
			t.plainBackslash, t.badEscape = sawBackslash, l.bad != nil
			return t, nil
		}
	}
}

// continues reports whether a string goes on behind white space with a newline
// ('a'\n'b' is 'ab') and if so moves behind the new opening quote.
func (l *lexer) continues() bool {
	i, newline := l.off, false
	for i < len(l.src) && isSpace(l.src[i]) {
		newline = newline || l.src[i] == '\n' || l.src[i] == '\r'
		i++
	}
	if newline && i < len(l.src) && l.src[i] == '\'' {
		l.off = i + 1
		return true
	}
	return false
}

// unescape reads one backslash escape into sb: PostgreSQL's of E'…'. It reports whether bytes were
// written that may be no text.
func (l *lexer) unescape(sb *strings.Builder) (bytes bool) {
	l.off++
	if l.off >= len(l.src) {
		return false
	}
	c := l.src[l.off]
	l.off++
	switch c {
	case 'b':
		sb.WriteByte('\b')
	case 'f':
		sb.WriteByte('\f')
	case 'n':
		sb.WriteByte('\n')
	case 'r':
		sb.WriteByte('\r')
	case 't':
		sb.WriteByte('\t')
	case '0', '1', '2', '3', '4', '5', '6', '7':
		l.off--
		v, _ := l.digits(3, 8)
		sb.WriteByte(byte(v))
		return byte(v) == 0 || byte(v) >= 0x80
	case 'x':
		v, n := l.digits(2, 16)
		if n == 0 {
			sb.WriteByte('x')
			return false
		}
		sb.WriteByte(byte(v))
		return v == 0 || v >= 0x80
	case 'u', 'U':
		l.off -= 2
		sb.WriteRune(l.unicode())
	default:
		sb.WriteByte(c)
	}
	return false
}

// digits reads up to most digits, and says how many there were.
func (l *lexer) digits(most, base int) (v, n int) {
	for ; n < most; n++ {
		d := strings.IndexByte("0123456789abcdef", l.peek(0)|0x20)
		if l.peek(0) < 'A' {
			d = int(l.peek(0)) - '0'
		}
		if d < 0 || d >= base {
			break
		}
		v = v*base + d
		l.off++
	}
	return v, n
}

// unicode reads \uXXXX or \UXXXXXXXX, or two of them that are a surrogate pair.
func (l *lexer) unicode() rune {
	at := l.off
	fail := func(code sqlerr.Code, text, hint string) rune {
		if l.bad == nil {
			l.bad = sqlerr.New(code, "%s", text).WithHint("%s", hint).At(charPosition(l.src, at))
		}
		return utf8.RuneError
	}
	one := func() (int, bool) {
		want := map[byte]int{'u': 4, 'U': 8}[l.peek(1)]
		if l.peek(0) != '\\' || want == 0 {
			return 0, false
		}
		l.off += 2
		v, n := l.digits(want, 16)
		return v, n == want
	}
	v, ok := one()
	if !ok {
		l.off = at + 2
		return fail(sqlerr.InvalidEscape, "invalid Unicode escape", "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")
	}
	if !utf16.IsSurrogate(rune(v)) {
		if v == 0 || v > unicode.MaxRune {
			return fail(sqlerr.SyntaxError, "invalid Unicode escape value", "")
		}
		return rune(v)
	}
	behind := l.off
	low, ok := one()
	r := utf16.DecodeRune(rune(v), rune(low))
	if !ok || r == utf8.RuneError {
		l.off = behind
		return fail(sqlerr.SyntaxError, "invalid Unicode surrogate pair", "")
	}
	return r
}

// badBytes says what of text, the constant at byte start, is no text of UTF-8: nil if all of it is.
func badBytes(src string, start int, text string) error {
	for i, r := range text {
		_, n := utf8.DecodeRuneInString(text[i:])
		if r != 0 && (r != utf8.RuneError || n > 1) {
			continue
		}
		most := 1
		switch c := text[i]; {
		case c >= 0xf8:
		case c >= 0xf0:
			most = 4
		case c >= 0xe0:
			most = 3
		case c >= 0xc0:
			most = 2
		}
		var shown []string
		for _, c := range []byte(text[i:min(i+most, len(text))]) {
			shown = append(shown, fmt.Sprintf("0x%02x", c))
		}
		return sqlerr.New(sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\": %s",
			strings.Join(shown, " ")).At(charPosition(src, start))
	}
	return nil
}

// escapeError is what is wrong with t, a token whose badEscape is set.
func escapeError(src string, t token, o Options) error {
	l := &lexer{src: src, off: t.start, backslash: !o.StandardStrings}
	if _, err := l.next(); err != nil {
		return err
	}
	return l.bad
}

func (l *lexer) quotedIdent() (token, error) {
	start := l.off
	l.off++
	var sb strings.Builder
	for {
		i := strings.IndexByte(l.src[l.off:], '"')
		if i < 0 {
			return token{}, l.errAt(start, "unterminated quoted identifier at or near \"%s\"", near(l.src, start))
		}
		sb.WriteString(l.src[l.off : l.off+i])
		l.off += i + 1
		if l.peek(0) != '"' {
			break
		}
		sb.WriteByte('"')
		l.off++
	}
	if sb.Len() == 0 {
		return token{}, l.errAt(start, "zero-length delimited identifier at or near \"\"\"\"")
	}
	return l.token(tokQuoted, start, foldIdent(sb.String())), nil
}

// unicodeQuoted reads U&'…' or U&"…" without looking into it.
func (l *lexer) unicodeQuoted(start int) (token, error) {
	q := l.peek(2)
	l.off += 3
	for l.off < len(l.src) {
		if l.src[l.off] == q {
			if l.peek(1) != q {
				l.off++
				return l.token(tokBits, start, l.src[start:l.off]), nil
			}
			l.off++
		}
		l.off++
	}
	return token{}, l.errAt(start, "unterminated quoted string at or near \"%s\"", near(l.src, start))
}

// dollar reads $1 or a $tag$ quoted string.
func (l *lexer) dollar() (token, error) {
	start := l.off
	l.off++
	if isDigit(l.peek(0)) {
		for isDigit(l.peek(0)) {
			l.off++
		}
		return l.token(tokParam, start, l.src[start+1:l.off]), nil
	}
	for l.off < len(l.src) && (isIdentStart(l.src[l.off]) || l.off > start+1 && isDigit(l.src[l.off])) {
		l.off++
	}
	if l.peek(0) != '$' {
		return token{}, l.errAt(start, "syntax error at or near \"$\"")
	}
	l.off++
	tag := l.src[start:l.off]
	i := strings.Index(l.src[l.off:], tag)
	if i < 0 {
		return token{}, l.errAt(start, "unterminated dollar-quoted string at or near \"%s\"", near(l.src, start))
	}
	body := l.src[l.off : l.off+i]
	l.off += i + len(tag)
	return l.token(tokString, start, body), nil
}
