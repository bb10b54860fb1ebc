package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// recorder is a handler that remembers data and answers calls by a function.
type recorder struct {
	call func(ctx context.Context, from Conn, m Message) (Message, error)
	mu   sync.Mutex
	data []Data
	gone chan string
}

func newRecorder() *recorder { return &recorder{gone: make(chan string, 8)} }

func (r *recorder) Call(ctx context.Context, from Conn, m Message) (Message, error) {
	if r.call == nil {
		return &OK{}, nil
	}
	return r.call(ctx, from, m)
}
func (r *recorder) Data(_ Conn, d *Data) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := *d
	c.Body = append([]byte(nil), d.Body...)
	r.data = append(r.data, c)
}
func (r *recorder) Gone(p Conn) { r.gone <- p.Peer() }
func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.data)
}

func pair(t *testing.T, a, b *recorder, secretA, secretB string) (*Mux, *Mux) {
	t.Helper()
	ma, err := Listen(Identity{ID: "a", Cluster: "c1", Secret: []byte(secretA)}, "127.0.0.1:0", a, quiet)
	if err != nil {
		t.Fatal(err)
	}
	mb, err := Listen(Identity{ID: "b", Secret: []byte(secretB)}, "127.0.0.1:0", b, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ma.Close(); mb.Close() })
	return ma, mb
}

