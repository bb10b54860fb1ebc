package wire

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// refusalsEvery is the time between two lines of the log about the same refusal: a peer tries again several times a second.
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
func (r *refusals) note(from string, err error) {
	level := slog.LevelWarn
	if errors.Is(err, errNoClusterYet) || !r.due(from, err) {
		level = slog.LevelDebug
	}
	r.log.Log(context.Background(), level, "link refused", "from", from, "err", err)
}

func (r *refusals) due(from string, err error) bool {
	host, _, splitErr := net.SplitHostPort(from)
	if splitErr != nil {
		host = from
	}
	what := refusal{host, err.Error()}
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
