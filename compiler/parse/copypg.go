package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// parenthesised reads PostgreSQL's (FORMAT csv, HEADER true, …).
func (o *copyOptions) parenthesised() error {
	if err := o.expectPunct("("); err != nil {
		return err
	}
	o.c.Postgres = true
	for {
		at := o.next()
		if at.kind != tokIdent {
			o.i--
			return o.unexpected()
		}
		if err := o.postgresOption(at); err != nil {
			return err
		}
		if o.acceptPunct(",") {
			continue
		}
		return o.expectPunct(")")
	}
}

func (o *copyOptions) postgresOption(at token) error {
	switch at.text {
	case "format":
		return o.formatName(o.next())
	case "header":
		switch t := o.peek(); {
		case t.is("match"):
			return o.unsupported(t, "COPY option HEADER MATCH")
		case t.kind == tokPunct:
			o.c.IgnoreHeader = 1
		default:
			o.next()
			if t.is("true") || t.is("on") || t.text == "1" {
				o.c.IgnoreHeader = 1
			}
		}
		return nil
	case "delimiter":
		return o.delimiterWord()
	case "null":
		return o.null()
	case "quote":
		return o.quote()
	case "escape":
		s, pos, err := o.asString()
		if err == nil {
			o.c.Escape, err = o.oneByte("escape", s, pos)
		}
		return err
	case "encoding":
		return o.encoding()
	case "freeze", "force_quote", "force_not_null", "force_null", "default":
		return o.unsupported(at, "COPY option %s", strings.ToUpper(at.text))
	}
	if w, ok := copyWords()[at.text]; ok && w.redshift {
		return w.set(o)
	}
	return sqlerr.New(sqlerr.SyntaxError, "option \"%s\" not recognized", at.text).At(charPosition(o.src, at.start))
}
