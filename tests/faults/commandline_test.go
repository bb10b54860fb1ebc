package faults

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// Starting, using and stopping servers logs nothing that asks for somebody's attention: neither one process nor
// three leaders and two nodes, whichever stops first.
func TestQuiet(t *testing.T) {
	use := func(t *testing.T, c *cluster.Cluster) {
		conn := c.Connect(t, "dev")
		for _, q := range []string{"CREATE TABLE t(a INT) DISTKEY(a)", "INSERT INTO t VALUES (1), (2)",
			"SELECT sum(a) FROM t", "DROP TABLE t"} {
			conn.Exec(t, q)
		}
		conn.Close()
	}
	loud := func(t *testing.T, ps ...*cluster.Process) {
		for _, p := range ps {
			p.Stop(t)
		}
		for _, p := range ps {
			if log := p.Log(); log != "" {
				t.Errorf("slipher %s:\n%s", strings.Join(p.Args, " "), log)
			}
		}
	}
	t.Run("one", func(t *testing.T) {
		c := cluster.Start(t, cluster.OneProcess, cluster.WithLLVM)
		use(t, c)
		c.Restart(t)
		loud(t, c.Processes()...)
	})
	t.Run("nodes first", func(t *testing.T) {
		c := cluster.StartLeaders(t, 3, cluster.WithLLVM)
		use(t, c)
		loud(t, append(append([]*cluster.Process{}, c.Nodes...), c.Leaders[1], c.Leaders[2], c.Leaders[0])...)
	})
	t.Run("together", func(t *testing.T) {
		c := cluster.StartLeaders(t, 3, cluster.WithLLVM)
		use(t, c)
		ps := append(append([]*cluster.Process{}, c.Leaders...), c.Nodes...)
		for _, p := range ps {
			p.AskToStop()
		}
		loud(t, ps...)
	})
}

// The demo works in any directory, and has nothing to do with what the user has set for his servers.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(cluster.Binary(), "demo")
	cmd.Dir = dir
	theirs := filepath.Join(dir, "theirs")
	cmd.Env = append(os.Environ(), "SLIPHER_LLVM=off", "SLIPHER_STORAGE=file://"+theirs, "SLIPHER_SLICES=3",
		"SLIPHER_MAX_CONNECTIONS=1")
	defer time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() }).Stop()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"COPY 3201", " avg\n", "XN ", "1998"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// A demo that nobody listens to any more ends, and its server and directory with it.
func TestDemoUnheard(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(cluster.Binary(), "demo")
	cmd.Env = append(os.Environ(), "SLIPHER_LLVM=off", "TMPDIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() }).Stop()
	line, err := bufio.NewReaderSize(out, 16).ReadString(' ')
	if err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	out.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}
