package parse

import (
	"strings"

	"slipher/catalog/state"
)

// create reads CREATE DATABASE, SCHEMA, TABLE, VIEW, FUNCTION and refuses the rest by name.
func (p *parser) create() (Body, error) {
	first := p.next()
	at := p.peek()
	switch {
	case p.accept("database"):
		return p.createDatabase()
	case p.accept("schema"):
		return p.createSchema()
	case p.accept("table"):
		return p.createTable(false)
	case p.accept("temp", "table"), p.accept("temporary", "table"), p.accept("local", "temp", "table"),
		p.accept("local", "temporary", "table"):
		return p.createTable(true)
	case p.accept("view"):
		return p.createView(false, false)
	case p.accept("function"):
		return p.createFunction(false)
	case p.accept("or", "replace"):
		temp := p.accept("temp") || p.accept("temporary") || p.accept("local", "temp") || p.accept("local", "temporary")
		if p.accept("view") {
			return p.createView(true, temp)
		}
		if p.accept("function") {
			return p.createFunction(true)
		}
		if n, ok := refusedObjects[p.peek().text]; ok {
			return nil, p.refuseObject("CREATE OR REPLACE", n)
		}
		return nil, p.unexpected()
	case p.accept("temp", "view"), p.accept("temporary", "view"), p.accept("local", "temp", "view"),
		p.accept("local", "temporary", "view"):
		return p.createView(false, true)
	case at.is("temp"), at.is("temporary"):
		if next := p.peekAt(1); next.is("recursive") {
			return nil, p.unsupported(next, "CREATE RECURSIVE VIEW")
		}
		p.next()
		return nil, p.unexpected()
	case at.is("unlogged"), at.is("global"):
		return nil, p.unsupported(at, "CREATE %s TABLE", strings.ToUpper(at.text))
	}
	if n, ok := refusedObjects[at.text]; ok && at.kind == tokIdent {
		return nil, p.refuseObject(strings.ToUpper(first.text), n)
	}
	return nil, p.unexpected()
}

// refuseObject names "CREATE X Y" as unsupported; p stands at X.
func (p *parser) refuseObject(verb string, n int) error {
	var words []string
	for k := 0; k < n && p.peekAt(k).kind == tokIdent; k++ {
		words = append(words, strings.ToUpper(p.peekAt(k).text))
	}
	return p.unsupported(p.peek(), "%s %s", verb, strings.Join(words, " "))
}

// drop reads DROP DATABASE, SCHEMA, TABLE, VIEW, FUNCTION.
func (p *parser) drop() (Body, error) {
	p.next()
	at := p.peek()
	switch {
	case p.accept("database"):
		n, err := p.ident()
		p.accept("force")
		return &DropDatabase{Name: n.Name, Pos: n.Pos}, err
	case p.accept("schema"):
		s := &DropSchema{IfExists: p.accept("if", "exists")}
		var err error
		if s.Names, err = p.qnames(); err != nil {
			return nil, err
		}
		s.Cascade = p.acceptAny("cascade", "restrict") == "cascade"
		return s, nil
	case p.accept("table"):
		s := &DropTable{IfExists: p.accept("if", "exists")}
		var err error
		if s.Tables, err = p.qnames(); err != nil {
			return nil, err
		}
		s.Cascade = p.acceptAny("cascade", "restrict") == "cascade"
		return s, nil
	case p.accept("view"):
		return p.dropView()
	case p.accept("function"):
		return p.dropFunction()
	}
	if n, ok := refusedObjects[at.text]; ok && at.kind == tokIdent {
		return nil, p.refuseObject("DROP", n)
	}
	return nil, p.unexpected()
}

// createDatabase reads name and [WITH] option [=] value ….
func (p *parser) createDatabase() (Body, error) {
	n, err := p.ident()
	if err != nil {
		return nil, err
	}
	s := &CreateDatabase{Name: n.Name, Pos: n.Pos, Options: map[string]string{}}
	if p.peek().is("from") {
		return nil, p.unsupported(p.peek(), "CREATE DATABASE FROM")
	}
	p.accept("with")
	for p.i < len(p.toks) {
		key := p.acceptAny("owner", "encoding", "collate", "template", "isolation", "connection")
		switch key {
		case "":
			return nil, p.unexpected()
		case "connection":
			if err := p.expect("limit"); err != nil {
				return nil, err
			}
		case "isolation":
			if err := p.expect("level"); err != nil {
				return nil, err
			}
		}
		p.acceptPunct("=")
		t := p.next()
		switch t.kind {
		case tokIdent, tokQuoted, tokString, tokInt:
			s.Options[key] = t.text
		default:
			p.i--
			return nil, p.unexpected()
		}
	}
	return s, nil
}

// alterDatabase reads name COLLATE collation; all else that changes is refused by name.
func (p *parser) alterDatabase() (Body, error) {
	n, err := p.ident()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); !p.accept("collate") {
		if t.kind == tokIdent {
			return nil, p.unsupported(t, "ALTER DATABASE … %s", strings.ToUpper(t.text))
		}
		return nil, p.unexpected()
	}
	s := &AlterDatabase{Name: n.Name, Pos: n.Pos}
	s.Collation, err = p.collation()
	return s, err
}

func (p *parser) createSchema() (Body, error) {
	s := &CreateSchema{IfNotExists: p.accept("if", "not", "exists"), Pos: p.pos()}
	if !p.peek().is("authorization") {
		n, err := p.ident()
		if err != nil {
			return nil, err
		}
		s.Name = n.Name
	}
	if p.accept("authorization") {
		n, err := p.ident()
		if err != nil {
			return nil, err
		}
		s.Authorization = n.Name
		if s.Name == "" {
			s.Name = n.Name
		}
	}
	if p.accept("quota") {
		if p.accept("unlimited") {
			return s, nil
		}
		n, err := p.integer()
		if err != nil {
			return nil, err
		}
		unit := map[string]int64{"": 1, "mb": 1, "gb": 1 << 10, "tb": 1 << 20}
		s.QuotaMB = n * unit[p.acceptAny("mb", "gb", "tb")]
	}
	if t := p.peek(); t.kind != tokEOF {
		if t.is("create") || t.is("grant") {
			return nil, p.unsupported(t, "schema element")
		}
	}
	return s, nil
}

// distStyles are the words behind DISTSTYLE.
var distStyles = map[string]state.DistStyle{
	"even": state.DistEven, "key": state.DistKey, "all": state.DistAll, "auto": state.DistAuto,
}

// encodings are the words behind ENCODE.
var encodings = wordSet(`auto raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd none`)
