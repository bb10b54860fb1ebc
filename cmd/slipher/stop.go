package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// graceStatus is the status of a process whose orderly stop took too long.
const graceStatus = 3

// dumpTimeout bounds how long stacks may take to write: whoever reads the log may have stopped.
const dumpTimeout = 2 * time.Second

// grace ends the process: in order, when a first signal ends the context, and otherwise when an orderly stop has
// taken too long or a second signal comes. What was acknowledged is on disk by then (raft's log, managed storage
// or both), so that all that is lost is the tidiness. Stacks of all goroutines go to the log first, for
// nothing should have to be waited for that long.
type grace struct {
	time time.Duration
	log  io.Writer
	exit func(status int)

	begun, ended sync.Once
}

// newGrace watches signals from now on. ctx ends at the first.
func newGrace(d time.Duration, log io.Writer) (*grace, context.Context) {
	g := &grace{time: d, log: log, exit: os.Exit}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return g, g.follow(signals)
}

func (g *grace) follow(signals <-chan os.Signal) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // until the process ends
		<-signals
		cancel()
		g.begin()
		for began := time.Now(); time.Since(began) < echo; {
			<-signals
		}
		g.giveUp("told to stop a second time")
	}()
	return ctx
}

// begin says that the stop has begun: the time runs.
func (g *grace) begin() {
	g.begun.Do(func() {
		time.AfterFunc(g.time, func() { g.giveUp(fmt.Sprintf("not stopped after %v", g.time)) })
	})
}

// echo is how soon after the first signal another is the same: timeout(1), for one, sends its signal to the process and
// to the group.
const echo = time.Second

// part is how long one part of an orderly stop may take, of four that fill four fifths of the time: the
// last is left for what does not look at its context.
func (g *grace) part(n int) time.Duration { return g.time * time.Duration(n) / 5 }

// giveUp ends the process.
func (g *grace) giveUp(why string) {
	g.ended.Do(func() {
		written := make(chan struct{})
		go func() {
			defer close(written)
			fmt.Fprintf(g.log, "slipher: %s, ending at once; all goroutines:\n\n%s\n", why, stacks())
		}()
		select {
		case <-written:
		case <-time.After(dumpTimeout):
		}
		g.exit(graceStatus)
	})
}

// stacksSize bounds the text of the stacks.
const stacksSize = 64 << 20

// stacks are those of all goroutines.
func stacks() []byte {
	for n := 1 << 20; ; n *= 2 {
		b := make([]byte, n)
		if k := runtime.Stack(b, true); k < n || n >= stacksSize {
			return b[:k]
		}
	}
}
