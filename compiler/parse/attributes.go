package parse

import (
	"slices"
	"strings"
)

// attributes are the n names of the path that begins at a place, each as it is written where the options say that names
// of attributes keep their case so. nil: they do not, or the names stand elsewhere.
func (c *converter) attributes(at Pos, n int) []string {
	if !c.opts.AttributeCase && !c.opts.QuotedCase {
		return nil
	}
	i, ok := slices.BinarySearchFunc(c.toks, at, func(t token, at Pos) int { return t.start - int(at) })
	if !ok {
		return nil
	}
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
			out = append(out, c.attribute(t))
		}
	}
	return out[:len(out):len(out)]
}

func (c *converter) attribute(t token) string {
	raw := c.src[t.start:t.end]
	switch {
	case t.kind == tokIdent && c.opts.AttributeCase && len(raw) == len(t.text):
		return raw
	case t.kind == tokQuoted && c.opts.QuotedCase && raw[0] == '"':
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
