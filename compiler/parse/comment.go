package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// Comment is COMMENT ON kind name IS 'text'.
type Comment struct {
	On     string // "table", "view", "column", "schema", "database"
	Name   QName  // of the relation, whose column it is; of a schema or a database the Name alone
	Column Name
	Text   string // "": NULL
}

// Tag is COMMENT's completion tag.
func (*Comment) Tag() string { return "COMMENT" }

// comment reads COMMENT ON.
func (p *parser) comment() (Body, error) {
	p.next()
	if err := p.expect("on"); err != nil {
		return nil, err
	}
	at := p.peek()
	s := &Comment{On: p.acceptAny("table", "view", "column", "schema", "database")}
	var err error
	switch s.On {
	case "":
		if n, ok := refusedObjects[at.text]; ok && at.kind == tokIdent {
			return nil, p.refuseObject("COMMENT ON", n)
		}
		if at.is("constraint") || at.is("function") || at.is("large") {
			return nil, p.unsupported(at, "COMMENT ON %s", strings.ToUpper(at.text))
		}
		return nil, p.unexpected()
	case "column":
		err = p.commentedColumn(s)
	case "table", "view":
		s.Name, err = p.qname()
	default:
		var n Name
		n, err = p.ident()
		s.Name = QName{Pos: n.Pos, Name: n.Name}
	}
	if err != nil {
		return nil, err
	}
	if err := p.expect("is"); err != nil {
		return nil, err
	}
	if !p.accept("null") {
		s.Text, err = p.str()
	}
	return s, err
}

// commentedColumn reads table.column, with as many names in front as a table's may have.
func (p *parser) commentedColumn(s *Comment) error {
	s.Name.Pos = p.pos()
	var of []string
	if name, ok := tempName(p.peek(), p.peekAt(1)); ok {
		p.i += 2
		of = append(of, name)
		if err := p.expectPunct("."); err != nil {
			return err
		}
	}
	for {
		n, err := p.ident()
		if err != nil {
			return err
		}
		if !p.acceptPunct(".") {
			s.Column = n
			break
		}
		of = append(of, n.Name)
	}
	switch n := len(of); n {
	case 0:
		return p.stmt.ErrorAt(s.Column.Pos, sqlerr.SyntaxError, "column name must be qualified")
	case 3:
		s.Name.Database = of[0]
		fallthrough
	case 2:
		s.Name.Schema = of[n-2]
		fallthrough
	case 1:
		s.Name.Name = of[n-1]
		return nil
	}
	return p.stmt.ErrorAt(s.Name.Pos, sqlerr.SyntaxError, "improper qualified name (too many dotted names): %s.%s",
		strings.Join(of, "."), s.Column.Name)
}
