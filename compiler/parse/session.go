package parse

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// settingName reads a setting's name: one or more dotted identifiers.
func (p *parser) settingName() (string, error) {
	n, err := p.ident()
	if err != nil {
		return "", err
	}
	name := n.Name
	for p.acceptPunct(".") {
		if n, err = p.ident(); err != nil {
			return "", err
		}
		name += "." + n.Name
	}
	return name, nil
}

// set reads SET in all its forms. Special forms become settings:
// TIME ZONE → timezone, NAMES → client_encoding, TRANSACTION ISOLATION LEVEL →
// transaction_isolation.
func (p *parser) set() (Body, error) {
	p.next()
	if p.accept("session", "characteristics", "as", "transaction") {
		return p.setTransaction("default_transaction_")
	}
	if p.peek().is("transaction") && !p.peekAt(1).isPunct("=") && !p.peekAt(1).is("to") {
		p.next()
		return p.setTransaction("transaction_")
	}
	s := &Set{}
	if !p.peekAt(1).isPunct("=") && !p.peekAt(1).is("to") && !p.peekAt(1).isPunct(".") {
		switch p.acceptAny("session", "local") {
		case "local":
			s.Local = true
		case "session":
			if p.peek().is("authorization") {
				return nil, p.unsupported(p.peek(), "SET SESSION AUTHORIZATION")
			}
		}
	}
	switch {
	case p.accept("time", "zone"):
		s.Name = "timezone"
		if p.accept("local") {
			return s, nil
		}
		if p.accept("interval") {
			return s, p.zoneInterval(s)
		}
		return s, p.settingValue(s)
	case p.peek().is("names") && !p.peekAt(1).isPunct("=") && !p.peekAt(1).is("to"):
		p.next()
		s.Name = "client_encoding"
		return s, p.settingValue(s)
	case p.peek().is("role"):
		return nil, p.unsupported(p.peek(), "SET ROLE")
	}
	var err error
	if s.Name, err = p.settingName(); err != nil {
		return nil, err
	}
	if !p.acceptPunct("=") && !p.accept("to") {
		return nil, p.unexpected()
	}
	return s, p.settingValue(s)
}

// zoneInterval reads SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE: an offset east of Greenwich.
func (p *parser) zoneInterval(s *Set) error {
	if p.peek().kind != tokString {
		return p.unexpected()
	}
	at := p.next()
	var f types.IntervalFields
	if f.Fields = p.acceptAny("hour", "minute", "second"); f.Fields != "" && p.accept("to") {
		f.Fields += " to " + p.acceptAny("minute", "second")
	}
	d, err := types.ParseInterval(at.text, f)
	if err != nil {
		return err
	}
	z, ok := zone.Offset(int(d.Lo / 1e6))
	if !ok || d.Hi != 0 {
		return p.stmt.ErrorAt(Pos(at.start), sqlerr.InvalidParameterValue, "invalid interval value for time zone: %q",
			at.text)
	}
	s.Value = &z.Name
	return nil
}

// settingValue reads DEFAULT or a list of words, numbers and strings.
func (p *parser) settingValue(s *Set) error {
	if p.accept("default") {
		return nil
	}
	var parts []string
	for {
		sign := ""
		if p.peek().isPunct("-") || p.peek().isPunct("+") {
			sign = strings.TrimPrefix(p.next().text, "+")
		}
		t := p.peek()
		switch t.kind {
		case tokString, tokQuoted, tokInt, tokNumber, tokIdent:
			p.next()
		default:
			return p.unexpected()
		}
		if secretName(s.Name) {
			p.secret(t)
		}
		text := t.text
		if t.kind == tokIdent && !strings.HasPrefix(s.Name, "search_path") {
			text = p.src[t.start:t.end] // SET x TO Value keeps its case
		}
		parts = append(parts, sign+text)
		if !p.acceptPunct(",") {
			break
		}
	}
	v := strings.Join(parts, ", ")
	s.Value = &v
	return nil
}

// setTransaction reads transaction modes behind SET TRANSACTION.
func (p *parser) setTransaction(prefix string) (Body, error) {
	t := &Transaction{}
	if err := p.transactionModes(t); err != nil {
		return nil, err
	}
	var sets []Set
	mode := func(name, value string) {
		sets = append(sets, Set{Name: prefix + name, Value: &value, Local: prefix == "transaction_"})
	}
	if t.Isolation != "" {
		mode("isolation", strings.ToLower(t.Isolation))
	}
	if t.ReadOnly {
		mode("read_only", "on")
	}
	if t.ReadWrite {
		mode("read_only", "off")
	}
	if sets == nil {
		return nil, p.unexpected() // DEFERRABLE alone, or nothing
	}
	s := sets[0]
	if len(sets) > 1 {
		s.More = sets[1:]
	}
	return &s, nil
}

