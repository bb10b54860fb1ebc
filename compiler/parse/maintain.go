package parse

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// truncate reads TRUNCATE [TABLE] t.
func (p *parser) truncate() (Body, error) {
	p.next()
	p.accept("table")
	q, err := p.qname()
	return &Truncate{Table: q}, err
}

// lockModes are PostgreSQL's modes of LOCK: whether what Redshift's lock, ACCESS EXCLUSIVE, gives is what was
// asked for or more. The others let writers go on, which that lock does not.
var lockModes = []struct {
	words  []string
	writes bool
}{
	{[]string{"access", "exclusive"}, false},
	{[]string{"access", "share"}, true},
	{[]string{"exclusive"}, false},
	{[]string{"row", "exclusive"}, true},
	{[]string{"row", "share"}, true},
	{[]string{"share", "row", "exclusive"}, false},
	{[]string{"share", "update", "exclusive"}, true},
	{[]string{"share"}, false},
}

// lock reads LOCK [TABLE] t, … [IN … MODE] [NOWAIT].
func (p *parser) lock() (Body, error) {
	p.next()
	p.accept("table")
	s := &Lock{}
	var err error
	if s.Tables, err = p.qnames(); err != nil {
		return nil, err
	}
	if p.accept("in") {
		if err := p.lockMode(); err != nil {
			return nil, err
		}
	}
	s.NoWait = p.accept("nowait")
	return s, nil
}

func (p *parser) lockMode() error {
	at := p.peek()
	for _, m := range lockModes {
		if !p.accept(m.words...) {
			continue
		}
		if err := p.expect("mode"); err != nil {
			return err
		}
		if m.writes {
			return p.unsupported(at, "LOCK IN %s MODE", strings.ToUpper(strings.Join(m.words, " ")))
		}
		return nil
	}
	return p.unexpected()
}

// vacuum reads VACUUM [kind] [t [TO n PERCENT] [BOOST]].
func (p *parser) vacuum() (Body, error) {
	p.next()
	s := &Vacuum{}
	at := p.peek()
	switch {
	case p.accept("full"):
	case p.accept("sort", "only"):
		s.Kind = VacuumSortOnly
	case p.accept("delete", "only"):
		s.Kind = VacuumDeleteOnly
	case p.accept("reindex"):
		s.Kind = VacuumReindex
	case p.accept("recluster"):
		s.Kind = VacuumRecluster
	case at.is("verbose"), at.is("analyze"), at.is("freeze"):
		return nil, p.refuse(1)
	}
	if p.i == len(p.toks) {
		if s.Kind == VacuumReindex || s.Kind == VacuumRecluster {
			return nil, p.unexpected() // these need a table
		}
		return s, nil
	}
	q, err := p.qname()
	if err != nil {
		return nil, err
	}
	s.Table = &q
	if p.accept("to") {
		t := p.peek()
		n, err := strconv.Atoi(t.text)
		if t.kind != tokInt || err != nil {
			return nil, p.unexpected()
		}
		if n < 1 || n > 100 {
			return nil, p.stmt.ErrorAt(Pos(t.start), sqlerr.InvalidParameterValue,
				"VACUUM threshold must be between 1 and 100 percent")
		}
		p.next()
		s.Percent = n
		if err := p.expect("percent"); err != nil {
			return nil, err
		}
	}
	s.Boost = p.accept("boost")
	return s, nil
}
