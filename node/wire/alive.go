package wire

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
)

// A peer that is silent for beatsMissed beats is given up: it was paused, cut
// off, or its machine is gone. Any byte counts as a sign of life, for an answer to a ping may
// queue behind rows. Beats are counted, not the clock: a process that was itself
// paused finds the bytes it missed at its first beat.
const (
	beat        = 400 * time.Millisecond
	beatsMissed = 5
)

// heard is a connection that remembers whether anything came in.
type heard struct {
	net.Conn
	any atomic.Bool
}

// Read implements net.Conn.
func (h *heard) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	if n > 0 {
		h.any.Store(true)
	}
	return n, err
}

// watch pings the peer and ends the session when it is silent for too long.
func (h *heard) watch(s *yamux.Session) {
	t := time.NewTicker(beat)
	defer t.Stop()
	pinging := make(chan struct{}, 1) // holds a token while a ping is under way
	missed := 0
	for {
		select {
		case <-t.C:
		case <-s.CloseChan():
			return
		}
		if h.any.Swap(false) {
			missed = 0
		} else if missed++; missed >= beatsMissed {
			// The session's own Close waits for a write that a silent peer may hold up.
			_ = h.Conn.Close()
			_ = s.Close()
			return
		}
		select {
		case pinging <- struct{}{}:
			go func() {
				_, _ = s.Ping() // its answer is a byte like any other
				<-pinging
			}()
		default:
		}
	}
}
