package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A refusal is told once a minute, however often the peer tries; that a process is starting is not told.
func TestRefusals(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(1000, 0)
	r := newRefusals(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo})))
	r.now = func() time.Time { return now }
	taken := errors.New("the id l is taken")
	r.note("10.0.0.1:1", errNoClusterYet)
	for port := range 50 {
		r.note("10.0.0.1:"+string(rune('0'+port%10)), taken)
		now = now.Add(time.Second)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 ||
		!strings.Contains(out.String(), "level=WARN msg=\"link refused\"") {
		t.Errorf("%d lines:\n%s", n, &out)
	}
	r.note("10.0.0.2:1", taken)
	r.note("10.0.0.1:1", errors.New("it belongs to another cluster"))
	now = now.Add(refusalsEvery)
	r.note("10.0.0.1:1", taken)
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, &out)
	}
	// Peers that hang up are no news; a port does not make another refusal.
	for port := range 3 {
		from := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 3), Port: port + 1}
		r.note(from.String(), fmt.Errorf("handshake: %w", io.EOF))
		r.note(from.String(), fmt.Errorf("handshake: %w",
			&net.OpError{Op: "read", Net: "tcp", Addr: from, Err: syscall.ECONNRESET}))
		r.note(from.String(), fmt.Errorf("handshake: %w",
			&net.OpError{Op: "read", Net: "tcp", Addr: from, Err: os.ErrDeadlineExceeded}))
	}
	if n := strings.Count(out.String(), "\n"); n != 5 {
		t.Errorf("%d lines:\n%s", n, &out)
	}
}
