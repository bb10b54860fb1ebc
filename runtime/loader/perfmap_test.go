package loader

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// perf finds a loaded function by address and name.
func TestPerfMap(t *testing.T) {
	path := fmt.Sprintf("/tmp/perf-%d.map", os.Getpid())
	if err := WritePerfMap(); err != nil {
		t.Skip(err) // no /tmp on this machine
	}
	t.Cleanup(func() {
		perfMap.mu.Lock()
		defer perfMap.mu.Unlock()
		perfMap.file.Close()
		perfMap.file = nil
		os.Remove(path)
	})
	c, err := Load(everyKind().bytes(), imports())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := c.Symbol("answer")
	if !strings.HasPrefix(string(text), fmt.Sprintf("%x ", a)) || !strings.HasSuffix(string(text), " answer\n") ||
		strings.Count(string(text), "\n") != 1 {
		t.Errorf("answer is at %x, the map says\n%s", a, text)
	}
}
