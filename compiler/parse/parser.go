package parse

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// parser is a recursive descent parser over one statement's tokens.
type parser struct {
	src  string
	toks []token
	i    int
	end  int // byte offset of the end of the statement
	opts Options
	stmt *Statement
}

// statement reads the whole statement and checks that nothing is left.
func (p *parser) statement() (Body, error) {
	t := p.peek()
	if t.isPunct("(") {
		return p.query()
	}
	if t.kind != tokIdent {
		return nil, p.unexpected()
	}
	if read, ok := statements()[t.text]; ok {
		b, err := read(p)
		if err != nil {
			return nil, err
		}
		if p.i < len(p.toks) {
			return nil, p.unexpected()
		}
		return b, nil
	}
	if n, ok := refused[t.text]; ok {
		return nil, p.refuse(n)
	}
	return nil, p.unexpected()
}

// refuse names the next n words as unsupported.
func (p *parser) refuse(n int) error {
	at := p.peek()
	var words []string
	for k := 0; k < n && p.i+k < len(p.toks) && p.toks[p.i+k].kind == tokIdent; k++ {
		words = append(words, strings.ToUpper(p.toks[p.i+k].text))
	}
	return p.unsupported(at, "%s", strings.Join(words, " "))
}

func (p *parser) unsupported(at token, format string, args ...any) error {
	return sqlerr.Unsupported(format, args...).At(charPosition(p.src, at.start))
}

// peek is the next token; behind the last it is an EOF at the statement's end.
func (p *parser) peek() token { return p.peekAt(0) }

func (p *parser) peekAt(n int) token {
	if p.i+n < len(p.toks) {
		return p.toks[p.i+n]
	}
	return token{kind: tokEOF, start: p.end, end: p.end}
}

func (p *parser) next() token {
	t := p.peek()
	if p.i < len(p.toks) {
		p.i++
	}
	return t
}

// pos is the place of the next token.
func (p *parser) pos() Pos { return Pos(p.peek().start) }

// accept consumes the words if all of them are next.
func (p *parser) accept(words ...string) bool {
	for k, w := range words {
		if !p.peekAt(k).is(w) {
			return false
		}
	}
	p.i += len(words)
	return true
}

// acceptAny consumes and returns the next word if it is one of words, else "".
func (p *parser) acceptAny(words ...string) string {
	for _, w := range words {
		if p.accept(w) {
			return w
		}
	}
	return ""
}

func (p *parser) acceptPunct(s string) bool {
	if p.peek().isPunct(s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) expect(words ...string) error {
	for _, w := range words {
		if !p.accept(w) {
			return p.unexpected()
		}
	}
	return nil
}

func (p *parser) expectPunct(s string) error {
	if !p.acceptPunct(s) {
		return p.unexpected()
	}
	return nil
}

// unexpected is PostgreSQL's syntax error at the next token.
func (p *parser) unexpected() error {
	t := p.peek()
	if t.kind == tokEOF {
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input").At(charPosition(p.src, t.start))
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\"",
		p.src[t.start:t.end]).At(charPosition(p.src, t.start))
}

// ident reads an identifier, quoted or not.
func (p *parser) ident() (Name, error) {
	t := p.peek()
	if t.kind != tokIdent && t.kind != tokQuoted {
		return Name{}, p.unexpected()
	}
	if t.kind == tokIdent && reserved[t.text] {
		return Name{}, p.unexpected()
	}
	p.i++
	return Name{Pos(t.start), t.text}, nil
}

// reserved words cannot be names without quotes.
var reserved = wordSet(`all analyse analyze and any array as asc asymmetric both case cast check collate column
	constraint create current_date current_time current_timestamp current_user default deferrable desc distinct do
	else end except false for foreign from grant group having in initially intersect into leading limit localtime
	localtimestamp minus not null offset on only or order primary references select session_user some symmetric table
	then to trailing true union unique user using when where with`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// qname reads name, schema.name or database.schema.name.
func (p *parser) qname() (QName, error) {
	q := QName{Pos: p.pos()}
	if name, ok := tempName(p.peek(), p.peekAt(1)); ok {
		p.i += 2
		q.Name = name
		return q, nil
	}
	var parts []string
	for {
		n, err := p.ident()
		if err != nil {
			return q, err
		}
		parts = append(parts, n.Name)
		if !p.acceptPunct(".") {
			break
		}
	}
	switch len(parts) {
	case 1:
		q.Name = parts[0]
	case 2:
		q.Schema, q.Name = parts[0], parts[1]
	case 3:
		q.Database, q.Schema, q.Name = parts[0], parts[1], parts[2]
	default:
		return q, p.stmt.ErrorAt(q.Pos, sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s",
			strings.Join(parts, "."))
	}
	return q, nil
}

// tempName is the name of a temporary table written #name: a and b are its tokens.
func tempName(a, b token) (string, bool) {
	if a.kind != tokOp || a.text != "#" || b.start != a.end || b.kind != tokIdent && b.kind != tokQuoted {
		return "", false
	}
	return foldIdent("#" + b.text), true
}

// qnames reads a comma-separated list of qualified names.
func (p *parser) qnames() ([]QName, error) {
	var out []QName
	for {
		q, err := p.qname()
		if err != nil {
			return nil, err
		}
		out = append(out, q)
		if !p.acceptPunct(",") {
			return out, nil
		}
	}
}

// names reads ( name, … ).
func (p *parser) names() ([]Name, error) {
	if err := p.expectPunct("("); err != nil {
		return nil, err
	}
	var out []Name
	for {
		n, err := p.ident()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.acceptPunct(",") {
			break
		}
	}
	return out, p.expectPunct(")")
}

// str reads a string constant.
func (p *parser) str() (string, error) {
	if t := p.peek(); t.kind == tokString {
		if t.badEscape {
			return "", escapeError(p.src, t, p.opts)
		}
		p.i++
		return t.text, nil
	}
	return "", p.unexpected()
}

// integer reads an integer constant with an optional sign.
func (p *parser) integer() (int64, error) {
	sign := ""
	if p.peek().isPunct("-") && p.peekAt(1).kind == tokInt {
		p.i++
		sign = "-"
	}
	t := p.peek()
	if t.kind != tokInt {
		return 0, p.unexpected()
	}
	v, err := strconv.ParseInt(sign+t.text, 10, 64)
	if err != nil {
		return 0, p.stmt.ErrorAt(Pos(t.start), sqlerr.NumericOutOfRange, "value \"%s\" is out of range for type bigint",
			t.text)
	}
	p.i++
	return v, nil
}

// rest consumes and returns all remaining tokens.
func (p *parser) rest() []token {
	r := p.toks[p.i:]
	p.i = len(p.toks)
	return r
}
