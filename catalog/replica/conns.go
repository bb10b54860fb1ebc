package replica

import (
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// conns are the connections of raft's transport, those it opened and those it took. raft waits at its end for
// whoever sends to another leader, and for a snapshot that comes in, which it reads without a deadline:
// halt ends all of them, also those that raft is about to use. raft.StreamLayer.
type conns struct {
	Streams

	mu     sync.Mutex
	open   map[*conn]struct{} // guarded by mu
	over   bool               // guarded by mu: halt was called
	halted chan struct{}      // closed by halt
}

func newConns(s Streams) *conns {
	return &conns{Streams: s, open: map[*conn]struct{}{}, halted: make(chan struct{})}
}

// Dial implements raft.StreamLayer. It ends at halt, whatever the network does.
func (c *conns) Dial(to raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	type dialled struct {
		conn net.Conn
		err  error
	}
	ch := make(chan dialled, 1)
	go func() { // ends with timeout
		n, err := c.DialAddr(string(to), timeout)
		ch <- dialled{n, err}
	}()
	select {
	case d := <-ch:
		if d.err != nil {
			return nil, d.err
		}
		return c.add(d.conn)
	case <-c.halted:
		go func() {
			if d := <-ch; d.err == nil {
				_ = d.conn.Close()
			}
		}()
		return nil, raft.ErrTransportShutdown
	}
}

// Accept implements net.Listener.
func (c *conns) Accept() (net.Conn, error) {
	n, err := c.Streams.Accept()
	if err != nil {
		return nil, err
	}
	return c.add(n)
}

func (c *conns) add(n net.Conn) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		go n.Close() // see conn.Close
		return nil, raft.ErrTransportShutdown
	}
	k := &conn{Conn: n, of: c}
	c.open[k] = struct{}{}
	return k, nil
}

// past is a deadline at which everything that waits ends.
var past = time.Unix(1, 0)

// halt ends whatever waits for another leader, and lets nothing begin.
func (c *conns) halt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over = true
	close(c.halted)
	for k := range c.open {
		_ = k.Conn.SetDeadline(past)
	}
}

// conn is one of them. raft sets a deadline before each message; after halt there is none but past.
type conn struct {
	net.Conn
	of *conns
}

// SetDeadline implements net.Conn.
func (k *conn) SetDeadline(t time.Time) error { return k.deadline(k.Conn.SetDeadline, t) }

// SetReadDeadline implements net.Conn.
func (k *conn) SetReadDeadline(t time.Time) error { return k.deadline(k.Conn.SetReadDeadline, t) }

// SetWriteDeadline implements net.Conn.
func (k *conn) SetWriteDeadline(t time.Time) error { return k.deadline(k.Conn.SetWriteDeadline, t) }

func (k *conn) deadline(set func(time.Time) error, t time.Time) error {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	if k.of.over {
		t = past
	}
	return set(t)
}

// Close implements net.Conn. What reads ends: a stream of a link ends its own half only. It does not wait for
// the link, which says goodbye to a peer that may not listen, for as long as the link's timeout or until
// the link is given up; raft closes connections under its locks.
func (k *conn) Close() error {
	k.of.mu.Lock()
	delete(k.of.open, k)
	k.of.mu.Unlock()
	_ = k.Conn.SetDeadline(past)
	go k.Conn.Close()
	return nil
}
