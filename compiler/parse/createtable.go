package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// createTable reads everything behind CREATE TABLE.
func (p *parser) createTable(temp bool) (Body, error) {
	s := &CreateTable{Temp: temp, IfNotExists: p.accept("if", "not", "exists")}
	var err error
	if s.Table, err = p.qname(); err != nil {
		return nil, err
	}
	s.Temp = s.Temp || strings.HasPrefix(s.Table.Name, "#")
	if p.createsAs() {
		return p.createTableAs(s)
	}
	if err := p.expectPunct("("); err != nil {
		return nil, err
	}
	for {
		if err := p.tableElement(s); err != nil {
			return nil, err
		}
		if p.acceptPunct(",") {
			continue
		}
		if err := p.expectPunct(")"); err != nil {
			return nil, err
		}
		break
	}
	for p.i < len(p.toks) {
		if err := p.tableAttribute(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// tableElement reads a column, a table constraint or LIKE.
func (p *parser) tableElement(s *CreateTable) error {
	t := p.peek()
	switch {
	case p.accept("like"):
		q, err := p.qname()
		if err != nil {
			return err
		}
		l := LikeClause{Table: q, Before: len(s.Columns)}
		for {
			if p.accept("including", "defaults") {
				l.Defaults = true
			} else if !p.accept("excluding", "defaults") {
				break
			}
		}
		s.Like = append(s.Like, l)
		return nil
	case t.is("constraint") || t.is("primary") || t.is("unique") || t.is("foreign") || t.is("check") || t.is("exclude"):
		return p.tableConstraint(s)
	}
	c, err := p.columnDef()
	if err != nil {
		return err
	}
	s.Columns = append(s.Columns, c)
	return nil
}

func (p *parser) tableConstraint(s *CreateTable) error {
	c := TableConstraint{Pos: p.pos()}
	if p.accept("constraint") {
		n, err := p.ident()
		if err != nil {
			return err
		}
		c.Name = n.Name
	}
	at := p.peek()
	var err error
	switch {
	case p.accept("primary", "key"):
		c.Kind = "p"
	case p.accept("unique"):
		c.Kind = "u"
	case p.accept("foreign", "key"):
		c.Kind = "f"
	case at.is("check"), at.is("exclude"):
		return p.unsupported(at, "%s constraint", map[string]string{"check": "CHECK", "exclude": "EXCLUDE"}[at.text])
	default:
		return p.unexpected()
	}
	if c.Columns, err = p.names(); err != nil {
		return err
	}
	if c.Kind == "f" {
		if err := p.expect("references"); err != nil {
			return err
		}
		if c.Ref, err = p.reference(); err != nil {
			return err
		}
	}
	s.Constraints = append(s.Constraints, c)
	return nil
}

// reference reads table [(cols)] behind REFERENCES.
func (p *parser) reference() (*Reference, error) {
	q, err := p.qname()
	if err != nil {
		return nil, err
	}
	r := &Reference{Table: q}
	if p.peek().isPunct("(") {
		ns, err := p.names()
		if err != nil {
			return nil, err
		}
		for _, n := range ns {
			r.Columns = append(r.Columns, n.Name)
		}
	}
	return r, nil
}

// columnDef reads name type and the column's attributes in any order.
func (p *parser) columnDef() (ColumnDef, error) {
	n, err := p.ident()
	if err != nil {
		return ColumnDef{}, err
	}
	c := ColumnDef{Pos: n.Pos, Name: n.Name}
	if c.Type, err = p.typeName(false); err != nil {
		return c, err
	}
	for {
		if t := p.peek(); t.kind == tokEOF || t.isPunct(",") || t.isPunct(")") {
			return c, nil
		}
		if err := p.columnAttribute(&c); err != nil {
			return c, err
		}
	}
}

func (p *parser) columnAttribute(c *ColumnDef) error {
	at := p.peek()
	switch {
	case p.accept("not", "null"):
		c.NotNull = true
	case p.accept("null"):
		c.Null = true
	case p.accept("primary", "key"):
		c.PrimaryKey, c.NotNull = true, true
	case p.accept("unique"):
		c.Unique = true
	case p.accept("distkey"):
		c.DistKey = true
	case p.accept("sortkey"):
		c.SortKey = true
	case p.accept("default"):
		return p.columnDefault(c)
	case p.accept("identity"):
		return p.identity(c, false)
	case p.accept("generated"):
		byDefault := p.accept("by", "default")
		if !byDefault {
			if err := p.expect("always"); err != nil {
				return err
			}
		}
		if err := p.expect("as", "identity"); err != nil {
			return err
		}
		return p.identity(c, byDefault)
	case p.accept("encode"):
		t := p.next()
		if !encodings[t.text] {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unknown column encoding \"%s\"",
				t.text).At(charPosition(p.src, t.start))
		}
		c.Encoding = t.text
		if t.text == "auto" {
			c.Encoding = ""
		}
	case p.accept("collate"):
		var err error
		c.Collation, err = p.collation()
		return err
	case p.accept("references"):
		r, err := p.reference()
		c.References = r
		return err
	case p.accept("constraint"):
		_, err := p.ident()
		return err
	case at.is("check"):
		return p.unsupported(at, "CHECK constraint")
	default:
		return p.unexpected()
	}
	return nil
}

// collation reads a collation's name, which it gives in full.
func (p *parser) collation() (string, error) {
	at := p.next()
	fold, ok := types.CollationOf(strings.ToLower(at.text))
	if !ok {
		return "", sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" does not exist",
			at.text).At(charPosition(p.src, at.start))
	}
	return types.CollationName(fold), nil
}

// identity reads (seed, step).
func (p *parser) identity(c *ColumnDef, byDefault bool) error {
	id := &state.Identity{Seed: 1, Step: 1, ByDefault: byDefault}
	at := p.peek()
	if p.acceptPunct("(") {
		var err error
		if id.Seed, err = p.integer(); err != nil {
			return err
		}
		if err := p.expectPunct(","); err != nil {
			return err
		}
		if id.Step, err = p.integer(); err != nil {
			return err
		}
		if err := p.expectPunct(")"); err != nil {
			return err
		}
	}
	if id.Step == 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "identity step must not be zero").At(charPosition(p.src, at.start))
	}
	c.Identity, c.NotNull = id, true
	return nil
}

