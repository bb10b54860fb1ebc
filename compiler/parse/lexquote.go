package parse

import (
	"strings"
)

// quoted reads a string constant whose opening quote is at byte open.
func (l *lexer) quoted(start, open int, escapes bool) (token, error) {
	l.off = open + 1
	var sb strings.Builder
	sawBackslash := false
	for {
		i := strings.IndexAny(l.src[l.off:], `'\`)
		if i < 0 {
			l.off = len(l.src)
			return token{}, l.errAt(start, "unterminated quoted string at or near \"%s\"", near(l.src, start))
		}
		sb.WriteString(l.src[l.off : l.off+i])
		l.off += i
		switch {
		case l.src[l.off] == '\\' && escapes:
			sawBackslash = true
			l.unescape(&sb)
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
			t.plainBackslash = sawBackslash
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

// unescape reads one backslash escape into sb.
func (l *lexer) unescape(sb *strings.Builder) {
	l.off++
	if l.off >= len(l.src) {
		return
	}
	c := l.src[l.off]
	l.off++
	digits := func(max int, base int, v int) int {
		for n := 0; n < max && l.off < len(l.src); n++ {
			d := strings.IndexByte("0123456789abcdef", l.src[l.off]|0x20)
			if l.src[l.off] < 'A' {
				d = int(l.src[l.off]) - '0'
			}
			if d < 0 || d >= base {
				break
			}
			v = v*base + d
			l.off++
		}
		return v
	}
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
		sb.WriteByte(byte(digits(2, 8, int(c-'0'))))
	case 'x':
		at := l.off
		if v := digits(2, 16, 0); l.off > at {
			sb.WriteByte(byte(v))
		} else {
			sb.WriteByte('x')
		}
	case 'u', 'U':
		at, n := l.off, 4
		if c == 'U' {
			n = 8
		}
		if v := digits(n, 16, 0); l.off-at == n {
			sb.WriteRune(rune(v))
		} else {
			l.off = at
			sb.WriteByte(c)
		}
	default:
		sb.WriteByte(c)
	}
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
