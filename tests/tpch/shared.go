package tpch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipher/tests/cluster"
)

// shared is the folder of larger data sets; without it the test fails.
func shared(t testing.TB, elem ...string) string {
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

// scaleOne is the folder of SF 1's CSV files. They are generated once and kept.
func scaleOne(t testing.TB) string {
	t.Helper()
	cache := os.Getenv("SLIPHER_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "slipher")
	}
	out := filepath.Join(cache, "tpch-sf1")
	if _, err := os.Stat(filepath.Join(out, "done")); err != nil {
		gen := exec.Command("sh", shared(t, "tools", "gen-data.sh"), cache, "tpch:1")
		var said strings.Builder
		gen.Stderr = &said
		if err := gen.Run(); err != nil {
			t.Fatalf("SF 1 is not in %s and cannot be made: %v\n%s", cache, err, said.String())
		}
	}
	return filepath.Join(out, "csv")
}
