package replica

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// gate holds what arrives at a leader, as a process that is stopped leaves it in its sockets.
type gate struct {
	mu     sync.Mutex
	closed chan struct{} // nil: open; closed when what waits may pass
	done   chan struct{}
}

// shut holds what arrives from now on, and lets pass what waits.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		close(g.closed)
	}
	g.closed = make(chan struct{})
}

func (g *gate) pass() {
	g.mu.Lock()
	wait := g.closed
	g.mu.Unlock()
	if wait == nil {
		return
	}
	select {
	case <-wait:
	case <-g.done:
	}
}

type gatedStreams struct {
	Streams
	g *gate
}

func (s gatedStreams) DialAddr(addr string, timeout time.Duration) (net.Conn, error) {
	c, err := s.Streams.DialAddr(addr, timeout)
	return gatedConn{c, s.g}, err
}

type gatedConn struct {
	net.Conn
	g *gate
}

func (c gatedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.g.pass()
	return n, err
}

// Answers to messages from before the question, which a stopped process finds when it goes on, do
// not confirm that it still leads.
func TestConfirmByOldAnswers(t *testing.T) {
	g := &gate{done: make(chan struct{})}
	group := newGroupWith(t, func(o *Options) {
		o.Heartbeat = 3 * time.Second
		if o.ID == "l1" {
			o.Streams = gatedStreams{o.Streams, g}
		}
	}, "l1", "l2", "l3")
	t.Cleanup(func() { close(g.done) }) // before the group's, which would wait
	a := group.active()
	if a.opts.ID != "l1" {
		t.Skip("another one leads")
	}
	term := a.Term()
	g.shut()
	time.Sleep(700 * time.Millisecond) // two heartbeats' time: some are under way to both
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- a.Confirm(ctx, term) }()
	time.Sleep(100 * time.Millisecond)
	g.shut()
	if err := <-answer; err == nil {
		t.Error("confirmed by answers to what was asked before")
	}
}

// A leader that is heard is confirmed, also while it writes.
func TestConfirmWhileWriting(t *testing.T) {
	group := newGroup(t, "l1", "l2", "l3")
	a := group.active()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = a.Barrier(context.Background())
			}
		}
	}()
	for range 20 {
		a.lease.hold()
		a.lease.release()
		if err := a.Confirm(context.Background(), a.Term()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-stopped
}
