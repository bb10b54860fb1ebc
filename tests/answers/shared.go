package answers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipher/tests/cache"
	"slipher/tests/cluster"
)

// Shared is the folder of larger data sets; without it the test fails.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("SLIPHER_SHARED")
	if dir == "" {
		dir = filepath.Join(cluster.Root(), "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("SLIPHER_SHARED: %v", err)
	}
	return path
}

// ScaleOne is the folder of the CSV files of a suite (tpch, tpcds) at SF 1. They are generated once and kept.
func ScaleOne(t testing.TB, suite string) string {
	t.Helper()
	dir, err := cache.Dir()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, suite+"-sf1")
	if _, err := os.Stat(filepath.Join(out, "done")); err != nil {
		gen := exec.Command("sh", Shared(t, "tools", "gen-data.sh"), dir, suite+":1")
		var said strings.Builder
		gen.Stderr = &said
		if err := gen.Run(); err != nil {
			t.Fatalf("SF 1 is not in %s and cannot be made: %v\n%s", dir, err, said.String())
		}
	}
	return filepath.Join(out, "csv")
}
