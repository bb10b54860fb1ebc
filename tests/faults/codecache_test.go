package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// A cluster that is new runs at once the code that another one of this machine has compiled, and no damaged code.
func TestCodeCache(t *testing.T) {
	code := filepath.Join(t.TempDir(), "code")
	const q = "SELECT b, sum(a * 3), count(*) FROM t WHERE a % 7 <> 2 GROUP BY b ORDER BY b"
	var want string
	// first runs q on a new cluster, and gives the number of segments that were compiled for it.
	first := func(shape cluster.Shape) string {
		c := cluster.Start(t, shape, cluster.WithLLVM, "SLIPHER_CODE_CACHE="+code)
		conn := c.Connect(t, "dev")
		conn.Exec(t, "CREATE TABLE t (a INT, b VARCHAR(9)); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, NULL), (4, 'x')")
		conn.Exec(t, "SET slipher_tier = fused")
		var rows []string
		for _, r := range conn.Exec(t, q).Rows {
			for _, v := range r {
				rows = append(rows, v.Text)
			}
		}
		if got := strings.Join(rows, " "); want == "" {
			want = got
		} else if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		n := conn.One(t,
			"SELECT sum(c.compile) FROM svl_compile c JOIN stl_query q ON c.query = q.query WHERE q.querytxt LIKE 'SELECT b, "+
				"sum%'")
		for _, p := range c.Processes() {
			p.Stop(t)
		}
		return n
	}
	if n := first(cluster.OneProcess); n == "0" {
		t.Error("nothing was compiled")
	}
	for _, shape := range cluster.Shapes {
		if n := first(shape); n != "0" {
			t.Errorf("%s: %s segments were compiled again", shape, n)
		}
	}
	files, err := filepath.Glob(filepath.Join(code, "*.artifact"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		if err := os.WriteFile(f, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := first(cluster.OneProcess); n == "0" {
		t.Error("damaged code was taken")
	}
}

// A directory that others may write to, or that holds the data, is refused before anything is made.
func TestCodeCacheRefused(t *testing.T) {
	dir := t.TempDir()
	open, data := filepath.Join(dir, "open"), filepath.Join(dir, "data")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{open, data} {
		var said strings.Builder
		cmd := exec.Command(cluster.Binary(), "start", "--data", data, "--listen", "127.0.0.1:0", "--code-cache", code)
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != 2 ||
			!strings.Contains(said.String(), "slipher: start: --code-cache: ") {
			t.Errorf("%s: %v\n%s", code, err, said.String())
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("%s: the data directory was made", code)
		}
	}
}
