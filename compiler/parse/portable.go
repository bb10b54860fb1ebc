package parse

import (
	"strings"
)

// What the catalog keeps as text, and what one process of the cluster tells another, must not depend on a session's
// settings: it is written so that all of them read it alike, and read by stored.

// stored reads the catalog's texts. What was kept when backslashes in plain constants were characters has them still;
// what is kept today has none outside of E'…'.
var stored = Options{StandardStrings: true}

// StoredExpr reads an expression that the catalog keeps: a column's DEFAULT.
func StoredExpr(src string) (Expr, error) { return ParseExpr(src, stored) }

// PortableExpr is an expression of the catalog as any session can read it.
func PortableExpr(src string) string { return Portable(src, stored) }

// Portable is a text in a form that every setting reads as o does. What cannot be read stays as it is.
func Portable(src string, o Options) string {
	if !strings.Contains(src, `\`) {
		return src
	}
	toks, err := lexAll(src, o)
	if err != nil || len(toks) < 2 {
		return src
	}
	return portable(src, toks[:len(toks)-1])
}

// portable is the text of toks, which stands in src, in a form that every setting reads alike: plain constants
// with backslashes become E'…'.
func portable(src string, toks []token) string {
	var out strings.Builder
	at := toks[0].start
	for _, t := range toks {
		plain := t.kind == tokString && (src[t.start] == '\'' || src[t.start]|0x20 == 'n')
		if !plain || !strings.Contains(src[t.start:t.end], `\`) {
			continue
		}
		out.WriteString(src[at:t.start])
		if src[t.start] != '\'' {
			out.WriteString("NCHAR ")
		}
		if t.plainBackslash {
			out.WriteString("E" + src[strings.IndexByte(src[t.start:], '\'')+t.start:t.end])
		} else {
			out.WriteString(QuoteLiteral(t.text))
		}
		at = t.end
	}
	out.WriteString(src[at:toks[len(toks)-1].end])
	return out.String()
}

// QuoteLiteral is a string constant of this value that every setting reads alike.
func QuoteLiteral(value string) string {
	quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	if strings.Contains(value, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
