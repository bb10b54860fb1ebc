package answers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// progress is which queries passed for a commit under a design, and how long they took. It is kept in a file below the
// folder that SLIPHER_PROGRESS names, so that a run that was cut short goes on where it ended; without that variable
// nothing is kept.
type progress struct {
	file string
	took map[string]time.Duration
}

// head is the commit that the working tree is at.
var head = sync.OnceValues(func() ([]byte, error) {
	return exec.Command("git", "rev-parse", "--short", "HEAD").Output()
})

// openProgress reads what is known of a design.
func openProgress(t testing.TB, design string) *progress {
	t.Helper()
	p := &progress{took: map[string]time.Duration{}}
	dir := os.Getenv("SLIPHER_PROGRESS")
	if dir == "" {
		return p
	}
	commit, err := head()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p.file = filepath.Join(dir, strings.TrimSpace(string(commit))+"-"+design)
	text, err := os.ReadFile(p.file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if query, took, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			if p.took[query], err = time.ParseDuration(took); err != nil {
				t.Fatalf("%s: %v", p.file, err)
			}
		}
	}
	return p
}

// passed says whether a query needs not run again.
func (p *progress) passed(query string) bool {
	_, ok := p.took[query]
	return ok
}

// note adds a query that passed.
func (p *progress) note(t testing.TB, query string, took time.Duration) {
	t.Helper()
	p.took[query] = took
	if p.file == "" {
		return
	}
	f, err := os.OpenFile(p.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, query, took.Round(time.Millisecond))
}

// String is how many passed, their time and the slowest.
func (p *progress) String() string {
	var total, most time.Duration
	slowest := "none"
	for query, took := range p.took {
		if total += took; took > most {
			slowest, most = query, took
		}
	}
	return fmt.Sprintf("%d queries in %s, the slowest %s in %s", len(p.took), total.Round(time.Millisecond), slowest,
		most.Round(time.Millisecond))
}
