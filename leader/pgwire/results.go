package pgwire

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/compiler/plan"
)

// results sends the results of statements to the client: the ResultWriter of
// the simple protocol and, with a portal's formats, of the extended one.
type results struct {
	conn     *conn
	describe bool    // send RowDescription: the simple protocol
	formats  []int16 // as in Bind
	// described are the columns that the client knows from Describe; nil: none.
	described []plan.OutputColumn
	enc       *rowEncoder
	cols      []plan.OutputColumn
	spool     *spool // rows behind the limit of Execute; nil: no limit
	limit     int    // rows the client wants now, with spool
	sent      int
	tag       string // held back while spooling
}

func (r *results) Columns(cols []plan.OutputColumn) error {
	if r.described != nil && !sameTypes(r.described, cols) {
		return errNewColumns
	}
	enc, err := newRowEncoder(cols, r.formats, r.conn.session)
	if err != nil {
		return err
	}
	r.enc, r.cols = enc, cols
	if r.describe {
		r.conn.out.send(rowDescription(cols, nil))
	}
	return r.conn.out.err
}

// errNewColumns: a prepared statement's tables are others than when it was prepared. Drivers know this text of
// PostgreSQL's, and prepare it again.
var errNewColumns = sqlerr.New(sqlerr.FeatureNotSupported, "cached plan must not change result type")

// sameTypes reports whether a client that knows columns a can read b.
func sameTypes(a, b []plan.OutputColumn) bool {
	return slices.EqualFunc(a, b, func(a, b plan.OutputColumn) bool { return a.Type.OID() == b.Type.OID() })
}

func (r *results) Rows(rows Rows, from, to int) error {
	o := &r.conn.out
	for i := from; i < to; i++ {
		if r.spool != nil && r.sent >= r.limit {
			if err := r.spool.add(func(b []byte) []byte { return r.enc.append(b, rows, i) }); err != nil {
				return err
			}
			continue
		}
		o.buf = r.enc.append(o.buf, rows, i)
		r.sent++
		if len(o.buf) >= flushAt {
			if o.flush() != nil {
				return errLost
			}
		}
	}
	return nil
}

func (r *results) Complete(tag string) error {
	r.tag = tag
	if r.spool == nil {
		r.conn.out.send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
	}
	r.enc = nil
	return r.conn.out.err
}

func (r *results) Empty() error {
	r.conn.out.send(&pgproto3.EmptyQueryResponse{})
	return r.conn.out.err
}

func (r *results) Notice(n Notice) {
	if n.Code == "" {
		n.Code = "00000"
		if n.Severity == Warning {
			n.Code = sqlerr.Warning
		}
	}
	m := pgproto3.NoticeResponse(*fields(string(n.Severity), &n.Error))
	r.conn.out.send(&m)
}

func (r *results) Report(p Parameter) { r.conn.Report(p) }

// CopyIn asks for COPY data. The watcher stops: from here the connection is read.
func (r *results) CopyIn(columns int) (CopyReader, error) {
	c := r.conn
	c.watch.end()
	c.out.send(&pgproto3.CopyInResponse{OverallFormat: 0, ColumnFormatCodes: make([]uint16, columns)})
	if c.out.flush() != nil {
		return nil, errLost
	}
	c.copying = &copyReader{conn: c, ctx: c.runCtx}
	return c.copying, nil
}

// copyReader yields the bytes of CopyData messages.
type copyReader struct {
	conn *conn
	ctx  context.Context // of the statement: a cancel interrupts waiting for the client
	data []byte          // rest of the current message
	err  error           // sticky

	interrupted atomic.Bool

	mu   sync.Mutex
	over bool // guarded by mu
}

// Interrupt makes reading fail. The end of the statement lets the connection be read again.
func (r *copyReader) Interrupt() {
	r.interrupted.Store(true)
	r.wake()
}

// wake sets a deadline that wakes a Read that waits, unless the statement is over: whoever is late must not hit the
// read of the next message.
func (r *copyReader) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.conn.net.SetReadDeadline(time.Now())
	}
}

// end is called when the statement is over, and nobody reads.
func (r *copyReader) end() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	r.conn.liftDeadline()
}

var errInterrupted = sqlerr.New(sqlerr.QueryCanceled, "COPY from stdin was interrupted")

func (r *copyReader) Read(p []byte) (int, error) {
	for len(r.data) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.fill()
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

// fill reads the next message of the copy.
func (r *copyReader) fill() error {
	c := r.conn
	stop := context.AfterFunc(r.ctx, r.wake)
	msg, err := c.in.next()
	stop()
	if r.interrupted.Load() {
		return errInterrupted
	}
	if r.ctx.Err() != nil {
		return cause(r.ctx, r.ctx.Err())
	}
	if isTooLarge(err) {
		return err
	}
	if err != nil {
		if why := c.isClosing(); why != nil {
			return why
		}
		return errLost
	}
	switch m := msg.(type) {
	case *pgproto3.CopyData:
		r.data = m.Data
		return nil
	case *pgproto3.CopyDone:
		return io.EOF
	case *pgproto3.CopyFail:
		return sqlerr.New(sqlerr.QueryCanceled, "COPY from stdin failed: %s", m.Message)
	case *pgproto3.Flush, *pgproto3.Sync:
		return nil // allowed by the protocol, meaningless here
	}
	return sqlerr.New(sqlerr.ProtocolViolation, "unexpected message during COPY from stdin")
}