func (p *parser) show() (Body, error) {
	p.next()
	switch {
	case p.accept("time", "zone"):
		return &Show{Name: "timezone"}, nil
	case p.accept("transaction", "isolation", "level"):
		return &Show{Name: "transaction_isolation"}, nil
	case p.accept("all"):
		return &Show{Name: "all"}, nil
	}
	at := p.peek()
	name, err := p.settingName()
	if err != nil {
		return nil, err
	}
	if p.i < len(p.toks) || name == "databases" || name == "datashares" || name == "schemas" || name == "tables" {
		switch name {
		case "databases", "schemas", "tables", "columns", "constraints", "grants", "column", "procedures", "functions",
			"parameters", "table", "view", "procedure", "external", "model", "datashares":
			return nil, p.unsupported(at, "SHOW %s", strings.ToUpper(name))
		}
	}
	return &Show{Name: name}, nil
}

func (p *parser) reset() (Body, error) {
	p.next()
	if p.accept("all") {
		return &Reset{Name: "all"}, nil
	}
	if p.accept("time", "zone") {
		return &Reset{Name: "timezone"}, nil
	}
	name, err := p.settingName()
	if err != nil {
		return nil, err
	}
	return &Reset{Name: name}, nil
}

// transaction reads BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, ABORT.
func (p *parser) transaction() (Body, error) {
	first := p.next()
	t := &Transaction{written: strings.ToUpper(first.text)}
	switch first.text {
	case "begin":
		p.acceptAny("work", "transaction")
		return t, p.transactionModes(t)
	case "start":
		if err := p.expect("transaction"); err != nil {
			return nil, err
		}
		t.written = "START TRANSACTION"
		return t, p.transactionModes(t)
	case "commit", "end":
		t.Kind = Commit
	default:
		t.Kind = Rollback
	}
	p.acceptAny("work", "transaction")
	if t.Kind == Rollback && p.accept("to") {
		t.Kind = RollbackTo
		p.accept("savepoint")
		var err error
		t.Savepoint, err = p.ident()
		return t, err
	}
	if next := p.peek(); next.is("to") || next.is("prepared") || next.is("and") {
		return nil, p.unsupported(next, "%s %s", strings.ToUpper(first.text), strings.ToUpper(next.text))
	}
	return t, nil
}

// savepoint reads SAVEPOINT name.
func (p *parser) savepoint() (Body, error) {
	p.next()
	n, err := p.ident()
	return &Transaction{Kind: Savepoint, Savepoint: n}, err
}

// release reads RELEASE [SAVEPOINT] name.
func (p *parser) release() (Body, error) {
	p.next()
	p.accept("savepoint")
	n, err := p.ident()
	return &Transaction{Kind: Release, Savepoint: n}, err
}

// transactionModes reads ISOLATION LEVEL x, READ ONLY, READ WRITE, [NOT] DEFERRABLE.
func (p *parser) transactionModes(t *Transaction) error {
	for p.i < len(p.toks) {
		p.acceptPunct(",")
		switch {
		case p.accept("isolation", "level"):
			switch {
			case p.accept("serializable"):
				t.Isolation = "SERIALIZABLE"
			case p.accept("snapshot"):
				t.Isolation = "SNAPSHOT"
			case p.accept("repeatable", "read"):
				t.Isolation = "REPEATABLE READ"
			case p.accept("read", "committed"):
				t.Isolation = "READ COMMITTED"
			case p.accept("read", "uncommitted"):
				t.Isolation = "READ UNCOMMITTED"
			default:
				return p.unexpected()
			}
		case p.accept("read", "only"):
			t.ReadOnly, t.ReadWrite = true, false
		case p.accept("read", "write"):
			t.ReadOnly, t.ReadWrite = false, true
		case p.accept("deferrable"), p.accept("not", "deferrable"):
		default:
			return p.unexpected()
		}
	}
	return nil
}

func (p *parser) analyze() (Body, error) {
	p.next()
	s := &Analyze{Verbose: p.accept("verbose")}
	which := func() bool {
		s.Predicates = p.accept("predicate", "columns")
		return s.Predicates || p.accept("all", "columns")
	}
	if p.i == len(p.toks) || which() {
		return s, nil
	}
	q, err := p.qname()
	if err != nil {
		return nil, err
	}
	s.Table = &q
	if p.peek().isPunct("(") {
		if s.Columns, err = p.names(); err != nil {
			return nil, err
		}
	}
	which()
	return s, nil
}