// columnAttributeWords end a DEFAULT expression at nesting level 0.
var columnAttributeWords = wordSet(`not null primary unique distkey sortkey identity generated encode collate references
	constraint check default`)

// columnDefault reads an expression up to the next attribute and checks that it parses.
func (p *parser) columnDefault(c *ColumnDef) error {
	from, depth := p.i, 0
	for p.i < len(p.toks) {
		t := p.peek()
		switch {
		case t.isPunct("("):
			depth++
		case t.isPunct(")"):
			depth--
		}
		if depth < 0 || depth == 0 && (t.isPunct(",") || t.kind == tokIdent && columnAttributeWords[t.text] &&
			!(t.text == "null" && p.i == from)) {
			break
		}
		p.i++
	}
	if p.i == from {
		return p.unexpected()
	}
	part := p.toks[from:p.i:p.i]
	e, err := parseExprTokens(p.src, part, p.opts)
	if err != nil {
		return err
	}
	c.DefaultExpr = e
	c.Default = portable(p.src, part)
	return nil
}

// tableAttribute reads one attribute behind the column list.
func (p *parser) tableAttribute(s *CreateTable) error {
	at := p.peek()
	switch {
	case p.accept("diststyle"):
		d, ok := distStyles[p.peek().text]
		if !ok {
			return p.unexpected()
		}
		p.next()
		s.DistStyle = &d
	case p.accept("distkey"):
		ns, err := p.names()
		if err != nil {
			return err
		}
		if len(ns) != 1 || s.DistKey != nil {
			return p.stmt.ErrorAt(Pos(at.start), sqlerr.InvalidTableDefinition,
				"cannot specify more than one column for DISTKEY")
		}
		s.DistKey = &ns[0]
	case p.accept("compound"):
		return p.sortKey(s, state.SortCompound)
	case p.accept("interleaved"):
		return p.sortKey(s, state.SortInterleaved)
	case at.is("sortkey"):
		return p.sortKey(s, state.SortCompound)
	case p.accept("encode"):
		if err := p.expect("auto"); err != nil {
			return err
		}
		s.EncodeAuto = true
	case p.accept("backup"):
		switch p.acceptAny("yes", "no") {
		case "no":
			s.BackupNo = true
		case "":
			return p.unexpected()
		}
	case p.accept("on", "commit"):
		if !p.accept("preserve", "rows") { // what they do anyhow
			return p.unsupported(at, "ON COMMIT %s", strings.ToUpper(p.peek().text))
		}
	case at.is("inherits"), at.is("partition"), at.is("partitioned"), at.is("tablespace"):
		return p.refuse(1)
	default:
		return p.unexpected()
	}
	return nil
}

// sortKey reads SORTKEY AUTO or SORTKEY (cols).
func (p *parser) sortKey(s *CreateTable, style state.SortStyle) error {
	at := p.peek()
	if err := p.expect("sortkey"); err != nil {
		return err
	}
	if s.SortStyle != nil {
		return p.stmt.ErrorAt(Pos(at.start), sqlerr.InvalidTableDefinition, "cannot specify more than one sort key")
	}
	if p.accept("auto") {
		style = state.SortAuto
	} else {
		var err error
		if s.SortKey, err = p.names(); err != nil {
			return err
		}
	}
	s.SortStyle = &style
	return nil
}
