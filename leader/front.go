package leader

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"slipher/leader/pgwire"
)

// front takes clients' connections and gives each to whoever serves it: this
// leader's own SQL server while it is the active one, else the relay.
type front struct {
	listen net.Listener
	log    *slog.Logger
	fail   func(error)

	mu     sync.Mutex
	sql    *pgwire.Server        // guarded by mu; nil while this leader stands by
	closed bool                  // guarded by mu
	fresh  map[net.Conn]struct{} // that have not said hello yet; guarded by mu
	wg     sync.WaitGroup
}

// openFront opens the SQL address. Clients are taken from front.serve on.
func (s *Server) openFront() error {
	l, err := net.Listen("tcp", s.opts.Listen)
	if err != nil {
		return err
	}
	s.front = &front{listen: l, log: s.log, fail: s.life.fail, fresh: map[net.Conn]struct{}{}}
	s.onStop(func(context.Context) error { s.front.stop(); return nil }) // if Start fails
	return nil
}

// hand gives a connection to whoever serves it now.
func (f *front) hand(c net.Conn, h *pgwire.Hello, sql *pgwire.Server) {
	if sql == nil {
		c.Close()
		return
	}
	sql.Handle(c, h)
}

// moved says that another leader is the active one now.
func (f *front) moved(string) {}

// lead says which server takes clients, nil if another leader does.
func (f *front) lead(sql *pgwire.Server) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sql = sql
}

func (f *front) server() *pgwire.Server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sql
}

func (f *front) closing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// serve accepts clients until close.
func (f *front) serve() {
	for {
		c, err := f.listen.Accept()
		if err != nil {
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
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

// take serves a connection.
func (f *front) take(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
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

// close stops accepting and waits for the connections to end.
func (f *front) close(ctx context.Context) {
	f.stop()
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
