package wire

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
)

// fencedRecorder notes the terms it is told.
type fencedRecorder struct {
	*recorder
	term atomic.Uint64
}

func (f *fencedRecorder) Fence(term uint64) { f.term.Store(term) }

// holder has a process's term.
type holder interface {
	Term() uint64
	SetTerm(uint64)
}

// Terms spread with every frame and never go back; what leaders ask for under
// a lower term is refused, between processes and within one.
func TestFencing(t *testing.T) {
	over := func(t *testing.T) (a, b Conn, ta, tb holder, fb *fencedRecorder) {
		fa := &fencedRecorder{recorder: newRecorder()}
		fb = &fencedRecorder{recorder: newRecorder()}
		ma, err := Listen(Identity{ID: "a", Cluster: "c1"}, "127.0.0.1:0", fa, quiet)
		if err != nil {
			t.Fatal(err)
		}
		mb, err := Listen(Identity{ID: "b"}, "127.0.0.1:0", fb, quiet)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ma.Close(); mb.Close() })
		if a, err = ma.Dial(context.Background(), mb.Addr()); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Call(context.Background(), &Ping{}); err != nil {
			t.Fatal(err)
		}
		if b, err = mb.Conn(context.Background(), "a", ""); err != nil {
			t.Fatal(err)
		}
		return a, b, ma, mb, fb
	}
	within := func(t *testing.T) (a, b Conn, ta, tb holder, fb *fencedRecorder) {
		l := NewLocal()
		fb = &fencedRecorder{recorder: newRecorder()}
		l.Attach("a", newRecorder())
		l.Attach("b", fb)
		a, err := l.As("a").Conn(context.Background(), "b", "")
		if err != nil {
			t.Fatal(err)
		}
		if b, err = l.As("b").Conn(context.Background(), "a", ""); err != nil {
			t.Fatal(err)
		}
		return a, b, l, l, fb
	}
	for name, make := range map[string]func(t *testing.T) (a, b Conn, ta, tb holder, fb *fencedRecorder){"processes": over,
		"process": within} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			a, b, ta, tb, fb := make(t)
			if _, err := a.Call(ctx, &RunStream{}); err != nil {
				t.Errorf("before any term: %v", err)
			}
			if _, err := At(a, 5).Call(ctx, &RunStream{}); err != nil {
				t.Errorf("a new term: %v", err)
			}
			if tb.Term() != 5 || fb.term.Load() != 5 {
				t.Errorf("the callee is at term %d and was told %d", tb.Term(), fb.term.Load())
			}
			tb.SetTerm(6)
			tb.SetTerm(4)
			for term := range uint64(6) {
				_, err := At(a, term).Call(ctx, &StartQuery{})
				if !errors.Is(err, ErrLost) || sqlerr.From(err).Code != sqlerr.SerializationFailure {
					t.Errorf("a request of term %d: %v", term, err)
				}
			}
			if ta.Term() != 6 {
				t.Errorf("the caller is at term %d after a refusal", ta.Term())
			}
			// It has heard of term 6 but does not lead in it.
			if _, err := a.Call(ctx, &StartQuery{}); !errors.Is(err, ErrLost) {
				t.Errorf("a request without a term: %v", err)
			}
			if _, err := a.Call(ctx, &Ping{}); err != nil {
				t.Errorf("a request that anybody makes: %v", err)
			}
			if _, err := At(a, 6).Call(ctx, &StartQuery{}); err != nil {
				t.Errorf("the present term: %v", err)
			}
			ta.SetTerm(7)
			if err := a.Send(&Data{}); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return tb.Term() == 7 && fb.term.Load() == 7 })
			if _, err := b.Call(ctx, &Ping{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// stopper is a relay between two peers that can stop passing bytes on without
// closing anything, as a paused process does.
type stopper struct {
	net.Listener
	to string
	mu sync.RWMutex // held while stopped
}

func (s *stopper) serve() {
	for {
		in, err := s.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", s.to)
		if err != nil {
			in.Close()
			continue
		}
		for _, p := range [][2]net.Conn{{in, out}, {out, in}} {
			go func() {
				defer p[0].Close()
				defer p[1].Close()
				b := make([]byte, 4096)
				for {
					n, err := p[0].Read(b)
					if err == nil {
						s.mu.RLock()
						_, err = p[1].Write(b[:n])
						s.mu.RUnlock()
					}
					if err != nil {
						return
					}
				}
			}()
		}
	}
}

// A peer that is silent is given up by both sides: calls end, senders do not wait, Gone is told;
// one that is only idle is kept.
func TestSilentPeer(t *testing.T) {
	a, b := newRecorder(), newRecorder()
	block := make(chan struct{})
	b.call = func(ctx context.Context, _ Conn, m Message) (Message, error) {
		if _, ok := m.(*RunStream); ok {
			<-block // takes no notice of its context
		}
		return &OK{}, nil
	}
	ma, mb := pair(t, a, b, "s", "s")
	defer close(block)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stopper{Listener: ln, to: mb.Addr()}
	defer ln.Close()
	go s.serve()
	c, err := ma.Dial(context.Background(), ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*beat*beatsMissed)
	defer cancel()
	if _, err := c.Call(ctx, &RunStream{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a long call over an idle link: %v", err)
	}
	res := make(chan error, 1)
	go func() { _, err := c.Call(context.Background(), &RunStream{}); res <- err }()
	time.Sleep(50 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	began := time.Now()
	for range 200 { // more than any buffer on the way holds
		if err := c.Send(&Data{Body: make([]byte, 1<<20)}); err != nil {
			break
		}
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("sending took %s", took)
	}
	if err := <-res; !errors.Is(err, ErrLinkLost) {
		t.Errorf("err %v", err)
	}
	for _, r := range []*recorder{a, b} {
		select {
		case <-r.gone:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody was told")
		}
	}
	if err := c.Send(&Data{}); err == nil {
		t.Error("a lost link takes data")
	}
}
