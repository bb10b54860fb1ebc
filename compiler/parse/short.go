package parse

import (
	"strconv"
	"strings"
)

// ShortInsert is INSERT INTO t [(cols)] VALUES of constants alone, read without libpg_query. Rows
// are as wide as the first one.
type ShortInsert struct {
	Table   QName
	Columns []Name
	Rows    [][]ShortCell

	values Pos // of the word
}

// ShortCell is a constant of a ShortInsert; numbers have their sign.
type ShortCell struct {
	Pos
	Kind LiteralKind
	// Default: the word DEFAULT; Kind means nothing then.
	Default bool
	Text    string
}

func (*ShortInsert) Tag() string { return "INSERT" }

// Short reads a text that is one INSERT of constants and nothing else: what applications send again and
// again, and what costs libpg_query more than all the rest. Its Body is a ShortInsert. nil: the text
// is something else, or wrong; Parse says what.
func Short(src string, o Options) *Statement {
	if len(src) > maxTextBytes || !startsInsert(src) || checkBytes(src) != nil {
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

// Full is Short's statement as Parse gives it.
func Full(s *Statement) *Statement {
	full := *s
	full.Body = s.Body.(*ShortInsert).insert()
	return &full
}

// insert is the statement as libpg_query reads it.
func (s *ShortInsert) insert() *Insert {
	ins := &Insert{Table: s.Table, Query: &Query{Pos: s.values, Values: make([][]Expr, len(s.Rows))}}
	for _, c := range s.Columns {
		ins.Columns = append(ins.Columns, InsertColumn(c))
	}
	width := len(s.Rows[0])
	literals := make([]Literal, 0, width*len(s.Rows)) // one allocation: there may be a million
	cells := make([]Expr, width*len(s.Rows))
	for r, row := range s.Rows {
		out := cells[r*width : (r+1)*width : (r+1)*width]
		for i, c := range row {
			if c.Default {
				out[i] = &DefaultExpr{c.Pos}
				continue
			}
			literals = append(literals, Literal{c.Pos, c.Kind, c.Text})
			out[i] = &literals[len(literals)-1]
		}
		ins.Query.Values[r] = out
	}
	return ins
}

// insertStatement reads INSERT: of constants by itself, else by libpg_query.
func (p *parser) insertStatement() (Body, error) {
	from := p.i
	if s := p.shortInsert(); s != nil {
		return s.insert(), nil
	}
	p.i = from
	return p.query()
}

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
	s.values = p.pos()
	if !p.accept("values") {
		return nil
	}
	for {
		width := 1
		if len(s.Rows) > 0 {
			width = len(s.Rows[0])
		}
		row := p.shortRow(width)
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

// shortRow reads (constant, …), about width of them; nil if it is none.
func (p *parser) shortRow(width int) []ShortCell {
	if !p.acceptPunct("(") {
		return nil
	}
	row := make([]ShortCell, 0, width)
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
	c, sign := ShortCell{Pos: p.pos()}, ""
	if p.peek().isPunct("-") {
		p.i++
		sign = "-"
	}
	t := p.next()
	switch {
	case t.kind == tokInt && digits(t.text):
		c.Kind, c.Text = IntLiteral, t.text
		if n, err := strconv.ParseInt(t.text, 10, 32); err != nil {
			c.Kind = NumberLiteral
		} else if t.text[0] == '0' {
			c.Text = strconv.FormatInt(n, 10)
		}
		c.Text = sign + c.Text
	case t.kind == tokNumber && digits(strings.Replace(t.text, ".", "", 1)):
		c.Kind, c.Text = NumberLiteral, sign+t.text
	case sign != "":
		return c, false
	case t.kind == tokString && !t.badEscape && (p.src[t.start] == '\'' || p.src[t.start]|0x20 == 'e'):
		c.Kind, c.Text = StringLiteral, t.text
	case t.is("null"):
		c.Kind = NullLiteral
	case t.is("true"), t.is("false"):
		c.Kind, c.Text = BoolLiteral, t.text[:1]
	case t.is("default"):
		c.Default = true
	default:
		return c, false
	}
	return c, true
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
