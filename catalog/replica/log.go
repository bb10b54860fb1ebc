package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// hclogger is the logger raft and its log store want.
type hclogger = hclog.Logger

// newLogger passes raft's log lines on to ours, more quietly: what raft finds informative or
// worth a warning (elections, snapshots, a peer that is asked for older entries) is detail to a warehouse,
// whose own lines say who leads. What ends the replica is told by Failed.
func newLogger(to *slog.Logger) hclogger {
	l := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "raft", Level: hclog.Info, Output: io.Discard})
	l.RegisterSink(&sink{to: to, now: time.Now, silent: map[string]*silence{}})
	return l
}

// sink is where raft's lines go.
type sink struct {
	to  *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	silent map[string]*silence // by peer; guarded by mu
}

// silence is a time in which a peer has not answered.
type silence struct {
	since, last time.Time
	told        bool
}

const (
	// silencePatience is how long a peer may be silent without a warning: it may have been stopped, as this process will
	// be next, or be starting.
	silencePatience = 5 * time.Second
	// silenceEnds is how far apart two complaints about a peer are that are of two silences; raft goes on
	// asking every few seconds at least.
	silenceEnds = 30 * time.Second
)

// Accept implements hclog.SinkAdapter.
func (s *sink) Accept(name string, level hclog.Level, msg string, args ...any) {
	out := slog.LevelDebug
	if level == hclog.Error && name != "raft.transport" { // the transport's are connections that end
		peer := peerOf(args)
		if peer == "" {
			if !compacted(args) {
				out = slog.LevelWarn
			}
		} else if d, ok := s.complaint(peer); ok {
			s.to.Warn("a leader does not answer", "addr", peer, "for", d.Round(time.Second))
		}
	}
	s.to.Log(context.Background(), out, msg, append([]any{"part", name}, args...)...)
}

// compacted reports whether a line is about an entry that is only in a snapshot by now: a peer that lacks it gets the
// snapshot. Where raft cannot go on without the entry, it panics.
func compacted(args []any) bool {
	for i := 0; i+1 < len(args); i += 2 {
		if err, ok := args[i+1].(error); ok && args[i] == "error" && errors.Is(err, raft.ErrLogNotFound) {
			return true
		}
	}
	return false
}

// peerOf is the address, or what is known else, of the peer that a line complains about, "" if it is about none.
func peerOf(args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != "peer" && args[i] != "target" {
			continue
		}
		switch p := args[i+1].(type) {
		case raft.Server:
			return string(p.Address)
		case *raft.Server:
			return string(p.Address)
		default:
			return fmt.Sprint(p)
		}
	}
	return ""
}

// complaint notes that a peer has failed to answer. Once in a silence, when it has become long, it is to be told.
func (s *sink) complaint(peer string) (d time.Duration, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	q := s.silent[peer]
	if q == nil || now.Sub(q.last) > silenceEnds {
		q = &silence{since: now}
		s.silent[peer] = q
	}
	q.last = now
	d = now.Sub(q.since)
	tell = d >= silencePatience && !q.told
	q.told = q.told || tell
	return d, tell
}
