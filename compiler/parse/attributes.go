package parse

import (
	"slices"
	"strings"
)

// attributes are the n names of the path that begins at a place, each as it is written where the options say that names
// of attributes keep their case so. nil: they do not, or the names stand elsewhere.
func (c *converter) attributes(at Pos, n int) []string {
	i, ok := c.tokenAt(at)
	if !ok || !c.opts.keepsCase() {
		return nil
	}
	return c.attributesFrom(i, n)
}

// steps are attributes of the path behind e: a parameter, a name, or what is in parentheses.
func (c *converter) steps(e Expr, n int) []string {
	i, ok := c.tokenAt(e.At())
	if !ok || !c.opts.keepsCase() {
		return nil
	}
	switch x := e.(type) {
	case *ParamRef:
		i++
	case *ColumnRef:
		i += 2*len(x.Parts) - 1
	default:
		i = c.closing(i)
	}
	for i < len(c.toks) && c.toks[i].isPunct(")") {
		i++
	}
	return c.attributesFrom(i, n)
}

// closing is the parenthesis that closes those around a token, or, if it opens some, those.
func (c *converter) closing(i int) int {
	depth, end := 0, -1
	if c.toks[i].isPunct("(") {
		end = 0
	}
	for ; i < len(c.toks); i++ {
		switch t := c.toks[i]; {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			if depth--; depth == end {
				return i
			}
		}
	}
	return i
}

func (c *converter) tokenAt(at Pos) (i int, ok bool) {
	return slices.BinarySearchFunc(c.toks, at, func(t token, at Pos) int { return t.start - int(at) })
}

// attributesFrom are the n names of the path that begins at a token.
func (c *converter) attributesFrom(i, n int) []string {
	var out []string
	for depth := 0; len(out) < n && i < len(c.toks); i++ {
		switch t := c.toks[i]; {
		case t.isPunct("["):
			depth++
		case t.isPunct("]"):
			depth--
		case depth > 0 || t.isPunct("."):
		case !t.isName():
			return nil
		default:
			out = append(out, c.opts.attribute(c.src, t))
		}
	}
	if len(out) < n {
		return nil
	}
	return out
}

// keepsCase reports whether there are names of attributes that keep their case.
func (o Options) keepsCase() bool { return o.AttributeCase || o.QuotedCase }

// attribute is a name in src as an attribute's.
func (o Options) attribute(src string, t token) string {
	raw := src[t.start:t.end]
	switch {
	case t.kind == tokIdent && o.AttributeCase && len(raw) == len(t.text):
		return raw
	case t.kind == tokQuoted && o.QuotedCase && raw[0] == '"':
		return strings.ReplaceAll(raw[1:len(raw)-1], `""`, `"`)
	}
	return t.text
}

// otherwise is written, if those names are others than parts.
func otherwise(parts, written []string) []string {
	if len(written) != len(parts) || slices.Equal(parts, written) {
		return nil
	}
	return written
}
