package house

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// run is what a program says on standard output. It may fail if it has said something
// there; what it tells on standard error (downloads, say) is no answer.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = "../.."
	c.Env = append(os.Environ(), "GOGC=400") // it lives for seconds, and is a third sooner so
	out, err := c.Output()
	if err != nil && len(out) == 0 {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%s: %v\n%s", name, err, exit.Stderr)
		}
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// Standard error is not an answer: a program that downloads, warns or is instrumented
// says more there on one machine than on another. So nothing reads both streams as one.
func TestOutputsApart(t *testing.T) {
	word := "Combined" + "Output"
	if out := grep(t, word); out != "" {
		t.Errorf("%s mixes standard error into the answer:\n%s", word, out)
	}
}

// grep is the lines of Go files that hold the text.
func grep(t *testing.T, text string) string {
	t.Helper()
	var found strings.Builder
	eachGo(t, func(path string, source []byte) {
		for i, line := range strings.Split(string(source), "\n") {
			if strings.Contains(line, text) {
				fmt.Fprintf(&found, "%s:%d: %s\n", path, i+1, strings.TrimSpace(line))
			}
		}
	})
	return found.String()
}

// gofmt has nothing to say.
func TestGofmt(t *testing.T) {
	if out := run(t, "gofmt", "-l", "catalog", "cmd", "codegen", "compiler", "leader", "node", "runtime",
		"tests"); out != "" {
		t.Errorf("gofmt would change:\n%s", out)
	}
}

// staticcheck has nothing to say.
func TestStaticcheck(t *testing.T) {
	if out := run(t, "go", "tool", "staticcheck", "./..."); out != "" {
		t.Errorf("staticcheck:\n%s", out)
	}
}
