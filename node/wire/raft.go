package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

// RaftStreams gives catalog/replica its connections: raw streams on the links
// there are. With a Dial that takes raft's address type it is a raft.StreamLayer.
type RaftStreams struct {
	m      *Mux
	in     chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newRaftStreams(m *Mux) *RaftStreams {
	return &RaftStreams{m: m, in: make(chan net.Conn, 16), closed: make(chan struct{})}
}

// offer hands an accepted stream to Accept.
func (r *RaftStreams) offer(c net.Conn) {
	select {
	case r.in <- c:
	case <-r.closed:
		_ = c.Close()
	case <-time.After(handshakeTimeout): // nobody accepts: this process is no leader
		_ = c.Close()
	}
}

// Accept implements net.Listener.
func (r *RaftStreams) Accept() (net.Conn, error) {
	select {
	case c := <-r.in:
		return c, nil
	case <-r.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. The mux lives on.
func (r *RaftStreams) Close() error {
	r.shut()
	return nil
}

func (r *RaftStreams) shut() { r.once.Do(func() { close(r.closed) }) }

// Addr implements net.Listener.
func (r *RaftStreams) Addr() net.Addr { return r.m.ln.Addr() }

// DialAddr opens a stream to the peer at addr.
func (r *RaftStreams) DialAddr(addr string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	c, err := r.m.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	s, err := c.(*link).sess.OpenStream()
	if err != nil {
		return nil, err
	}
	if _, err := s.Write([]byte{streamRaft}); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}
