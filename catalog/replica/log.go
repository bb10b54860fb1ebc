package replica

import (
	"context"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// hclogger is the logger raft and its log store want.
type hclogger = hclog.Logger

// newLogger passes raft's log lines on to ours, one level more quietly: what
// raft finds informative (elections, snapshots) is detail to a warehouse.
func newLogger(to *slog.Logger) hclogger {
	l := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "raft", Level: hclog.Info, Output: io.Discard})
	l.RegisterSink(sink{to})
	return l
}

type sink struct{ to *slog.Logger }

// Accept implements hclog.SinkAdapter.
func (s sink) Accept(name string, level hclog.Level, msg string, args ...any) {
	out := slog.LevelDebug
	switch level {
	case hclog.Warn:
		out = slog.LevelInfo
	case hclog.Error: // mostly peers that do not answer; what ends the replica is told by Failed
		out = slog.LevelWarn
	}
	s.to.Log(context.Background(), out, msg, append([]any{"part", name}, args...)...)
}
