package pgwire

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// watchAfter is how long a statement runs before its client is watched: short
// statements are spared the cost.
const watchAfter = 100 * time.Millisecond

// watch cancels a statement whose client has gone. It looks at the connection
// from a goroutine of its own while the connection's goroutine does not read.
type watch struct {
	c     *conn
	timer *time.Timer
	done  chan struct{} // closed when the watcher's goroutine, if started, has ended

	mu      sync.Mutex
	started bool // guarded by mu
	ended   bool // guarded by mu
}

func startWatch(c *conn, cancel context.CancelCauseFunc) *watch {
	w := &watch{c: c, done: make(chan struct{})}
	w.timer = time.AfterFunc(watchAfter, func() {
		w.mu.Lock()
		if w.ended {
			w.mu.Unlock()
			return
		}
		w.started = true
		w.mu.Unlock()
		defer close(w.done)
		// A byte that arrives is the next message: it stays in the buffer.
		if _, err := c.in.r.Peek(1); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			cancel(errLost)
		}
	})
	return w
}

// end stops watching; the connection may be read again afterwards.
func (w *watch) end() {
	if w == nil {
		return
	}
	w.timer.Stop()
	w.mu.Lock()
	started, ended := w.started, w.ended
	w.ended = true
	w.mu.Unlock()
	if !started || ended {
		return
	}
	// Wake the watcher out of its read, but keep a shutdown's deadline.
	w.c.net.SetReadDeadline(time.Now())
	<-w.done
	w.c.liftDeadline()
}
