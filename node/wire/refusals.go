package wire

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"
)

// refusalsEvery is the time between two lines of the log about the same refusal: a peer tries again several times a
// second.
const refusalsEvery = time.Minute

// refusalsKept bounds what is remembered of strangers.
const refusalsKept = 256

// refusals tells of links that were refused, without filling the log.
type refusals struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	told map[refusal]time.Time // guarded by mu
}

// refusal is what is the same when a peer tries again: its port is not.
type refusal struct{ host, why string }

func newRefusals(log *slog.Logger) *refusals {
	return &refusals{log: log, now: time.Now, told: map[refusal]time.Time{}}
}

// note logs one. That a process is still starting is detail: the peer will be let in next time.
// So is a peer that hangs up, being stopped or no peer at all: if it refuses us it says why in its own log.
func (r *refusals) note(from string, err error) {
	level := slog.LevelWarn
	if errors.Is(err, errNoClusterYet) || hungUp(err) || !r.due(from, err) {
		level = slog.LevelDebug
	}
	r.log.Log(context.Background(), level, "link refused", "from", from, "err", err)
}

// hungUp reports whether the peer ended the connection.
func hungUp(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

func (r *refusals) due(from string, err error) bool {
	host, _, splitErr := net.SplitHostPort(from)
	if splitErr != nil {
		host = from
	}
	what := refusal{host, err.Error()}
	var op *net.OpError
	if errors.As(err, &op) { // its text bears the port
		what.why = op.Err.Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if last, ok := r.told[what]; ok && now.Sub(last) < refusalsEvery {
		return false
	}
	if len(r.told) >= refusalsKept {
		clear(r.told)
	}
	r.told[what] = now
	return true
}
