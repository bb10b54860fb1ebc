package parse

import (
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
)

// explain reads EXPLAIN [ANALYZE] [VERBOSE] q and EXPLAIN (option [value], …) q. q may be EXECUTE.
func (p *parser) explain() (Body, error) {
	p.next()
	s := &Explain{}
	if p.peek().isPunct("(") && !p.peekAt(1).isPunct("(") && !slices.ContainsFunc([]string{"select", "with", "values"},
		p.peekAt(1).is) {
		p.next()
		if err := p.explainOptions(s); err != nil {
			return nil, err
		}
	} else {
		s.Analyze = p.accept("analyze") || p.accept("analyse")
		s.Verbose = p.accept("verbose")
	}
	if p.peek().is("execute") {
		e, err := p.execute()
		if err != nil {
			return nil, err
		}
		return &ExplainExecute{s, e.(*Execute)}, nil
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

// Of is EXPLAIN, with the options of s, of a statement that is prepared. It is read anew: what is kept of it may be for
// quick execution, or another one's tree of the same shape.
func (s *Explain) Of(st *Statement) (*Statement, error) {
	out, err := ParseOne("explain "+st.Text(), st.opts)
	if err != nil {
		return nil, sqlerr.Unsupported("EXPLAIN EXECUTE of %s", st.Body.Tag())
	}
	b := *s
	b.Inner = out.Body.(*Explain).Inner
	out.Body = &b
	return out, nil
}

// explainWords is what EXPLAIN (COMPILE) prints if it is not told.
const explainWords = "plan,segments,sizes"

// explainOption is what is known of an option of EXPLAIN: one of its functions takes the value.
type explainOption struct {
	flag  func(s *Explain, on bool)
	value func(p *parser, s *Explain, at token, v string) error
}

var explainOptions = map[string]explainOption{
	"analyze":  {flag: func(s *Explain, on bool) { s.Analyze = on }},
	"analyse":  {flag: func(s *Explain, on bool) { s.Analyze = on }},
	"verbose":  {flag: func(s *Explain, on bool) { s.Verbose = on }},
	"costs":    {flag: func(s *Explain, on bool) { s.NoCosts = !on }},
	"timing":   {flag: func(s *Explain, on bool) { s.NoTiming = !on }},
	"summary":  {flag: func(s *Explain, on bool) { s.NoSummary = !on }},
	"segments": {flag: func(s *Explain, on bool) { s.Segments = on }},
	"format":   {value: explainFormat},
	"rules": {flag: func(s *Explain, on bool) { // short for COMPILE 'rules'
		if on {
			s.Compile = append(s.Compile, "rules")
		}
	}},
	"compile": {value: func(_ *parser, s *Explain, _ token, v string) error {
		if v == "" {
			v = explainWords
		}
		if s.Compile == nil {
			s.Compile = []string{}
		}
		for _, w := range strings.Split(v, ",") {
			if w = strings.TrimSpace(w); w != "" {
				s.Compile = append(s.Compile, strings.ToLower(w))
			}
		}
		return nil
	}},
	"tier": {value: explainWith("tier")}, "target": {value: explainWith("target")},
	"slices": {value: explainWith("slices")},
}

func explainWith(name string) func(*parser, *Explain, token, string) error {
	return func(_ *parser, s *Explain, _ token, v string) error {
		if s.Options == nil {
			s.Options = map[string]string{}
		}
		s.Options[name] = v
		return nil
	}
}

func explainFormat(p *parser, s *Explain, at token, v string) error {
	switch v = strings.ToLower(v); v {
	case "text", "json":
		s.JSON = v == "json"
		return nil
	case "xml", "yaml":
		return p.unsupported(at, "EXPLAIN (FORMAT %s)", strings.ToUpper(v))
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": \"%s\"", v).
		At(charPosition(p.src, at.start))
}

// explainOptions reads what follows EXPLAIN (.
func (p *parser) explainOptions(s *Explain) error {
	for {
		at := p.peek()
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
		o, known := explainOptions[at.text]
		switch {
		case !known:
			return p.unsupported(at, "EXPLAIN option %s", strings.ToUpper(at.text))
		case o.value != nil:
			if err := o.value(p, s, at, value); err != nil {
				return err
			}
		default:
			on, ok := explainFlags[strings.ToLower(value)]
			if !ok {
				return sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", at.text).At(charPosition(p.src, at.start))
			}
			o.flag(s, on)
		}
		if p.acceptPunct(")") {
			return p.explainTogether(s)
		}
		if err := p.expectPunct(","); err != nil {
			return err
		}
	}
}

var explainFlags = map[string]bool{"": true, "true": true, "on": true, "1": true,
	"false": false, "off": false, "0": false}

// explainTogether refuses options that do not go together.
func (p *parser) explainTogether(s *Explain) error {
	if s.Compile != nil && (s.Analyze || s.JSON || s.Segments) {
		return p.unsupported(p.peek(), "EXPLAIN (COMPILE) with ANALYZE, SEGMENTS or FORMAT JSON")
	}
	return nil
}
