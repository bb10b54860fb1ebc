package parse

// prepare reads PREPARE name [(types)] AS statement.
func (p *parser) prepare() (Body, error) {
	p.next()
	n, err := p.ident()
	if err != nil {
		return nil, err
	}
	s := &Prepare{Name: n.Name, Pos: n.Pos}
	if p.acceptPunct("(") {
		for {
			ty, err := p.typeName(true)
			if err != nil {
				return nil, err
			}
			s.Types = append(s.Types, ty)
			if !p.acceptPunct(",") {
				break
			}
		}
		if err := p.expectPunct(")"); err != nil {
			return nil, err
		}
	}
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	s.Inner, err = p.inner("select", "with", "values", "insert", "update", "delete")
	return s, err
}

// inner reads the remaining tokens as a statement that starts with one of words.
func (p *parser) inner(words ...string) (*Statement, error) {
	t := p.peek()
	for _, w := range words {
		if t.is(w) || t.isPunct("(") {
			s, err := parseStatement(p.src, p.rest(), p.opts)
			if err == nil {
				p.stmt.secrets = append(p.stmt.secrets, s.secrets...)
			}
			return s, err
		}
	}
	if n, ok := refused[t.text]; ok && t.kind == tokIdent {
		return nil, p.refuse(n)
	}
	return nil, p.unexpected()
}

func (p *parser) execute() (Body, error) {
	p.next()
	n, err := p.ident()
	if err != nil {
		return nil, err
	}
	s := &Execute{Name: n.Name, Pos: n.Pos}
	if !p.acceptPunct("(") {
		return s, nil
	}
	for _, part := range p.arguments() {
		if len(part) == 0 {
			return nil, p.unexpected()
		}
		e, err := parseExprTokens(p.src, part, p.opts)
		if err != nil {
			return nil, err
		}
		s.Args = append(s.Args, e)
	}
	return s, p.expectPunct(")")
}

// arguments cuts the tokens up to the closing parenthesis at top-level commas.
func (p *parser) arguments() [][]token {
	var out [][]token
	depth, from := 0, p.i
	for p.i < len(p.toks) {
		t := p.toks[p.i]
		switch {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			if depth == 0 {
				return append(out, p.toks[from:p.i:p.i])
			}
			depth--
		case t.isPunct(",") && depth == 0:
			out = append(out, p.toks[from:p.i:p.i])
			from = p.i + 1
		}
		p.i++
	}
	return append(out, p.toks[from:p.i:p.i])
}

func (p *parser) deallocate() (Body, error) {
	p.next()
	p.accept("prepare")
	if p.accept("all") {
		return &Deallocate{}, nil
	}
	n, err := p.ident()
	return &Deallocate{Name: n.Name}, err
}
