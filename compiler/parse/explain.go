package parse

import (
	"strings"
)

// explain reads EXPLAIN [VERBOSE] q, EXPLAIN (RULES) q and EXPLAIN (COMPILE 'ir,asm', …) q.
func (p *parser) explain() (Body, error) {
	p.next()
	s := &Explain{}
	if p.peek().isPunct("(") && !p.peekAt(1).is("select") && !p.peekAt(1).is("with") && !p.peekAt(1).isPunct("(") {
		p.next()
		if err := p.explainOptions(s); err != nil {
			return nil, err
		}
	} else {
		if p.peek().is("analyze") || p.peek().is("analyse") {
			return nil, p.unsupported(p.peek(), "EXPLAIN ANALYZE")
		}
		s.Verbose = p.accept("verbose")
	}
	var err error
	at := p.peek()
	if s.Inner, err = p.inner("select", "with", "values", "insert", "update", "delete", "create"); err != nil {
		return nil, err
	}
	if _, as := s.Inner.Body.(*CreateTableAs); at.is("create") && !as {
		return nil, p.unsupported(at, "EXPLAIN %s", s.Inner.Body.Tag())
	}
	return s, nil
}

// explainWords is what EXPLAIN (COMPILE) prints if it is not told.
const explainWords = "plan,segments,sizes"

// explainOptions reads what follows EXPLAIN (.
func (p *parser) explainOptions(s *Explain) error {
	for {
		at := p.peek()
		n := at.text
		if at.kind != tokIdent {
			return p.unexpected()
		}
		p.next()
		value := ""
		if t := p.peek(); !t.isPunct(",") && !t.isPunct(")") {
			if t.kind == tokPunct || t.kind == tokOp || t.kind == tokEOF {
				return p.unexpected()
			}
			value = p.next().text
		}
		on := value == "" || value == "true" || value == "on" || value == "1"
		switch n {
		case "verbose":
			s.Verbose = on
		case "costs":
		case "compile":
			if value == "" {
				value = explainWords
			}
			if s.Compile == nil {
				s.Compile = []string{}
			}
			for _, w := range strings.Split(value, ",") {
				if w = strings.TrimSpace(w); w != "" {
					s.Compile = append(s.Compile, strings.ToLower(w))
				}
			}
		case "rules": // short for COMPILE 'rules'
			if on {
				s.Compile = append(s.Compile, "rules")
			}
		case "tier", "target", "slices":
			if s.Options == nil {
				s.Options = map[string]string{}
			}
			s.Options[n] = value
		default:
			return p.unsupported(at, "EXPLAIN option %s", strings.ToUpper(n))
		}
		if p.acceptPunct(")") {
			return nil
		}
		if err := p.expectPunct(","); err != nil {
			return err
		}
	}
}
