package relay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/leader/pgwire"
)

// link is one session's connection to a leader.
type link struct {
	addr   string
	conn   net.Conn
	in     frames // the pump's, once there is one
	out    []byte // what waits to be sent; the reader's
	pid    uint32
	secret []byte
	status byte // of its session, until the pump takes over
	once   sync.Once
}

// close cuts the link. Any goroutine may, at any time.
func (l *link) close() { l.once.Do(func() { l.conn.Close() }) }

// send takes a message on its way to the leader.
func (l *link) send(b []byte) {
	l.out = append(l.out, b...)
	if len(l.out) >= sendAt {
		l.flush()
	}
}

const sendAt = 32 << 10

// flush writes what waits. A failure cuts the link, which the pump notices.
func (l *link) flush() {
	if len(l.out) == 0 {
		return
	}
	if _, err := l.conn.Write(l.out); err != nil {
		l.close()
	}
	l.out = l.out[:0]
	if cap(l.out) > 2*sendAt {
		l.out = nil
	}
}

// maxAnswer bounds one message of a leader: a row.
const maxAnswer = 256 << 20

// refusal is an ErrorResponse to a hello or to the replay of a session.
type refusal struct {
	code sqlerr.Code
	text string
	msg  []byte
}

func (r *refusal) Error() string { return fmt.Sprintf("refused: %s (%s)", r.text, r.code) }

// passing reports a refusal that another leader, or this one a little later, may not repeat.
func (r *refusal) passing() bool {
	return stops(r.code)
}

// greeting is what a leader says to a hello.
type greeting struct {
	msgs   [][]byte // all but the key and ReadyForQuery, what is the relay's alone left out
	params map[string]string
}

// answerTime bounds how long a leader may take to greet.
const answerTime = 5 * time.Second

// open connects to a leader and says hello for the client.
func (s *session) open(ctx context.Context, addr string) (*link, *greeting, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	conn, err := s.relay.opts.Dial(ctx, addr)
	if err != nil {
		return nil, nil, err
	}
	l := &link{addr: addr, conn: conn}
	l.in = frames{r: conn, limit: maxAnswer}
	defer context.AfterFunc(ctx, l.close)()
	g, err := s.greet(l)
	if err != nil {
		l.close()
		return nil, nil, err
	}
	return l, g, nil
}

func (s *session) greet(l *link) (*greeting, error) {
	hello := startupMessage(s.hello.Version, s.hello.Body, pgwire.RelayParameter, s.client.RemoteAddr().String())
	if _, err := l.conn.Write(hello); err != nil {
		return nil, err
	}
	g := &greeting{params: map[string]string{}}
	for {
		msg, _, err := l.in.next(maxAnswer + headSize)
		if err != nil {
			return nil, err
		}
		switch msg[0] {
		case 'E':
			_, code, text := errorFields(msg)
			return nil, &refusal{sqlerr.Code(code), text, append([]byte(nil), msg...)}
		case 'R':
			if len(msg) < headSize+4 || binary.BigEndian.Uint32(msg[headSize:]) != 0 {
				return nil, errAuthentication
			}
		case 'S':
			if name, value, ok := pair(msg); ok {
				g.params[name] = value
			}
		case 'v', 'N':
		case 'K':
			if len(msg) < headSize+4 {
				return nil, errAnswer
			}
			l.pid, l.secret = binary.BigEndian.Uint32(msg[headSize:]), append([]byte(nil), msg[headSize+4:]...)
			continue
		case 'Z':
			l.status = msg[len(msg)-1]
			return g, nil
		default:
			return nil, errAnswer
		}
		g.msgs = append(g.msgs, append([]byte(nil), msg...))
	}
}

var (
	errAnswer         = errors.New("the leader does not speak the protocol")
	errAuthentication = sqlerr.New(sqlerr.InvalidAuthorization, "the active leader asks for a password, which this "+
		"leader cannot pass on")
)

// connect opens the session at the active leader, waiting for one. Errors that
// concern the client are refusals and *sqlerr.Error; errNoLeader after Options.Wait.
func (s *session) connect(ctx context.Context, setUp func(*link, *greeting) error) (*link, *greeting, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.wait.Store(&stop)
	defer s.wait.Store(nil)
	wait, why := s.relay.opts.Wait, errNoLeader
	if s.closing.Load() && wait > closingWait {
		wait, why = closingWait, errShutdown
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, why)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		l, g, err := s.try(ctx, setUp)
		var refused *refusal
		switch {
		case err == nil:
			return l, g, nil
		case errors.As(err, &refused) && !refused.passing(), errors.Is(err, errAuthentication):
			return nil, nil, err
		}
		s.relay.log.Debug("no way to the active leader yet", "err", err)
		select {
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// closingWait is how long a session of a relay that closes waits for an active leader: if
// this process was the only one, none will come.
const closingWait = 500 * time.Millisecond

func (s *session) try(ctx context.Context, setUp func(*link, *greeting) error) (*link, *greeting, error) {
	addr, err := s.relay.opts.Active(ctx)
	if err != nil {
		return nil, nil, err
	}
	l, g, err := s.open(ctx, addr)
	if err != nil || setUp == nil {
		return l, g, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	defer context.AfterFunc(ctx, l.close)()
	if err := setUp(l, g); err != nil {
		l.close()
		return nil, nil, err
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err() // the link was closed, perhaps behind the last answer
	}
	return l, g, nil
}

// cancelAt asks a leader to cancel what the link's session runs.
func (s *session) cancelAt(l *link) {
	ctx, cancel := context.WithTimeout(s.ctx, answerTime)
	defer cancel()
	conn, err := s.relay.opts.Dial(ctx, l.addr)
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	b := binary.BigEndian.AppendUint32(nil, uint32(12+len(l.secret)))
	b = binary.BigEndian.AppendUint32(b, cancelCode)
	b = binary.BigEndian.AppendUint32(b, l.pid)
	if _, err := conn.Write(append(b, l.secret...)); err == nil {
		conn.Read(make([]byte, 1)) // the leader closes when it has obeyed
	}
}

// cancelCode stands for a protocol version in a cancel request.
const cancelCode = 80877102
