package parse

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
)

// Options are the session settings that change how text is read.
type Options struct {
	// StandardStrings: a '\' in a plain '…' constant is a character like any other
	// (PostgreSQL's standard_conforming_strings). By default it escapes, as in Redshift.
	StandardStrings bool
	// AttributeCase: names of attributes of SUPERs keep their case (enable_case_sensitive_super_attribute), QuotedCase:
	// those in quotes do (enable_case_sensitive_identifier). By default they are lower case, as all names are.
	AttributeCase, QuotedCase bool
}

// Parse reads all statements of src. Empty ones are left out, so that the
// result may be empty. A syntax error anywhere fails the whole text.
//
// An error does not quote what may be a secret.
func Parse(src string, o Options) ([]*Statement, error) {
	out, err := parseAll(src, o)
	if err != nil {
		return nil, veil(src, o, err)
	}
	return out, nil
}

func parseAll(src string, o Options) ([]*Statement, error) {
	toks, err := scan(src, o)
	if err != nil {
		return nil, err
	}
	var out []*Statement
	for _, part := range splitTokens(toks) {
		s, err := parseStatement(src, part, o)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// ParseOne reads a text that holds at most one statement; nil if it holds none.
// The extended protocol's Parse message wants this.
func ParseOne(src string, o Options) (*Statement, error) {
	ss, err := Parse(src, o)
	if err != nil || len(ss) == 0 {
		return nil, err
	}
	if len(ss) > 1 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	return ss[0], nil
}

// ParseExpr reads a single scalar expression: a column's DEFAULT.
func ParseExpr(src string, o Options) (Expr, error) {
	toks, err := scan(src, o)
	if err != nil {
		return nil, err
	}
	for _, t := range toks {
		if t.badEscape {
			return nil, escapeError(src, t, o)
		}
	}
	return parseExprTokens(src, toks[:len(toks)-1], o)
}

// Span is a statement's place in a text, in bytes.
type Span struct{ Start, End int }

// SplitStatements finds the statements of src without parsing them.
func SplitStatements(src string, o Options) ([]Span, error) {
	toks, err := lexAll(src, o)
	if err != nil {
		return nil, err
	}
	var out []Span
	for _, part := range splitTokens(toks) {
		out = append(out, Span{part[0].start, part[len(part)-1].end})
	}
	return out, nil
}

// scan lexes src and refuses what must not reach the C parser.
func scan(src string, o Options) ([]token, error) {
	if len(src) > maxTextBytes {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded,
			"Statement is too large. Statement Size: %d bytes. Maximum Allowed: %d bytes", len(src), maxTextBytes)
	}
	if err := checkBytes(src); err != nil {
		return nil, err
	}
	toks, err := lexAll(src, o)
	if err != nil {
		return nil, err
	}
	return toks, checkDepth(src, toks)
}

// checkBytes refuses what is no text: NUL, which would end the C parser's
// input, and bytes that are not UTF-8, which its answer cannot carry.
func checkBytes(src string) error {
	at := strings.IndexByte(src, 0)
	if at < 0 && utf8.ValidString(src) {
		return nil
	}
	if at < 0 {
		for i, r := range src {
			if _, n := utf8.DecodeRuneInString(src[i:]); r == utf8.RuneError && n == 1 {
				at = i
				break
			}
		}
	}
	return sqlerr.New(sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\": 0x%02x",
		src[at]).At(charPosition(src, at))
}

// splitTokens cuts at semicolons outside parentheses; empty parts are dropped.
func splitTokens(toks []token) [][]token {
	var out [][]token
	depth, from := 0, 0
	for i, t := range toks {
		switch {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			depth--
		case t.kind == tokEOF || t.isPunct(";") && depth <= 0:
			if i > from {
				out = append(out, toks[from:i:i])
			}
			from, depth = i+1, 0
		}
	}
	return out
}

// parseStatement reads one statement from its tokens (no semicolon, no EOF).
func parseStatement(src string, toks []token, o Options) (*Statement, error) {
	s := &Statement{Source: src, opts: o, Start: toks[0].start, End: toks[len(toks)-1].end}
	for _, t := range toks {
		if t.badEscape && !rawOptions[toks[0].text] {
			return nil, escapeError(src, t, o)
		}
		if t.kind != tokParam {
			continue
		}
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 1 || n > maxParams {
			return nil, s.ErrorAt(Pos(t.start), sqlerr.UndefinedParameter, "there is no parameter $%s", t.text)
		}
		s.Params = max(s.Params, n)
	}
	p := &parser{src: src, toks: toks, opts: o, stmt: s, end: s.End}
	body, err := p.statement()
	if err != nil {
		return nil, err
	}
	s.Body = body
	switch body.(type) {
	case *Select, *Insert, *Update, *Delete:
		s.shape = shapeOf(src, toks, o)
	}
	return s, nil
}

// maxParams is the most parameters the protocol's Bind message can carry.
const maxParams = 65535
