package parse

import (
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
)

// tokenKind is the lexical class of a token.
type tokenKind uint8

const (
	tokEOF    tokenKind = iota
	tokIdent            // unquoted word; text is folded to lower case
	tokQuoted           // "quoted" identifier; text is unescaped, folded too (Redshift's rule)
	tokString           // string constant of any form; text is the value
	tokBits             // B'..', X'..', U&'..', U&".." : left to libpg_query
	tokInt
	tokNumber // with point or exponent
	tokParam  // $1
	tokOp     // operator characters, longest match
	tokPunct  // ( ) [ ] , ; . : ::
)

// token is one lexeme of the user's text, at bytes [start,end).
type token struct {
	kind       tokenKind
	start, end int
	text       string
	// plainBackslash: a '…' or N'…' constant in which a backslash escapes;
	// libpg_query must be told by an E prefix.
	plainBackslash bool
	// badEscape: an escape in it means nothing, or bytes that are no text: escapeError says which.
	badEscape bool
}

// is reports whether t is the unquoted word w (lower case).
func (t token) is(w string) bool { return t.kind == tokIdent && t.text == w }

// isName reports whether t may be a name.
func (t token) isName() bool { return t.kind == tokIdent || t.kind == tokQuoted }

// isPunct reports whether t is the punctuation or operator p.
func (t token) isPunct(p string) bool {
	return (t.kind == tokPunct || t.kind == tokOp) && t.text == p
}

// lexer reads tokens of src. Comments and white space are skipped.
type lexer struct {
	src       string
	off       int
	backslash bool  // '\' escapes in plain string constants
	keep      bool  // escapes of plain string constants stay in the text as they are written
	bad       error // the first escape of the last constant that is wrong
}

// lexAll returns all tokens of src, the last being tokEOF.
func lexAll(src string, o Options) ([]token, error) {
	l := &lexer{src: src, backslash: !o.StandardStrings}
	toks := make([]token, 0, len(src)/5+4)
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		toks = append(toks, t)
		if t.kind == tokEOF {
			return toks, nil
		}
	}
}

// errAt makes a syntax error at byte offset off of the whole text.
func (l *lexer) errAt(off int, format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.SyntaxError, format, args...).At(charPosition(l.src, off))
}

// charPosition is the 1-based character position of byte offset off.
func charPosition(src string, off int) int {
	if off < 0 {
		return 0
	}
	if off > len(src) {
		off = len(src)
	}
	return utf8.RuneCountInString(src[:off]) + 1
}

const opChars = "~!@#^&|`?+-*/%<>="

func isIdentStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
func isDigit(c byte) bool     { return c >= '0' && c <= '9' }
func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }
func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func (l *lexer) peek(n int) byte {
	if l.off+n < len(l.src) {
		return l.src[l.off+n]
	}
	return 0
}

