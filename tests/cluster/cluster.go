package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Shape is how the processes are cut.
type Shape int

const (
	OneProcess Shape = iota // leader and node in one, four slices
	TwoNodes                // a leader, two nodes of two slices
	OneSlice                // leader and node in one, one slice
)

// Shapes are those that every test runs on.
var Shapes = []Shape{OneProcess, TwoNodes}

// String names a shape in test names.
func (s Shape) String() string {
	return [...]string{"one", "nodes", "single"}[s]
}

func (s Shape) slices() int { return [...]int{Slices, Slices, 1}[s] }

// Slices of the usual shapes.
const Slices = 4

// LLVM says whether the processes see libLLVM.
type LLVM bool

const (
	WithLLVM    LLVM = true
	WithoutLLVM LLVM = false
)

// Cluster is a running server of either shape.
type Cluster struct {
	Shape  Shape
	Dir    string // leader in Dir/leader, nodes in Dir/n1 and Dir/n2, storage in Dir/storage
	Leader *Process
	// Leaders are all leaders of a cluster that StartLeaders made, Leader among them.
	Leaders []*Process
	Nodes   []*Process // empty for OneProcess
	env     []string
}

// Start runs a new cluster with its data below a temporary directory. env are variables of all its processes,
// in which IDInEnv stands for a process's id.
func Start(t testing.TB, shape Shape, llvm LLVM, env ...string) *Cluster {
	t.Helper()
	c := &Cluster{Shape: shape, Dir: t.TempDir(), env: slices.Clone(env)}
	if !llvm {
		c.env = append(c.env, "SLIPHER_LLVM=off")
	}
	c.StartLeader(t)
	if shape == TwoNodes {
		c.Nodes = []*Process{c.startNode(t, "n1"), c.startNode(t, "n2")}
		for _, n := range c.Nodes {
			n.WaitReady(t)
		}
	}
	return c
}

// StartLeader runs the leader, or the only process, on the cluster's directory.
func (c *Cluster) StartLeader(t testing.TB) {
	t.Helper()
	storage := "file://" + filepath.Join(c.Dir, "storage")
	dir := filepath.Join(c.Dir, "leader")
	if c.Shape != TwoNodes {
		c.Leader = StartProcess(t, c.envOf("leader"), "start", "--data", dir, "--listen", "127.0.0.1:0", "--slices",
			fmt.Sprint(c.Shape.slices()), "--storage", storage)
		c.Leader.WaitReady(t)
		return
	}
	c.Leader = StartProcess(t, c.envOf("l1"), "leader", "--data", dir, "--id", "l1", "--listen", "127.0.0.1:0",
		"--cluster", "127.0.0.1:0",
		"--bootstrap", "--slices", fmt.Sprint(Slices), "--storage", storage)
	c.Leader.WaitReady(t)
}

func (c *Cluster) startNode(t testing.TB, id string) *Process {
	t.Helper()
	leaders := c.Leader.Cluster
	for _, l := range c.Leaders {
		if l != c.Leader {
			leaders += "," + l.Cluster
		}
	}
	return StartProcess(t, c.envOf(id), "node", "--data", c.NodeDir(id), "--id", id, "--leader", leaders, "--cluster",
		"127.0.0.1:0", "--workers", "2")
}

// IDInEnv stands for a process's id in Start's variables.
const IDInEnv = "{id}"

func (c *Cluster) envOf(id string) (env []string) {
	for _, v := range c.env {
		env = append(env, strings.ReplaceAll(v, IDInEnv, id))
	}
	return env
}

// NodeDir is a node's directory.
func (c *Cluster) NodeDir(id string) string { return filepath.Join(c.Dir, id) }

// StopNode stops node i (of TwoNodes) cleanly.
func (c *Cluster) StopNode(t testing.TB, i int) {
	t.Helper()
	c.Nodes[i].Stop(t)
}

// RestartNode runs node i again, on what is left of its directory.
func (c *Cluster) RestartNode(t testing.TB, i int) {
	t.Helper()
	c.Nodes[i] = c.startNode(t, c.Nodes[i].ID)
	c.Nodes[i].WaitReady(t)
}

// Restart stops everything cleanly and starts it on the same directories.
func (c *Cluster) Restart(t testing.TB) {
	t.Helper()
	for _, n := range c.Nodes {
		n.Stop(t)
	}
	c.Leader.Stop(t)
	c.StartLeader(t)
	for i, n := range c.Nodes {
		c.Nodes[i] = c.startNode(t, n.ID)
	}
	for _, n := range c.Nodes {
		n.WaitReady(t)
	}
}

// Processes are all of the cluster's processes.
func (c *Cluster) Processes() []*Process {
	if c.Leaders != nil {
		return append(append([]*Process(nil), c.Leaders...), c.Nodes...)
	}
	return append([]*Process{c.Leader}, c.Nodes...)
}

// Forget removes what node i keeps in its directory.
func (c *Cluster) Forget(t testing.TB, i int) {
	t.Helper()
	if err := os.RemoveAll(c.NodeDir(c.Nodes[i].ID)); err != nil {
		t.Fatal(err)
	}
}
