package parse

import "slipher/catalog/sqlerr"

// CreateView is CREATE [OR REPLACE] [TEMP] VIEW v [(names)] AS query [WITH NO SCHEMA BINDING].
type CreateView struct {
	View    QName
	Temp    bool
	Replace bool
	Names   []Name // of the columns, as many as are given
	Query   *Query
	Text    string // the query's
	Late    bool   // WITH NO SCHEMA BINDING
}

// DropView is DROP VIEW.
type DropView struct {
	Views    []QName
	IfExists bool
	Cascade  bool
}

// Tag is CREATE VIEW's completion tag.
func (*CreateView) Tag() string { return "CREATE VIEW" }

// Tag is DROP VIEW's completion tag.
func (*DropView) Tag() string { return "DROP VIEW" }

// createView reads what follows CREATE VIEW.
func (p *parser) createView(replace, temp bool) (Body, error) {
	s := &CreateView{Replace: replace, Temp: temp}
	var err error
	if s.View, err = p.qname(); err != nil {
		return nil, err
	}
	if p.peek().isPunct("(") {
		if s.Names, err = p.names(); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.is("with") {
		return nil, p.unsupported(t, "options of a view")
	}
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	toks := p.rest()
	if n := len(toks) - 4; n > 0 && toks[n].is("with") && toks[n+1].is("no") && toks[n+2].is("schema") &&
		toks[n+3].is("binding") {
		s.Late, toks = true, toks[:n]
	} else if n := len(toks) - 2; n > 0 && toks[n].is("check") && toks[n+1].is("option") {
		return nil, p.unsupported(toks[n], "WITH CHECK OPTION")
	}
	for _, t := range toks {
		if t.kind == tokParam {
			return nil, p.stmt.ErrorAt(Pos(t.start), sqlerr.UndefinedParameter, "there is no parameter $%s", t.text)
		}
	}
	if s.Query, err = p.queryOf(toks); err != nil {
		return nil, err
	}
	s.Text = p.src[toks[0].start:toks[len(toks)-1].end]
	return s, nil
}

// queryOf reads the query of a definition.
func (p *parser) queryOf(toks []token) (*Query, error) {
	if len(toks) == 0 {
		return nil, p.unexpected()
	}
	switch t := toks[0]; {
	case t.is("select"), t.is("with"), t.is("values"), t.is("table"), t.isPunct("("):
	default:
		p.i -= len(toks)
		return nil, p.unexpected()
	}
	node, m, err := pgParse(p.src, toks)
	if err != nil {
		return nil, err
	}
	c := &converter{src: p.src, m: m, toks: toks}
	sel := node.GetSelectStmt()
	if sel == nil {
		return nil, c.refuse(Pos(toks[0].start), "a data-modifying WITH")
	}
	return c.query(sel, Pos(toks[0].start))
}

// dropView reads what follows DROP VIEW.
func (p *parser) dropView() (Body, error) {
	s := &DropView{IfExists: p.accept("if", "exists")}
	var err error
	if s.Views, err = p.qnames(); err != nil {
		return nil, err
	}
	s.Cascade = p.acceptAny("cascade", "restrict") == "cascade"
	return s, nil
}
