package cluster

import (
	"syscall"
	"testing"
)

// Pause stops the process without ending it (SIGSTOP), Resume lets it go on.
func (p *Process) Pause(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
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
