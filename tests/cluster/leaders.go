package cluster

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// StartLeaders runs a cluster of several leaders, l1, l2 and so on, and two nodes of two
// slices. Cluster.Leader is l1, whoever is active.
func StartLeaders(t testing.TB, leaders int, llvm LLVM, env ...string) *Cluster {
	t.Helper()
	c := &Cluster{Shape: TwoNodes, Dir: t.TempDir(), env: slices.Clone(env)}
	if !llvm {
		c.env = append(c.env, "SLIPHER_LLVM=off")
	}
	c.StartLeader(t)
	c.Leaders = []*Process{c.Leader}
	for i := 1; i < leaders; i++ {
		p := c.startLeader(t, fmt.Sprintf("l%d", i+1))
		p.WaitReady(t)
		c.Leaders = append(c.Leaders, p)
	}
	c.Nodes = []*Process{c.startNode(t, "n1"), c.startNode(t, "n2")}
	for _, n := range c.Nodes {
		n.WaitReady(t)
	}
	return c
}

// startLeader runs a leader that joins those that are there.
func (c *Cluster) startLeader(t testing.TB, id string, more ...string) *Process {
	t.Helper()
	args := []string{"leader", "--data", c.LeaderDir(id), "--id", id, "--listen", "127.0.0.1:0", "--cluster",
		"127.0.0.1:0"}
	for _, l := range c.Leaders {
		if l.ID != id && l.Alive() {
			args = append(args, "--join", l.Cluster)
		}
	}
	return StartProcess(t, c.envOf(id), append(args, more...)...)
}

// LeaderDir is a leader's directory.
func (c *Cluster) LeaderDir(id string) string {
	if id == "l1" {
		id = "leader"
	}
	return filepath.Join(c.Dir, id)
}

// TryStartLeader runs leader i again, with variables of its own, and waits for nothing.
func (c *Cluster) TryStartLeader(t testing.TB, i int, env ...string) *Process {
	t.Helper()
	shared := c.env
	defer func() { c.env = shared }()
	c.env = append(append([]string(nil), shared...), env...)
	return c.startLeader(t, c.Leaders[i].ID)
}

// RestartLeader runs leader i again, on its directory, at new addresses.
func (c *Cluster) RestartLeader(t testing.TB, i int) {
	t.Helper()
	p := c.startLeader(t, c.Leaders[i].ID)
	p.WaitReady(t)
	c.Leaders[i] = p
	if i == 0 {
		c.Leader = p
	}
}

// AddLeader runs one more leader.
func (c *Cluster) AddLeader(t testing.TB) *Process {
	t.Helper()
	p := c.startLeader(t, fmt.Sprintf("l%d", len(c.Leaders)+1))
	p.WaitReady(t)
	c.Leaders = append(c.Leaders, p)
	return p
}

// Active waits for an active leader and gives its place in Leaders.
func (c *Cluster) Active(t testing.TB) int {
	t.Helper()
	for end := time.Now().Add(readyTimeout); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for _, p := range c.Leaders {
			if !p.Alive() {
				continue
			}
			conn, err := p.TryConnect("dev")
			if err != nil {
				continue
			}
			rs, err := conn.Try("SELECT id FROM stv_leaders WHERE state = 'leader'")
			conn.Close()
			if err != nil || len(rs[0].Rows) != 1 {
				continue
			}
			for i, l := range c.Leaders {
				if l.ID == rs[0].Rows[0][0].Text && l.Alive() {
					return i
				}
			}
		}
	}
	t.Fatal("no leader is active")
	return -1
}
