package random

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// Random queries find each of the faults in planted, which are put one at a time into a copy of the sources, within
// 10,000 of them. SLIPHER_RANDOM_PLANTED is a regular expression of those to plant.
func TestPlantedFaults(t *testing.T) {
	cluster.NeedLong(t)
	if len(planted) < 30 {
		t.Errorf("only %d faults are planted", len(planted))
	}
	only := regexp.MustCompile(environ("SLIPHER_RANDOM_PLANTED", ""))
	dir := t.TempDir()
	copySources(t, dir)
	for _, f := range planted {
		if !only.MatchString(f.name) {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			path := filepath.Join(dir, f.file)
			sound, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(sound), f.old); n != 1 {
				t.Fatalf("%s: what to change stands there %d times", f.file, n)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(sound), f.old, f.new, 1)), 0o666); err != nil {
				t.Fatal(err)
			}
			defer os.WriteFile(path, sound, 0o666)
			binary := filepath.Join(dir, "bin", "slipher")
			build := exec.Command("go", "build", "-o", binary, "./cmd/slipher")
			build.Dir = dir
			var said bytes.Buffer
			build.Stderr = &said
			if err := build.Run(); err != nil {
				t.Fatalf("%v\n%s", err, &said)
			}
			search(t, binary)
		})
	}
}

// TestPlantable says at once when what a planted fault changes is no longer there.
func TestPlantable(t *testing.T) {
	names := map[string]bool{}
	for _, f := range planted {
		text, err := os.ReadFile(filepath.Join(cluster.Root(), f.file))
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
		} else if n := strings.Count(string(text), f.old); n != 1 {
			t.Errorf("%s: what to change stands %d times in %s", f.name, n, f.file)
		}
		if names[f.name] {
			t.Errorf("%s is planted twice", f.name)
		}
		names[f.name] = true
	}
}

// copySources copies what the server is built from.
func copySources(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "tests"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum", "catalog", "cmd", "codegen", "compiler", "leader", "node", "runtime",
		"tests/data"} {
		from, to := filepath.Join(cluster.Root(), name), filepath.Join(dir, name)
		if strings.HasPrefix(name, "go.") {
			text, err := os.ReadFile(from)
			if err == nil {
				err = os.WriteFile(to, text, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
}

var differs = regexp.MustCompile(`(?m)seed \d+, query \d+.*$`)

// search runs the random queries on a faulty server, in a process of their own, as the server may do anything.
func search(t *testing.T, binary string) {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute)
	defer cancel()
	asking := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestRandomQueries$", "-test.v", "-test.timeout=1h")
	asking.Env = append(os.Environ(), "SLIPHER_TEST_BINARY="+binary, "SLIPHER_RANDOM_FAILURES=1",
		"SLIPHER_RANDOM_QUERIES=10000", "SLIPHER_RANDOM_TIME=30m", "SLIPHER_RANDOM_ROUNDS=1000000",
		"SLIPHER_RANDOM_FUSED="+environ("SLIPHER_RANDOM_FUSED", "50"))
	var out bytes.Buffer
	asking.Stdout, asking.Stderr = &out, &out
	asking.WaitDelay = 10 * time.Second
	err := asking.Run()
	asked := regexp.MustCompile(`\d+ queries in \d+s`).FindString(out.String())
	found := differs.FindString(out.String())
	switch {
	case err == nil:
		t.Errorf("not found: %s", asked)
	case found != "":
		t.Logf("found after %s (%.0fs): %.200s", asked, time.Since(began).Seconds(), found)
	case strings.Contains(out.String(), "what the generator makes") || ctx.Err() != nil:
		t.Errorf("not found: %s", asked)
	default: // not even tables can be made
		t.Logf("found at once (%.0fs): %s", time.Since(began).Seconds(), lastLines(out.String(), 3))
	}
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return fmt.Sprint(strings.Join(lines[max(0, len(lines)-n):], "\n"))
}
