package artifact

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// crash is what a process leaves that dies now: the mapping's pages, no Close.
func crash(t *testing.T, dir string, run func(g *Guard), now time.Time) {
	t.Helper()
	g, err := OpenGuard(dir, 2, now)
	if err != nil {
		t.Fatal(err)
	}
	run(g)
}

// What ran when the process died is under quarantine after the next start, for an
// hour the first time, for good the second; what had come back is not.
func TestGuard(t *testing.T) {
	dir := t.TempDir()
	bad, good := Hash{1, 2, 3}, Hash{4}
	now := time.Unix(1_700_000_000, 0)
	crash(t, dir, func(g *Guard) {
		g.Set(0, good)
		g.Clear(0)
		g.Set(1, bad)
	}, now)
	open := func(now time.Time) *Guard {
		t.Helper()
		g, err := OpenGuard(dir, 2, now)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	g := open(now)
	if !g.Quarantined(bad) || g.Quarantined(good) || len(g.List()) != 1 {
		t.Errorf("list %v", g.List())
	}
	g.Set(0, good)
	if err := g.Close(); err != nil || g.Close() != nil { // a clean end
		t.Error(err)
	}
	if g = open(now.Add(time.Minute)); !g.Quarantined(bad) || g.Quarantined(good) {
		t.Error("quarantine was lost")
	}
	g.Close()
	now = now.Add(2 * time.Hour)
	if g = open(now); g.Quarantined(bad) {
		t.Error("the first strike lasts more than an hour")
	}
	g.Close()
	crash(t, dir, func(g *Guard) { g.Set(0, bad) }, now)
	open(now).Close()
	if g = open(now.Add(1000 * time.Hour)); !g.Quarantined(bad) {
		t.Error("the second strike was forgotten")
	}
	g.Close()
	// Damaged files are no reason not to start.
	os.WriteFile(filepath.Join(dir, quarantineFile), []byte("nonsense\nabc 1\n"), 0o600)
	os.WriteFile(filepath.Join(dir, crumbsFile), []byte("short"), 0o600)
	open(now).Close()
}

func BenchmarkGuard(b *testing.B) {
	g, err := OpenGuard(b.TempDir(), 1, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	for b.Loop() {
		g.Set(0, Hash{1})
		g.Clear(0)
	}
}
