package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"slipher/leader/pgwire"
	"slipher/leader/relay"
)

// front takes clients' connections and gives each to whoever serves it: this
// leader's own SQL server while it is the active one, else the relay.
type front struct {
	listen net.Listener
	log    *slog.Logger
	fail   func(error)
	relay  *relay.Relay

	mu     sync.Mutex
	sql    *pgwire.Server        // guarded by mu; nil while this leader stands by
	closed bool                  // guarded by mu
	fresh  map[net.Conn]struct{} // that have not said hello yet; guarded by mu
	limit  int                   // of fresh
	wg     sync.WaitGroup
}

// openFront opens the SQL address. Clients are taken from front.serve on.
func (s *Server) openFront() error {
	l, err := net.Listen("tcp", s.opts.Listen)
	if err != nil {
		return err
	}
	s.front = &front{listen: l, log: s.log, fail: s.life.fail, fresh: map[net.Conn]struct{}{}, limit: s.opts.MaxConnections + freshConnections}
	s.onStop(func(context.Context) error { s.front.stop(); return nil }) // if Start fails
	return nil
}

// openRelay makes the front of the times in which this leader stands by.
func (s *Server) openRelay() {
	s.front.relay = relay.New(relay.Options{Active: s.servingLeader, Dial: s.dialSQL, MaxConnections: s.opts.MaxConnections, Log: s.log})
}

// servingLeader waits for an active leader and gives its id: relay.Options.Active.
func (s *Server) servingLeader(ctx context.Context) (string, error) {
	for {
		if s.life.active() != 0 {
			return s.opts.ID, nil
		}
		if id, _ := s.replica.Leader(); id != "" && id != s.opts.ID {
			return id, nil
		}
		if !sleep(ctx, lookEvery/4) {
			return "", context.Cause(ctx)
		}
	}
}

// dialSQL connects to a leader's SQL server, over the link there is: it needs no
// password, and a silent leader breaks it.
func (s *Server) dialSQL(ctx context.Context, id string) (net.Conn, error) {
	if id == s.opts.ID {
		mine, theirs, err := socketPair()
		if err == nil {
			s.front.take(theirs)
		}
		return mine, err
	}
	addr := s.locate(id)
	if s.mux == nil || addr == "" {
		return nil, fmt.Errorf("it is not known where leader %s is", id)
	}
	return s.mux.SQL().DialContext(ctx, addr)
}

// socketPair is a connection within the process, with the buffers of a socket.
func socketPair() (a, b net.Conn, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	var ends [2]net.Conn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "relay")
		c, cerr := net.FileConn(f) // has a descriptor of its own
		f.Close()
		ends[i], err = c, errors.Join(err, cerr)
	}
	if err != nil {
		for _, c := range ends {
			if c != nil {
				c.Close()
			}
		}
		return nil, nil, err
	}
	return ends[0], ends[1], nil
}

// hand gives a connection to whoever serves it now. Sessions of both may be
// there: those of the relay stay with it when this leader becomes the active one.
func (f *front) hand(c net.Conn, h *pgwire.Hello, sql *pgwire.Server) {
	switch {
	case h.Cancels() && f.relay.CancelByKey(h.Body):
		c.Close()
	case sql != nil:
		sql.Handle(c, h)
	default:
		f.relay.Handle(c, h)
	}
}

// moved says that another leader is the active one now.
func (f *front) moved(id string) { f.relay.Moved(id) }

// lead says which server takes clients, nil if another leader does.
func (f *front) lead(sql *pgwire.Server) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sql = sql
}

func (f *front) closing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// serve accepts clients until stop, from the listener or another leader's relay.
func (f *front) serve(from net.Listener) {
	for {
		c, err := from.Accept()
		if err != nil {
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
				continue
			}
			if isFleeting(err) && !f.closing() { // some client's leave makes room; they must not lose the server
				f.log.Warn("a connection cannot be accepted now", "err", err)
				time.Sleep(acceptPause)
				continue
			}
			if !f.closing() {
				f.log.Error("SQL listener", "err", err)
				f.fail(err)
			}
			return
		}
		f.take(c)
	}
}

// freshConnections are as many as may be silent beside those that are served, or refused with a word.
const freshConnections = 200

// acceptPause is how long a listener waits when the system has no descriptors or buffers left.
const acceptPause = 100 * time.Millisecond

// isFleeting reports whether accepting failed for want of what others give back, or for the client's going.
func isFleeting(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// take serves a connection. Too many that stay silent are not waited for.
func (f *front) take(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || len(f.fresh) >= f.limit {
		c.Close()
		return
	}
	f.fresh[c] = struct{}{}
	f.wg.Go(func() {
		h, err := pgwire.ReadHello(c)
		f.mu.Lock()
		delete(f.fresh, c)
		sql := f.sql
		f.mu.Unlock()
		if err != nil {
			f.log.Debug("no session", "remote", c.RemoteAddr().String(), "err", err)
			c.Close()
			return
		}
		f.hand(c, h, sql)
	})
}

// close ends the relay's sessions and waits for all connections to end.
func (f *front) close(ctx context.Context) {
	f.relay.Close(ctx)
	done := make(chan struct{})
	go func() { f.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// stop takes no more clients.
func (f *front) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.listen.Close()
	for c := range f.fresh {
		c.SetDeadline(time.Unix(1, 0))
	}
}
