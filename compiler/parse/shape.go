package parse

import (
	"slices"
	"strconv"
	"strings"
)

// Shape is the text of a query, or of a statement that changes a table, without its literals: those of one shape differ
// in nothing but numbers and strings.
type Shape struct {
	// Key is the text's tokens, each literal as what kind of token it is.
	Key string
	// Literals are those left out, as they stand in the text.
	Literals []Literal
}

// What has a shape: dashboards' and applications' queries, no loads of constants.
const (
	maxShapeBytes    = 64 << 10
	maxShapeTokens   = 4096
	maxShapeLiterals = 256
)

// Outline reads a text that is one statement with a shape as far as that: a Statement without a Body. nil: the text is
// something else, wrong, or too long; Parse says what. So it is for INSERT of VALUES, whose tree is its values.
func Outline(src string, o Options) *Statement {
	if len(src) > maxShapeBytes || !startsShaped(src) || checkBytes(src) != nil {
		return nil
	}
	toks, err := lexAll(src, o)
	if err != nil {
		return nil
	}
	parts := splitTokens(toks)
	if len(parts) != 1 {
		return nil
	}
	toks = parts[0]
	s := &Statement{Source: src, opts: o, Start: toks[0].start, End: toks[len(toks)-1].end}
	if toks[0].is("insert") && !slices.ContainsFunc(toks, func(t token) bool { return t.is("select") }) {
		return nil
	}
	if s.shape = shapeOf(src, toks, o); s.shape == nil {
		return nil
	}
	return s
}

// shaped are the first words of what has a shape.
var shaped = []string{"select", "with", "insert", "update", "delete"}

// startsShaped keeps other texts from being lexed twice.
func startsShaped(src string) bool {
	src = strings.TrimLeft(src, " \t\r\n(")
	return slices.ContainsFunc(shaped, func(word string) bool {
		return len(src) > len(word) && strings.EqualFold(src[:len(word)], word)
	})
}

// Shape is that of a statement, nil if it has none.
func (s *Statement) Shape() *Shape { return s.shape }

// Of makes a statement whose tree is t's, of the same shape: its literals are t's in the tree. Parsed is it with a tree
// of its own.
func (s *Statement) Of(t *Statement) *Statement {
	own := *s
	own.Body, own.Params, own.secrets, own.borrowed = t.Body, t.Params, nil, true
	return &own
}

// Parsed is the statement with a tree of its own.
func (s *Statement) Parsed() (*Statement, error) {
	if !s.borrowed {
		return s, nil
	}
	return ParseOne(s.Source, s.opts)
}

// shapeOf is the shape of a statement's tokens, nil if it has none.
func shapeOf(src string, toks []token, o Options) *Shape {
	first := toks[0]
	if len(src) > maxShapeBytes || len(toks) > maxShapeTokens ||
		!first.isPunct("(") && !slices.ContainsFunc(shaped, first.is) {
		return nil
	}
	s := &Shape{}
	var key strings.Builder
	key.Grow(len(src))
	if o.StandardStrings {
		key.WriteByte('s')
	}
	for _, t := range toks {
		raw := src[t.start:t.end]
		key.WriteByte(' ')
		if t.text == setConfig && t.kind != tokString { // whether its value is a secret is for its own literals to say
			return nil
		}
		switch t.kind {
		case tokBits:
			return nil
		case tokString:
			if t.badEscape || strings.IndexByte(raw, '\\') >= 0 {
				return nil
			}
			if raw[0] == 'n' || raw[0] == 'N' { // another type
				key.WriteByte('n')
			}
			key.WriteByte('\'')
			s.Literals = append(s.Literals, Literal{Pos: Pos(t.start), Kind: StringLiteral, Text: t.text})
		case tokInt:
			if raw[0] == '0' && len(raw) > 1 || strings.IndexByte(raw, '_') >= 0 { // not how the parser hands it on
				key.WriteString(raw)
				continue
			}
			key.WriteByte('0')
			l := Literal{Pos: Pos(t.start), Kind: NumberLiteral, Text: raw}
			if _, err := strconv.ParseInt(raw, 10, 32); err == nil {
				l.Kind = IntLiteral
			}
			s.Literals = append(s.Literals, l)
		case tokNumber:
			if strings.IndexByte(raw, '_') >= 0 {
				key.WriteString(raw)
				continue
			}
			key.WriteString("0.")
			s.Literals = append(s.Literals, Literal{Pos: Pos(t.start), Kind: NumberLiteral, Text: raw})
		case tokIdent:
			key.WriteString(o.attribute(src, t))
		case tokQuoted:
			key.WriteString(quoted(o.attribute(src, t)))
		case tokParam:
			key.WriteByte('$')
			key.WriteString(t.text)
		default:
			key.WriteString(t.text)
		}
	}
	if len(s.Literals) > maxShapeLiterals {
		return nil
	}
	s.Key = key.String()
	return s
}
