package parse

import (
	"strings"
)

// ShortInsert is INSERT INTO t [(cols)] VALUES of constants alone, read without libpg_query. Rows
// are as wide as the first one. Full gives the statement as Parse would.
type ShortInsert struct {
	Table   QName
	Columns []Name
	Rows    [][]ShortCell
}

// ShortCell is a constant of a ShortInsert; numbers have their sign.
type ShortCell struct {
	Kind LiteralKind
	// Default: the word DEFAULT; Kind means nothing then.
	Default bool
	Text    string
}

func (*ShortInsert) Tag() string { return "INSERT" }

// MaxShort is the length of texts that Short looks at.
const MaxShort = 64 << 10

// Short reads a text that is one INSERT of constants and nothing else: what applications send again and
// again, and what costs libpg_query more than all the rest. Its Body is a ShortInsert. nil: the text
// is something else, or wrong; Parse says what.
func Short(src string, o Options) *Statement {
	if len(src) > MaxShort || !startsInsert(src) || checkBytes(src) != nil {
		return nil
	}
	toks, err := lexAll(src, o)
	if err != nil {
		return nil
	}
	toks = toks[:len(toks)-1]
	for len(toks) > 0 && toks[len(toks)-1].isPunct(";") {
		toks = toks[:len(toks)-1]
	}
	if len(toks) == 0 {
		return nil
	}
	s := &Statement{Source: src, opts: o, Start: toks[0].start, End: toks[len(toks)-1].end}
	p := &parser{src: src, toks: toks, opts: o, stmt: s, end: s.End}
	ins := p.shortInsert()
	if ins == nil {
		return nil
	}
	s.Body = ins
	return s
}

// startsInsert keeps other texts from being lexed twice.
func startsInsert(src string) bool {
	src = strings.TrimLeft(src, " \t\r\n")
	return len(src) > 6 && strings.EqualFold(src[:6], "insert")
}

// Full is the statement read in full: s is Short's.
func Full(s *Statement) (*Statement, error) { return ParseOne(s.Source, s.opts) }

// shortInsert reads the whole statement; nil if it is not of the kind.
func (p *parser) shortInsert() *ShortInsert {
	if !p.accept("insert", "into") {
		return nil
	}
	s := &ShortInsert{}
	var err error
	if s.Table, err = p.qname(); err != nil {
		return nil
	}
	if p.peek().isPunct("(") {
		if s.Columns, err = p.names(); err != nil {
			return nil
		}
	}
	if !p.accept("values") {
		return nil
	}
	for {
		row := p.shortRow()
		if len(row) == 0 || len(s.Rows) > 0 && len(row) != len(s.Rows[0]) {
			return nil
		}
		s.Rows = append(s.Rows, row)
		if !p.acceptPunct(",") {
			break
		}
	}
	if p.i < len(p.toks) {
		return nil
	}
	return s
}

// shortRow reads (constant, …); nil if it is none.
func (p *parser) shortRow() []ShortCell {
	if !p.acceptPunct("(") {
		return nil
	}
	var row []ShortCell
	for {
		c, ok := p.shortCell()
		if !ok {
			return nil
		}
		row = append(row, c)
		if p.acceptPunct(")") {
			return row
		}
		if !p.acceptPunct(",") {
			return nil
		}
	}
}

func (p *parser) shortCell() (ShortCell, bool) {
	sign := ""
	if p.peek().isPunct("-") {
		p.i++
		sign = "-"
	}
	t := p.next()
	switch {
	case t.kind == tokInt && digits(t.text):
		return ShortCell{Kind: IntLiteral, Text: sign + t.text}, true
	case t.kind == tokNumber && digits(strings.Replace(t.text, ".", "", 1)):
		return ShortCell{Kind: NumberLiteral, Text: sign + t.text}, true
	case sign != "":
		return ShortCell{}, false
	case t.kind == tokString && !t.badEscape && (p.src[t.start] == '\'' || p.src[t.start]|0x20 == 'e'):
		return ShortCell{Kind: StringLiteral, Text: t.text}, true
	case t.is("null"):
		return ShortCell{Kind: NullLiteral}, true
	case t.is("true"), t.is("false"):
		return ShortCell{Kind: BoolLiteral, Text: t.text}, true
	case t.is("default"):
		return ShortCell{Default: true}, true
	}
	return ShortCell{}, false
}

// digits: one to 38 decimal digits, no underscores, no 0x.
func digits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= 38
}
