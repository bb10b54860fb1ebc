package replica

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// What raft says in the ordinary course of things is detail; a peer that stays silent is told once, a disk that fails
// at once.
func TestLog(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(1000, 0)
	s := &sink{to: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo})),
		now:    func() time.Time { return now },
		silent: map[string]*silence{}}
	l := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "raft", Level: hclog.Info, Output: &bytes.Buffer{}})
	l.RegisterSink(s)
	refused := errors.New("connection refused")
	l.Warn("no known peers, aborting election")
	l.Info("entering leader state")
	l.Error("failed to get log", "index", 1, "error", raft.ErrLogNotFound) // of a leader that joins anew
	l.Named("transport").Error("failed to decode incoming command", "error", refused)
	fail := func() {
		l.Error("failed to appendEntries to", "peer", raft.Server{ID: "l2", Address: "host:1"}, "error", refused)
		l.Error("failed to heartbeat to", "peer", raft.ServerAddress("host:1"), "error", refused)
	}
	for range 4 {
		fail()
		now = now.Add(time.Second)
	}
	if out.Len() > 0 {
		t.Errorf("noise:\n%s", &out)
	}
	for range 10 {
		now = now.Add(time.Second)
		fail()
	}
	if n := strings.Count(out.String(), "\n"); n != 1 || !strings.Contains(out.String(), `level=WARN msg="a leader does not answer" addr=host:1 for=5s`) {
		t.Errorf("a silent peer:\n%s", &out)
	}
	// It has answered meanwhile, and is silent again.
	out.Reset()
	now = now.Add(time.Minute)
	fail()
	if out.Len() > 0 {
		t.Errorf("at once:\n%s", &out)
	}
	now = now.Add(6 * time.Second)
	fail()
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("a second silence:\n%s", &out)
	}
	out.Reset()
	l.Error("failed to persist vote", "error", errors.New("no space left on device"))
	if !strings.Contains(out.String(), "level=WARN") {
		t.Errorf("a disk's error: %s", &out)
	}
}