// Calls carry requests, replies and errors with their fields, both ways over one session.
func TestCall(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	b.call = func(_ context.Context, from Conn, m Message) (Message, error) {
		if r, ok := m.(*RunStream); ok {
			return &StreamDone{Stats: []SegmentStats{{Segment: r.Stream, RowsIn: int64(r.Query)}}}, nil
		}
		return nil, sqlerr.New(sqlerr.DivisionByZero, "division by zero").WithDetail("from %s", from.Peer())
	}
	ma, mb := pair(t, a, b, "s", "s")
	ctx := context.Background()
	c, err := mb.Dial(ctx, ma.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if mb.Cluster() != "c1" {
		t.Errorf("the joining side did not learn the cluster's id: %q", mb.Cluster())
	}
	if _, err := c.Call(ctx, &Ping{}); err != nil {
		t.Fatal(err)
	}
	back, err := ma.Conn(ctx, "b", "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := back.Call(ctx, &RunStream{Query: 7, Stream: 3})
	if err != nil {
		t.Fatal(err)
	}
	if d := m.(*StreamDone); d.Stats[0].Segment != 3 || d.Stats[0].RowsIn != 7 {
		t.Errorf("reply %+v", d)
	}
	_, err = back.Call(ctx, &Ping{})
	if e := sqlerr.From(err); e.Code != sqlerr.DivisionByZero || e.Detail != "from a" {
		t.Errorf("error %+v", e)
	}
}

// Data arrives complete and in order.
func TestDataOrder(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	ma, mb := pair(t, a, b, "s", "s")
	c, err := ma.Dial(context.Background(), mb.Addr())
	if err != nil {
		t.Fatal(err)
	}
	const n = 500
	for i := range n {
		if err := c.Send(&Data{Query: 1, Exch: i, Body: make([]byte, i*97%70000)}); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { return b.count() == n })
	for i, d := range b.data {
		if d.Exch != i || len(d.Body) != i*97%70000 {
			t.Fatalf("message %d is %d with %d bytes", i, d.Exch, len(d.Body))
		}
	}
}

// Both ends know why two secrets give no link.
func TestSecretRefusal(t *testing.T) {
	dialer, acceptor := net.Pipe()
	dialed := make(chan error, 1)
	go func() {
		_, err := dialHandshake(dialer, Identity{ID: "b", Secret: []byte("wrong")})
		dialer.Close()
		dialed <- err
	}()
	if _, err := acceptHandshake(acceptor, Identity{ID: "a", Cluster: "c", Secret: []byte("right")}, nil); !errors.Is(err,
		ErrSecret) {
		t.Errorf("who accepts: %v", err)
	}
	if err := <-dialed; !errors.Is(err, ErrSecret) {
		t.Errorf("who dials: %v", err)
	}
}

// Another secret, another cluster and noise get no link, and harm no one.
func TestHandshakeRefusals(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	ma, mb := pair(t, a, b, "right", "wrong")
	if _, err := mb.Dial(context.Background(), ma.Addr()); !errors.Is(err, ErrSecret) {
		t.Errorf("wrong secret: %v", err)
	}
	mc, err := Listen(Identity{ID: "x", Cluster: "c2", Secret: []byte("right")}, "127.0.0.1:0", newRecorder(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer mc.Close()
	if _, err := mc.Dial(context.Background(), ma.Addr()); err == nil {
		t.Error("another cluster was let in")
	}
	for _, noise := range []string{"GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xff", "\x05\x00\x00\x00abcde", ""} {
		n, err := net.Dial("tcp", ma.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(n, noise)
		n.Close()
	}
	md, err := Listen(Identity{ID: "d", Secret: []byte("right")}, "127.0.0.1:0", newRecorder(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer md.Close()
	c, err := md.Dial(context.Background(), ma.Addr())
	if err != nil {
		t.Fatal(err)
	}
	// A reply means that the acceptor has entered the link, which the end of its handshake does not.
	if _, err := c.Call(context.Background(), &Ping{}); err != nil {
		t.Fatal(err)
	}
	twin, err := Listen(Identity{ID: "d", Secret: []byte("right")}, "127.0.0.1:0", newRecorder(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer twin.Close()
	if _, err := twin.Dial(context.Background(), ma.Addr()); err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("a second process of one id: %v", err)
	}
	if _, err := c.Call(context.Background(), &Ping{}); err != nil {
		t.Error(err)
	}
}

// A caller that gives up ends the callee's context; a lost peer ends calls and is told once.
func TestCancelAndLoss(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	ended := make(chan struct{}, 2)
	b.call = func(ctx context.Context, _ Conn, _ Message) (Message, error) {
		<-ctx.Done()
		ended <- struct{}{}
		return &OK{}, nil
	}
	ma, mb := pair(t, a, b, "s", "s")
	c, err := ma.Dial(context.Background(), mb.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Call(ctx, &Ping{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err %v", err)
	}
	<-ended
	res := make(chan error)
	go func() { _, err := c.Call(context.Background(), &Ping{}); res <- err }()
	time.Sleep(20 * time.Millisecond)
	mb.Close()
	if err := <-res; !errors.Is(err, ErrLinkLost) {
		t.Errorf("err %v", err)
	}
	if p := <-a.gone; p != "b" {
		t.Errorf("gone %s", p)
	}
	if err := c.Send(&Data{}); err == nil {
		waitFor(t, func() bool { return c.Send(&Data{}) != nil })
	}
}

// Raft streams run over the same links.
func TestRaftStreams(t *testing.T) {
	ma, mb := pair(t, newRecorder(), newRecorder(), "s", "s")
	got := make(chan string)
	go func() {
		c, err := mb.Raft().Accept()
		if err != nil {
			got <- err.Error()
			return
		}
		b := make([]byte, 4)
		_, _ = io.ReadFull(c, b)
		got <- string(b)
	}()
	c, err := ma.Raft().DialAddr(mb.Addr(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "vote")
	if s := <-got; s != "vote" {
		t.Errorf("got %q", s)
	}
}

// In one process calls and data go straight to the handler.
func TestLocal(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	l := NewLocal()
	l.Attach("a", a)
	l.Attach("b", b)
	c, err := l.As("a").Conn(context.Background(), "b", "")
	if err != nil {
		t.Fatal(err)
	}
	b.call = func(_ context.Context, from Conn, _ Message) (Message, error) {
		return nil, sqlerr.New(sqlerr.DivisionByZero, "from %s", from.Peer())
	}
	if _, err := c.Call(context.Background(), &Ping{}); sqlerr.From(err).Message != "from a" {
		t.Error(err)
	}
	if err := c.Send(&Data{Exch: 5}); err != nil || b.count() != 1 {
		t.Errorf("%v, %d", err, b.count())
	}
	l.Detach("b")
	if _, err := c.Call(context.Background(), &Ping{}); !errors.Is(err, ErrLinkLost) {
		t.Error(err)
	}
	if p := <-a.gone; p != "b" {
		t.Error(p)
	}
}

// Bytes that are no message are errors.
func FuzzDecode(f *testing.F) {
	for _, k := range kinds {
		b, _ := k.make().MarshalMsg(nil)
		f.Add(k.kind, b)
	}
	f.Fuzz(func(t *testing.T, k byte, data []byte) {
		m, err := decode(k, data)
		if err == nil && kindOf(m) != k {
			t.Errorf("kind %d became %d", k, kindOf(m))
		}
	})
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen in time")
}
