package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pause stops the process without ending it (SIGSTOP), Resume lets it go on. On a busy machine a
// signal takes its time: Pause returns when every thread stands still.
func (p *Process) Pause(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); !Stands(p.cmd.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the process runs on after SIGSTOP")
		}
	}
}

// Stands reports whether all threads of a process are stopped (state T of proc(5)).
func Stands(pid int) bool {
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		return false
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		_, state, ok := strings.Cut(string(stat), ") ")
		if err == nil && (!ok || state[0] != 'T') {
			return false
		}
	}
	return true
}

// Resume lets a paused process go on.
func (p *Process) Resume(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

// AddNode starts one more node (of TwoNodes) and waits until it has joined.
func (c *Cluster) AddNode(t testing.TB, id string) *Process {
	t.Helper()
	n := c.startNode(t, id)
	c.Nodes = append(c.Nodes, n)
	n.WaitReady(t)
	return n
}
