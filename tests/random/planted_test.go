package random

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// Random queries find each of the faults in planted, which are put one at a time into a copy of the sources, within
// 10,000 of them: a fifth of the faults, another one every day, or all. SLIPHER_RANDOM_PLANTED is a regular expression
// of those to plant.
func TestPlantedFaults(t *testing.T) {
	cluster.NeedLong(t)
	if len(planted) < 30 {
		t.Errorf("only %d faults are planted", len(planted))
	}
	only := regexp.MustCompile(environ("SLIPHER_RANDOM_PLANTED", ""))
	dir := t.TempDir()
	copySources(t, dir)
	sound := build(t, dir, "sound")
	if out, err := ask(sound, 1, 1, queriesARound); err != nil { // of which nothing would be found, then
		t.Fatalf("the sound server fails: %v\n%s", err, lastLines(out, 20))
	}
	day := int(time.Now().Unix() / 86400)
	for i, f := range planted {
		if !only.MatchString(f.name) || !cluster.Whole() && only.String() == "" && i%5 != day%5 {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			path := filepath.Join(dir, f.file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), f.old); n != 1 {
				t.Fatalf("%s: what to change stands there %d times", f.file, n)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), f.old, f.new, 1)), 0o666); err != nil {
				t.Fatal(err)
			}
			defer os.WriteFile(path, text, 0o666)
			search(t, build(t, dir, "slipher"), sound)
		})
	}
}

// build makes the server of a copy of the sources.
func build(t *testing.T, dir, name string) (binary string) {
	t.Helper()
	binary = filepath.Join(dir, "bin", name)
	build := exec.Command("go", "build", "-o", binary, "./cmd/slipher")
	build.Dir = dir
	var said bytes.Buffer
	build.Stderr = &said
	if err := build.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return binary
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

var (
	differs = regexp.MustCompile(`seed (\d+), query \d+,`)
	counted = regexp.MustCompile(`(\d+) queries in \d+s.* (\d+) asked in two ways`)
)

// enough questions find a fault.
const enough = 10000

// search asks random queries of a faulty server until an answer differs that does not of the sound one.
func search(t *testing.T, faulty, sound string) {
	t.Helper()
	seed, asked, began := 1, 0, time.Now()
	for asked < enough {
		out, err := ask(faulty, seed, 1000000, enough-asked)
		if m := counted.FindStringSubmatch(out); m != nil {
			n, _ := strconv.Atoi(m[1])
			k, _ := strconv.Atoi(m[2])
			asked += n + k
		}
		found := differs.FindStringSubmatch(out)
		switch {
		case err == nil || found == nil && strings.Contains(out, "what the generator makes"):
			t.Fatalf("not found by %d queries", asked)
		case found == nil: // not even tables can be made
			t.Logf("found at once: %s", lastLines(out, 3))
			return
		}
		seed, _ = strconv.Atoi(found[1])
		if alike, _ := ask(sound, seed, 1, enough); !strings.Contains(alike, found[0]) {
			at := strings.Index(out, found[0])
			t.Logf("found by %d queries, %.0fs: %.200s", asked, time.Since(began).Seconds(), out[at:])
			return
		}
		t.Logf("the sound server, too: %s", found[0])
		seed++
	}
	t.Errorf("not found by %d queries", asked)
}

// ask runs the random queries from a seed on a server, in a process of their own, as the server may do anything.
func ask(binary string, seed, rounds, queries int) (out string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute)
	defer cancel()
	asking := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestRandomQueries$", "-test.v", "-test.timeout=1h")
	asking.Env = append(os.Environ(), "SLIPHER_TEST_BINARY="+binary, "SLIPHER_RANDOM_FAILURES=1",
		"SLIPHER_RANDOM_TIME=30m", fmt.Sprintf("SLIPHER_RANDOM_SEED=%d", seed),
		fmt.Sprintf("SLIPHER_RANDOM_QUERIES=%d", queries), fmt.Sprintf("SLIPHER_RANDOM_ROUNDS=%d", rounds),
		"SLIPHER_RANDOM_FUSED="+environ("SLIPHER_RANDOM_FUSED", "50"))
	var said bytes.Buffer
	asking.Stdout, asking.Stderr = &said, &said
	asking.WaitDelay = 10 * time.Second
	err = asking.Run()
	return said.String(), err
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
