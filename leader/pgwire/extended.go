package pgwire

import (
	"context"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// portal is a bound statement: arguments, result formats, and, once it has run
// with a row limit, the rows that the client has not fetched.
type portal struct {
	stmt    Prepared
	args    []types.Datum
	formats []int16
	ran     bool
	spool   *spool
	tag     string
	failed  bool
}

func (c *conn) dropPortal(name string) {
	if p := c.portals[name]; p != nil {
		p.spool.close()
		delete(c.portals, name)
	}
}

func (c *conn) dropPortals() {
	for name := range c.portals {
		c.dropPortal(name)
	}
}

func (c *conn) parse(m *pgproto3.Parse) error {
	err := c.run(func(ctx context.Context) error {
		return c.session.Prepare(ctx, m.Name, m.Query, m.ParameterOIDs)
	})
	if err != nil {
		return err
	}
	c.out.send(&pgproto3.ParseComplete{})
	return nil
}

func (c *conn) bind(m *pgproto3.Bind) error {
	st, err := c.session.Prepared(m.PreparedStatement)
	if err != nil {
		return err
	}
	params := st.Params()
	if len(m.Parameters) != len(params) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message supplies %d parameters, but prepared statement %q "+
			"requires %d",
			len(m.Parameters), m.PreparedStatement, len(params))
	}
	if n := len(m.ParameterFormatCodes); n > 1 && n != len(params) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(params))
	}
	if n := len(m.ResultFormatCodes); n > 1 && n != len(st.Columns()) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", n,
			len(st.Columns()))
	}
	if m.DestinationPortal != "" && c.portals[m.DestinationPortal] != nil {
		return sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", m.DestinationPortal)
	}
	p := &portal{stmt: st, formats: append([]int16(nil), m.ResultFormatCodes...), args: make([]types.Datum, len(params))}
	for _, f := range p.formats {
		if f != pgproto3.TextFormat && f != pgproto3.BinaryFormat {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", f)
		}
	}
	z := outputOf(c.session).Zone
	for i, raw := range m.Parameters {
		if p.args[i], err = decodeParam(params[i], formatOf(m.ParameterFormatCodes, i), raw, z); err != nil {
			e := sqlerr.From(err)
			return &sqlerr.Error{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, Where: bindContext(i)}
		}
	}
	c.dropPortal(m.DestinationPortal)
	if c.portals == nil {
		c.portals = map[string]*portal{}
	}
	c.portals[m.DestinationPortal] = p
	c.out.send(&pgproto3.BindComplete{})
	return nil
}

func (c *conn) describe(m *pgproto3.Describe) error {
	var cols []plan.OutputColumn
	var formats []int16
	switch m.ObjectType {
	case 'S':
		st, err := c.session.Prepared(m.Name)
		if err != nil {
			return err
		}
		d := &pgproto3.ParameterDescription{}
		for _, t := range st.Params() {
			d.ParameterOIDs = append(d.ParameterOIDs, t.OID())
		}
		c.out.send(d)
		cols = st.Columns()
	case 'P':
		p := c.portals[m.Name]
		if p == nil {
			return noPortal(m.Name)
		}
		cols, formats = p.stmt.Columns(), p.formats
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
	}
	if cols == nil {
		c.out.send(&pgproto3.NoData{})
	} else {
		c.out.send(rowDescription(cols, formats))
	}
	return nil
}

func noPortal(name string) error {
	return sqlerr.New(sqlerr.InvalidCursorName, "portal %q does not exist", name)
}

// execute runs a portal, or hands out more of its rows. A limit makes the
// portal run to its end all the same, with the rest of its rows spooled: a
// slow client holds no worker.
func (c *conn) execute(m *pgproto3.Execute) error {
	p := c.portals[m.Portal]
	if p == nil {
		return noPortal(m.Portal)
	}
	limit := int(m.MaxRows)
	if p.ran {
		if c.session.Status() == InFailed {
			return ErrInFailed
		}
		return c.fetch(p, limit)
	}
	p.ran = true
	r := &results{conn: c, formats: p.formats, described: p.stmt.Columns()}
	if limit > 0 && p.stmt.Columns() != nil {
		r.limit, r.spool = limit, &spool{}
		p.spool = r.spool
	}
	next := AnyNext
	if c.in.syncNext() {
		next = SyncNext
	}
	err := c.run(func(ctx context.Context) error {
		return c.session.Run(ctx, p.stmt, p.args, next, r)
	})
	if err != nil {
		p.failed = true
		p.spool.close()
		return err
	}
	p.tag = r.tag
	if r.spool != nil {
		return c.fetched(p, r.sent, limit)
	}
	return nil
}

// fetch continues a portal that has run.
func (c *conn) fetch(p *portal, limit int) error {
	if p.failed || p.spool == nil {
		// A finished portal yields no rows: as PostgreSQL, for SELECT; others may not run twice.
		if p.stmt.Columns() == nil {
			return sqlerr.New(sqlerr.InvalidCursorName, "portal cannot be run anymore")
		}
		c.out.send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 0")})
		return nil
	}
	sent := 0
	for limit <= 0 || sent < limit {
		row, err := p.spool.next()
		if err != nil {
			return err
		}
		if row == nil {
			break
		}
		c.out.buf = append(c.out.buf, row...)
		c.out.drain()
		sent++
	}
	return c.fetched(p, sent, limit)
}

// fetched says how a fetch ended: suspended at its limit, or complete.
func (c *conn) fetched(p *portal, sent, limit int) error {
	if limit > 0 && sent == limit {
		c.out.send(&pgproto3.PortalSuspended{})
		return nil
	}
	c.out.send(&pgproto3.CommandComplete{CommandTag: []byte(retag(p.tag, sent))})
	return nil
}

func (c *conn) close(m *pgproto3.Close) {
	switch m.ObjectType {
	case 'S':
		c.session.Deallocate(m.Name)
	case 'P':
		c.dropPortal(m.Name)
	}
	c.out.send(&pgproto3.CloseComplete{})
}

// formatOf is the format of value i by the rule of Bind: none given is text,
// one is for all.
func formatOf(formats []int16, i int) int16 {
	switch len(formats) {
	case 0:
		return pgproto3.TextFormat
	case 1:
		return formats[0]
	}
	return formats[i]
}
