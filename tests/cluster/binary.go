package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary is the program under test; set once by Main before any test runs.
var binary string

// Main builds the binary, runs the tests of a package and removes the binary.
// SLIPHER_TEST_BINARY names one that is built already (build.sh test does).
func Main(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	lookAtSources()
	if binary = os.Getenv("SLIPHER_TEST_BINARY"); binary != "" {
		if _, err := os.Stat(binary); err != nil {
			fmt.Fprintln(os.Stderr, "SLIPHER_TEST_BINARY:", err)
			return 1
		}
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "slipher-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "slipher")
	build := exec.Command("go", "build", "-o", binary, "./cmd/slipher")
	build.Dir = Root()
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "go build ./cmd/slipher: %v\n", err)
		return 1
	}
	return m.Run()
}

// lookAtSources looks at every file that the binary is made of. `go test` notes what a test
// looks at, and so does not take an old result for one of a changed server, which these
// packages do not import.
func lookAtSources() {
	for _, dir := range []string{"catalog", "cmd", "codegen", "compiler", "leader", "node", "runtime"} {
		filepath.WalkDir(filepath.Join(Root(), dir), func(string, os.DirEntry, error) error { return nil })
	}
}

// Root is the top of the repository.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil &&
			strings.HasPrefix(string(text), "module slipher\n") {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			panic("BUG: test runs outside the repository")
		}
		dir = parent
	}
}

// Data is the absolute path of a file below tests/data.
func Data(elem ...string) string {
	return filepath.Join(append([]string{Root(), "tests", "data"}, elem...)...)
}

// Binary is the path of the program under test.
func Binary() string { return binary }
