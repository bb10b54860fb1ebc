package pgwire

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"slipher/catalog/sqlerr"
)

// Codes in place of a protocol version.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

const startupTimeout = 30 * time.Second

// Hello is what a client opens a connection with: a startup packet or a cancel request.
type Hello struct {
	Version uint32 // major<<16 | minor, or the code of a cancel request
	Body    []byte // behind the version: parameters, or the key of a cancel request
}

// Cancels reports a cancel request: Body is a process id and its secret.
func (h *Hello) Cancels() bool { return h.Version == codeCancel }

// ReadHello reads the opening of a connection and declines offers of
// encryption. It leaves a deadline on nc, which whoever serves it lifts.
func ReadHello(nc net.Conn) (*Hello, error) {
	nc.SetDeadline(time.Now().Add(startupTimeout))
	for offers := 0; ; offers++ {
		body, err := startupPacket(nc)
		if err == errStartupTooLarge {
			b, _ := response("FATAL", err).Encode(nil) // fails for messages of 1 GB only
			_, _ = nc.Write(b)
		}
		if err != nil {
			return nil, err
		}
		h := &Hello{Version: binary.BigEndian.Uint32(body), Body: body[4:]}
		if (h.Version != codeSSL && h.Version != codeGSS) || offers >= 2 {
			return h, nil
		}
		if _, err := nc.Write([]byte{'N'}); err != nil {
			return nil, err
		}
	}
}

var errStartupTooLarge = sqlerr.New(sqlerr.ProgramLimitExceeded, "startup packet is too large").
	WithDetail("The limit is %d bytes.", maxStartup).
	WithHint("Give settings by SET.")

// startupPacket reads a message without a type byte; at least its code is there.
func startupPacket(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(head[:]))) - 4
	if n > maxStartup && n <= 100*maxStartup {
		// Taken off the wire: to close over unread bytes would take the answer from the client.
		_, err := io.CopyN(io.Discard, r, int64(n))
		return nil, cmp.Or(err, error(errStartupTooLarge))
	}
	if n < 4 || n > maxStartup { // no client of ours
		return nil, fmt.Errorf("invalid length of startup packet: %d", n)
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

// Parameters reads the name and value pairs of a startup packet. Errors: 08P01
// for another protocol than 3 or a packet that does not end as it must.
func (h *Hello) Parameters() (map[string]string, error) {
	if h.Version>>16 != 3 {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "unsupported frontend protocol %d.%d: server supports 3.0",
			h.Version>>16, h.Version&0xffff)
	}
	out := map[string]string{}
	for body := h.Body; ; {
		name, rest, ok := bytes.Cut(body, []byte{0})
		if !ok {
			return nil, errLayout
		}
		if len(name) == 0 {
			return out, nil
		}
		value, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return nil, errLayout
		}
		out[string(name)], body = string(value), rest
	}
}

var errLayout = sqlerr.New(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")

// Loopback reports whether a client is on this machine: such clients need no password.
func Loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return !ok || t.IP.IsLoopback() // pipes and sockets of this machine have no IP
}

// ErrNoPassword refuses a client from elsewhere.
func ErrNoPassword(from net.Addr, user, database string) error {
	return sqlerr.New(sqlerr.InvalidAuthorization, "no authentication for host %q, user %q, database %q", host(from), user,
		database).
		WithHint("Connections without a password are trusted from loopback addresses only.")
}

func host(a net.Addr) string {
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}
