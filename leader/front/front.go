package front

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"slipher/leader/pgwire"
	"slipher/leader/relay"
)

// Front takes clients' connections and gives each to whoever serves it: this
// leader's own SQL server while it is the active one, else the relay.
type Front struct {
	listen net.Listener
	log    *slog.Logger
	fail   func(error)
	relay  *relay.Relay // set by Relay

	mu     sync.Mutex
	sql    *pgwire.Server        // guarded by mu; nil while this leader stands by
	closed bool                  // guarded by mu
	fresh  map[net.Conn]struct{} // that have not said hello yet; guarded by mu
	limit  int                   // of fresh
	wg     sync.WaitGroup
}

// Open opens the SQL address. Clients are taken from Serve on. fail is told of a listener that is lost.
func Open(addr string, maxConnections int, log *slog.Logger, fail func(error)) (*Front, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Front{listen: l, log: log, fail: fail, fresh: map[net.Conn]struct{}{},
		limit: maxConnections + freshConnections}, nil
}

// Addr is where clients connect.
func (f *Front) Addr() string { return f.listen.Addr().String() }

// Listener is where clients come from.
func (f *Front) Listener() net.Listener { return f.listen }

// Relay says who serves clients while this leader stands by. Before Serve.
func (f *Front) Relay(r *relay.Relay) { f.relay = r }

// Dial is a connection of this process to itself.
func (f *Front) Dial() (net.Conn, error) {
	mine, theirs, err := socketPair()
	if err == nil {
		f.take(theirs)
	}
	return mine, err
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
func (f *Front) hand(c net.Conn, h *pgwire.Hello, sql *pgwire.Server) {
	switch {
	case h.Cancels() && f.relay.CancelByKey(h.Body):
		c.Close()
	case sql != nil:
		sql.Handle(c, h)
	default:
		f.relay.Handle(c, h)
	}
}

// Moved says that another leader is the active one now.
func (f *Front) Moved(id string) { f.relay.Moved(id) }

// Lead says which server takes clients, nil if another leader does.
func (f *Front) Lead(sql *pgwire.Server) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sql = sql
}

// Cancel cancels what a session of this leader runs; false: there is none of that process id.
func (f *Front) Cancel(pid int32) bool {
	f.mu.Lock()
	sql := f.sql
	f.mu.Unlock()
	return sql != nil && sql.Cancel(pid)
}

// Terminate ends a session of this leader; false: there is none of that process id.
func (f *Front) Terminate(pid int32) bool {
	f.mu.Lock()
	sql := f.sql
	f.mu.Unlock()
	return sql != nil && sql.Terminate(pid)
}

// Closing: no more clients are taken.
func (f *Front) Closing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// Serve accepts clients until Stop, from the listener or another leader's relay.
func (f *Front) Serve(from net.Listener) {
	for {
		c, err := from.Accept()
		if err != nil {
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
				continue
			}
			if isFleeting(err) && !f.Closing() { // some client's leave makes room; they must not lose the server
				f.log.Warn("a connection cannot be accepted now", "err", err)
				time.Sleep(acceptPause)
				continue
			}
			if !f.Closing() {
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
func (f *Front) take(c net.Conn) {
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

// Close ends the relay's sessions and waits for all connections to end.
func (f *Front) Close(ctx context.Context) {
	f.relay.Close(ctx)
	done := make(chan struct{})
	go func() { f.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Stop takes no more clients.
func (f *Front) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.listen.Close()
	for c := range f.fresh {
		c.SetDeadline(time.Unix(1, 0))
	}
}
