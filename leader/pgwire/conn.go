package pgwire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
)

// conn is one client's connection. Its goroutine owns everything but what mu guards.
type conn struct {
	srv     *Server
	net     net.Conn
	in      *framer
	out     output
	session Session
	pid     int32
	secret  [4]byte
	ctx     context.Context // ends when the connection does
	stop    context.CancelCauseFunc

	portals  map[string]*portal
	skipping bool // after an error in the extended protocol: until Sync
	watch    *watch
	runCtx   context.Context // of the statement that runs
	copying  *copyReader     // the COPY data that the statement that runs has read, nil: none

	mu      sync.Mutex
	running context.CancelCauseFunc // of the statement that runs; guarded by mu
	closing error                   // why the connection is to end, nil: it is not; guarded by mu
}

// serve reads and answers messages until the client leaves.
func (c *conn) serve() {
	defer c.stop(errLost)
	defer c.dropPortals()
	c.ready()
	for c.out.err == nil {
		msg, err := c.in.next()
		if why := c.isClosing(); why != nil {
			c.fatal(why)
			return
		}
		switch {
		case isTooLarge(err):
			switch msg.(type) {
			case *pgproto3.Query:
				c.fail(err)
				c.ready()
			case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail: // left over from a COPY that failed
			default:
				c.fail(err)
				c.skipping = true
			}
			continue
		case err != nil:
			var e *sqlerr.Error
			if errors.As(err, &e) {
				c.fatal(err)
			} else if !errors.Is(err, io.EOF) {
				c.srv.log.Debug("connection lost", "pid", c.pid, "err", err)
			}
			return
		}
		if _, ok := msg.(*pgproto3.Terminate); ok {
			return
		}
		c.handle(msg)
	}
}

// handle answers one message.
func (c *conn) handle(msg pgproto3.FrontendMessage) {
	switch m := msg.(type) {
	case *pgproto3.Query:
		c.skipping = false
		c.simple(m.String)
		return
	case *pgproto3.Sync:
		c.skipping = false
		if err := c.run(c.session.Sync); err != nil {
			c.fail(err)
		}
		if c.session.Status() == Idle {
			c.dropPortals()
		}
		c.ready()
		return
	case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail:
		return // left over from a COPY that failed
	case *pgproto3.FunctionCall:
		c.fail(sqlerr.Unsupported("the function call protocol"))
		c.ready()
		return
	}
	if c.skipping {
		return
	}
	var err error
	switch m := msg.(type) {
	case *pgproto3.Parse:
		err = c.parse(m)
	case *pgproto3.Bind:
		err = c.bind(m)
	case *pgproto3.Describe:
		err = c.describe(m)
	case *pgproto3.Execute:
		err = c.execute(m)
	case *pgproto3.Close:
		c.close(m)
	case *pgproto3.Flush:
		c.out.flush()
	}
	if err != nil {
		c.fail(err)
		c.out.flush()
		c.skipping = true
	}
}

// simple runs the text of a Query message.
func (c *conn) simple(text string) {
	c.dropPortal("")
	c.session.Deallocate("")
	err := c.run(func(ctx context.Context) error {
		return c.session.Simple(ctx, text, &results{conn: c, describe: true})
	})
	if err != nil {
		c.fail(err)
	}
	if c.session.Status() == Idle {
		c.dropPortals()
	}
	c.ready()
}

// run calls f with a context that cancel requests, a lost client and a
// shutdown end, and prefers such a cause over the error it led to.
func (c *conn) run(f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(c.ctx)
	c.mu.Lock()
	c.running = cancel
	if c.closing != nil {
		cancel(c.closing)
	}
	c.mu.Unlock()
	c.watch, c.runCtx = startWatch(c, cancel), ctx
	err := f(ctx)
	c.watch.end()
	c.watch, c.runCtx = nil, nil
	c.copying.end()
	c.copying = nil
	c.mu.Lock()
	c.running = nil
	c.mu.Unlock()
	err = cause(ctx, err)
	cancel(nil)
	return err
}

// liftDeadline lets the connection be read again after a wait was interrupted,
// unless the server shuts down.
func (c *conn) liftDeadline() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == nil {
		c.net.SetReadDeadline(time.Time{})
	}
}

// cancelRunning ends the statement that runs now, if there is one.
func (c *conn) cancelRunning(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		c.running(why)
	}
}

// shutdown makes the connection end: at once if idle, else with its statement.
func (c *conn) shutdown(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = why
	if c.running != nil {
		c.running(why)
	}
	c.net.SetReadDeadline(time.Now())
	c.net.SetWriteDeadline(time.Now().Add(5 * time.Second))
}

// isClosing is why the connection is to end, nil if it is not.
func (c *conn) isClosing() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

// fail reports an error and tells the session.
func (c *conn) fail(err error) {
	c.session.Failed()
	c.out.send(response("ERROR", err))
}

// fatal reports the error with which the connection ends.
func (c *conn) fatal(err error) {
	c.out.send(response("FATAL", err))
	c.out.flush()
}

// ready ends an exchange.
func (c *conn) ready() {
	for _, p := range c.session.Reports() {
		c.Report(p)
	}
	c.out.send(&pgproto3.ReadyForQuery{TxStatus: byte(c.session.Status())})
	c.out.flush()
}

// Report sends a ParameterStatus.
func (c *conn) Report(p Parameter) {
	c.out.send(&pgproto3.ParameterStatus{Name: p.Name, Value: p.Value})
}
