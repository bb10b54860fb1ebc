package pgwire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
)

// Limits on what a client may send.
const (
	maxStartup   = 10_000
	maxStatement = 16 << 20 // Redshift's limit for a statement
	maxMessage   = 64 << 20 // Bind with its values, CopyData
	// MaxLength is that of a message that is skipped, so that the session goes on; PostgreSQL's libpq sends none that is
	// longer.
	MaxLength  = 1 << 30
	keepBuffer = 64 << 10 // larger buffers are given back when idle
)

// Messages whose bodies were skipped because of their lengths.
var (
	errTooLarge = sqlerr.New(sqlerr.ProgramLimitExceeded, "statement is too large").
			WithDetail("The limit is %d bytes.", maxStatement)
	errMessageTooLarge = sqlerr.New(sqlerr.ProgramLimitExceeded, "message is too large").
				WithDetail("Values of parameters (Bind) and a part of COPY's data (CopyData) may have %d bytes, messages "+
			"without a text %d.", maxMessage, maxStartup).
		WithHint("Send large data in several parts.")
)

// isTooLarge reports whether next has skipped a message.
func isTooLarge(err error) bool { return err == errTooLarge || err == errMessageTooLarge }

// framer reads messages off a connection. pgproto3 decodes their bodies; the
// framing is ours to bound lengths by kind, to see where a message ends, and to go
// on where a deadline interrupted a read.
type framer struct {
	r    *bufio.Reader
	head [5]byte
	body []byte
	got  int // bytes of the current message, head and body, that are read
	skip int // bytes of a message too large that are still to be thrown away

	parse    pgproto3.Parse
	bind     pgproto3.Bind
	describe pgproto3.Describe
	execute  pgproto3.Execute
	close    pgproto3.Close
	query    pgproto3.Query
	copyFail pgproto3.CopyFail
	copyData pgproto3.CopyData
}

func newFramer(c net.Conn) *framer { return &framer{r: bufio.NewReaderSize(c, 8<<10)} }

// next reads one message. It is valid until the next call. A message that isTooLarge leaves
// the stream in order, and after a deadline the call may be repeated; any other
// error ends the connection.
func (f *framer) next() (pgproto3.FrontendMessage, error) {
	for f.got < len(f.head) {
		n, err := f.r.Read(f.head[f.got:])
		f.got += n
		if err != nil && f.got < len(f.head) {
			return nil, err
		}
	}
	kind, n := f.head[0], int(int32(binary.BigEndian.Uint32(f.head[1:])))-4
	msg := f.message(kind)
	if msg == nil {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid frontend message type %d", kind)
	}
	if n < 0 || n > MaxLength {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid message length")
	}
	if n > limitOf(kind) {
		if f.got == len(f.head) {
			f.got, f.skip = f.got+1, n
		}
		k, err := f.r.Discard(f.skip)
		f.skip -= k
		if err != nil {
			return nil, err
		}
		f.got = 0
		if kind == 'Q' || kind == 'P' {
			return msg, errTooLarge
		}
		return msg, errMessageTooLarge
	}
	if f.got == len(f.head) && (cap(f.body) < n || (cap(f.body) > keepBuffer && n < keepBuffer)) {
		f.body = make([]byte, n)
	}
	f.body = f.body[:n]
	for f.got-len(f.head) < n {
		k, err := f.r.Read(f.body[f.got-len(f.head):])
		f.got += k
		if err != nil && f.got-len(f.head) < n {
			return nil, err
		}
	}
	f.got = 0
	if err := msg.Decode(f.body); err != nil {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "%s", err.Error())
	}
	return msg, nil
}

// syncNext reports whether a Sync has arrived behind the last message. It does not wait.
func (f *framer) syncNext() bool {
	const sync = "S\x00\x00\x00\x04"
	if f.got != 0 || f.r.Buffered() < len(sync) {
		return false
	}
	head, _ := f.r.Peek(len(sync))
	return string(head) == sync
}

// limitOf bounds the length of a message by its kind.
func limitOf(kind byte) int {
	switch kind {
	case 'Q', 'P':
		return maxStatement + 1024 // the name, type ids
	case 'S', 'H', 'X', 'c', 'D', 'C', 'E', 'f':
		return maxStartup
	}
	return maxMessage
}

func (f *framer) message(kind byte) pgproto3.FrontendMessage {
	switch kind {
	case 'Q':
		return &f.query
	case 'P':
		return &f.parse
	case 'B':
		return &f.bind
	case 'D':
		return &f.describe
	case 'E':
		return &f.execute
	case 'C':
		return &f.close
	case 'H':
		return &pgproto3.Flush{}
	case 'S':
		return &pgproto3.Sync{}
	case 'X':
		return &pgproto3.Terminate{}
	case 'F':
		return &pgproto3.FunctionCall{}
	case 'd':
		return &f.copyData
	case 'c':
		return &pgproto3.CopyDone{}
	case 'f':
		return &f.copyFail
	}
	return nil
}

// output collects messages and sends them when there are many or when asked.
type output struct {
	conn net.Conn
	buf  []byte
	err  error // the first failure to write; later output is dropped
}

const flushAt = 32 << 10

var errEncode = errors.New("message cannot be encoded")

// send appends a message.
func (o *output) send(m pgproto3.BackendMessage) {
	b, err := m.Encode(o.buf)
	if err != nil && o.err == nil {
		o.err = errors.Join(errEncode, err)
		return
	}
	o.buf = b
	o.drain()
}

// drain flushes if much is waiting.
func (o *output) drain() {
	if len(o.buf) >= flushAt {
		o.flush()
	}
}

// flush writes what waits.
func (o *output) flush() error {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.conn.Write(o.buf)
	}
	o.buf = o.buf[:0]
	if cap(o.buf) > 2*flushAt {
		o.buf = nil
	}
	return o.err
}
