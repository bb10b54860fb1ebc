package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// graced is a grace whose end of the process is a status in a channel.
func graced(d time.Duration, log io.Writer) (*grace, chan int) {
	status := make(chan int, 1)
	return &grace{time: d, log: log, exit: func(n int) { status <- n }}, status
}

// text is a log that may be read while it is written.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (t *text) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(b)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// checkGivenUp waits for the end; the log says why and shows this test's goroutine.
func checkGivenUp(t *testing.T, log *text, status chan int, why string) {
	t.Helper()
	select {
	case n := <-status:
		if n != graceStatus {
			t.Errorf("status %d", n)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the process goes on")
	}
	if s := log.String(); !strings.Contains(s, why) || !strings.Contains(s, "cmd/slipher.Test") {
		t.Errorf("the log: %s", s)
	}
}

// One signal ends the context and lets the time run.
func TestGrace(t *testing.T) {
	var log text
	g, status := graced(100*time.Millisecond, &log)
	signals := make(chan os.Signal, 2)
	ctx := g.follow(signals)
	select {
	case <-status:
		t.Fatal("it ended without a signal")
	case <-ctx.Done():
		t.Fatal("it was told to end without a signal")
	case <-time.After(200 * time.Millisecond):
	}
	signals <- syscall.SIGTERM
	<-ctx.Done()
	checkGivenUp(t, &log, status, "not stopped after 100ms")
}

// A second signal ends the process at once, unless it is the first one's echo.
func TestSecondSignal(t *testing.T) {
	var log text
	g, status := graced(time.Hour, &log)
	signals := make(chan os.Signal, 2)
	ctx := g.follow(signals)
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	<-ctx.Done()
	select {
	case <-status:
		t.Fatal("an echo ended it")
	case <-time.After(echo + 100*time.Millisecond):
	}
	signals <- syscall.SIGINT
	checkGivenUp(t, &log, status, "a second time")
}

// A close that does not end in its time shows what holds it while it does; one that is done in time is no end of the
// process.
func TestCloseWithinGrace(t *testing.T) {
	var log text
	g, status := graced(time.Second, &log)
	_ = g.close(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	checkGivenUp(t, &log, status, context.DeadlineExceeded.Error())

	g, status = graced(time.Hour, &log)
	failure := errors.New("failure")
	if err := g.close(func(context.Context) error { return failure }); err != failure {
		t.Error(err)
	}
	select {
	case <-status:
		t.Error("it ended")
	default:
	}
}

// A log that nobody reads holds nothing.
func TestBlockedLog(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	g, status := graced(time.Millisecond, w)
	g.begin()
	select {
	case <-status:
	case <-time.After(dumpTimeout + 5*time.Second):
		t.Error("the process goes on")
	}
}
