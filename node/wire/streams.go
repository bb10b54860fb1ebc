package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

// Streams are raw streams of one kind on the links there are: raft's, for
// catalog/replica, and those of clients that one leader passes on to another.
type Streams struct {
	m      *Mux
	kind   byte
	in     chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newStreams(m *Mux, kind byte) *Streams {
	return &Streams{m: m, kind: kind, in: make(chan net.Conn, 16), closed: make(chan struct{})}
}

// offer hands an accepted stream to Accept.
func (r *Streams) offer(c net.Conn) {
	select {
	case r.in <- c:
	case <-r.closed:
		_ = c.Close()
	case <-time.After(handshakeTimeout): // nobody accepts: this process is no leader
		_ = c.Close()
	}
}

// Accept implements net.Listener.
func (r *Streams) Accept() (net.Conn, error) {
	select {
	case c := <-r.in:
		return c, nil
	case <-r.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. The mux lives on.
func (r *Streams) Close() error {
	r.shut()
	return nil
}

func (r *Streams) shut() { r.once.Do(func() { close(r.closed) }) }

// Addr implements net.Listener: where this process takes links, as peers know it.
func (r *Streams) Addr() net.Addr { return PeerAddr(r.m.Addr()) }

// PeerAddr is the address of a process of the cluster.
type PeerAddr string

var _ net.Addr = PeerAddr("")

// Network implements net.Addr.
func (PeerAddr) Network() string { return "slipher" }

func (a PeerAddr) String() string { return string(a) }

// stream is a raw stream. Its peer has proved the cluster's secret, so its
// address is that of a process of the cluster, not a network's.
type stream struct {
	net.Conn
	peer PeerAddr
}

// RemoteAddr implements net.Conn.
func (s stream) RemoteAddr() net.Addr { return s.peer }

// DialAddr opens a stream to the peer at addr.
func (r *Streams) DialAddr(addr string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return r.DialContext(ctx, addr)
}

// DialContext opens a stream to the peer at addr.
func (r *Streams) DialContext(ctx context.Context, addr string) (net.Conn, error) {
	c, err := r.m.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	s, err := c.(*link).sess.OpenStream()
	if err != nil {
		return nil, err
	}
	if _, err := s.Write([]byte{r.kind}); err != nil {
		_ = s.Close()
		return nil, err
	}
	return stream{s, PeerAddr(addr)}, nil
}