// skipBlank moves behind white space and comments.
func (l *lexer) skipBlank() error {
	for l.off < len(l.src) {
		c := l.src[l.off]
		switch {
		case isSpace(c):
			l.off++
		case c == '-' && l.peek(1) == '-':
			i := strings.IndexAny(l.src[l.off:], "\n\r")
			if i < 0 {
				l.off = len(l.src)
			} else {
				l.off += i
			}
		case c == '/' && l.peek(1) == '*':
			if err := l.skipComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

// skipComment moves behind a /* comment */; they nest.
func (l *lexer) skipComment() error {
	start, depth := l.off, 0
	for l.off < len(l.src) {
		switch {
		case l.src[l.off] == '/' && l.peek(1) == '*':
			depth++
			l.off += 2
		case l.src[l.off] == '*' && l.peek(1) == '/':
			depth--
			l.off += 2
			if depth == 0 {
				return nil
			}
		default:
			l.off++
		}
	}
	return l.errAt(start, "unterminated /* comment")
}

func (l *lexer) next() (token, error) {
	if err := l.skipBlank(); err != nil {
		return token{}, err
	}
	start := l.off
	if start >= len(l.src) {
		return token{kind: tokEOF, start: start, end: start}, nil
	}
	c := l.src[start]
	switch {
	case c == '\'':
		return l.quoted(start, start, l.backslash)
	case c == '"':
		return l.quotedIdent()
	case (c == 'e' || c == 'E') && l.peek(1) == '\'':
		t, err := l.quoted(start, start+1, true)
		t.plainBackslash = false
		return t, err
	case (c == 'n' || c == 'N') && l.peek(1) == '\'':
		return l.quoted(start, start+1, l.backslash)
	case strings.IndexByte("bBxX", c) >= 0 && l.peek(1) == '\'':
		t, err := l.quoted(start, start+1, false)
		t.kind = tokBits
		return t, err
	case (c == 'u' || c == 'U') && l.peek(1) == '&' && (l.peek(2) == '\'' || l.peek(2) == '"'):
		return l.unicodeQuoted(start)
	case isIdentStart(c):
		for l.off < len(l.src) && isIdentPart(l.src[l.off]) {
			l.off++
		}
		return l.token(tokIdent, start, foldIdent(l.src[start:l.off])), nil
	case isDigit(c) || c == '.' && isDigit(l.peek(1)):
		return l.number(), nil
	case c == '$':
		return l.dollar()
	case strings.IndexByte("()[],;.", c) >= 0:
		l.off++
		return l.token(tokPunct, start, l.src[start:l.off]), nil
	case c == ':':
		l.off++
		if l.peek(0) == ':' || l.peek(0) == '=' {
			l.off++
		}
		return l.token(tokPunct, start, l.src[start:l.off]), nil
	case strings.IndexByte(opChars, c) >= 0:
		return l.operator(), nil
	}
	return token{}, l.errAt(start, "syntax error at or near \"%s\"", string(c))
}

func (l *lexer) token(k tokenKind, start int, text string) token {
	return token{kind: k, start: start, end: l.off, text: text}
}

// foldIdent lower-cases ASCII letters only and cuts at 127 bytes, as Redshift does.
func foldIdent(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	if len(b) > maxIdent {
		n := maxIdent
		for n > 0 && !utf8.RuneStart(b[n]) {
			n--
		}
		b = b[:n]
	}
	return string(b)
}

// maxIdent is the length of an identifier in bytes; longer ones are cut.
const maxIdent = 127

// number reads 1, 1.5, .5, 1., 1e10, 0x1F and the like.
func (l *lexer) number() token {
	start, kind := l.off, tokInt
	run := func() {
		for isDigit(l.peek(0)) || l.peek(0) == '_' && isDigit(l.peek(1)) {
			l.off++
		}
	}
	if l.peek(0) == '0' && strings.IndexByte("xXoObB", l.peek(1)) >= 0 && l.peek(1) != 0 {
		l.off += 2
		for isIdentPart(l.peek(0)) {
			l.off++
		}
		return l.token(tokInt, start, l.src[start:l.off])
	}
	run()
	if l.peek(0) == '.' && l.peek(1) != '.' {
		kind = tokNumber
		l.off++
		run()
	}
	if c := l.peek(0) | 0x20; c == 'e' {
		n := 1
		if l.peek(1) == '+' || l.peek(1) == '-' {
			n = 2
		}
		if isDigit(l.peek(n)) {
			kind = tokNumber
			l.off += n
			run()
		}
	}
	return l.token(kind, start, l.src[start:l.off])
}

// operator reads a run of operator characters by PostgreSQL's rules: it ends
// before a comment, and only loses a trailing + or - if it has no special character.
func (l *lexer) operator() token {
	start := l.off
	for l.off < len(l.src) && strings.IndexByte(opChars, l.src[l.off]) >= 0 {
		if l.off > start && (l.src[l.off] == '-' && l.peek(1) == '-' || l.src[l.off] == '/' && l.peek(1) == '*') {
			break
		}
		l.off++
	}
	if text := l.src[start:l.off]; len(text) > 1 && !strings.ContainsAny(text, "~!@#%^&|`?") {
		for l.off > start+1 && (l.src[l.off-1] == '+' || l.src[l.off-1] == '-') {
			l.off--
		}
	}
	return l.token(tokOp, start, l.src[start:l.off])
}

// near is how the constant at off opens, for messages: what is in it may be nobody's business.
func near(src string, off int) string {
	s := src[off:]
	if s[0] == '$' {
		return s[:2+strings.IndexByte(s[1:], '$')]
	}
	return s[:1+strings.IndexAny(s, `'"`)]
}
