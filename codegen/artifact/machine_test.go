package artifact

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// What one server compiled the next one finds, and whoever opens the directory at the same time has the same key.
func TestMachineCache(t *testing.T) {
	dir, ctx := filepath.Join(t.TempDir(), "a", "b"), context.Background()
	caches := make([]*MachineCache, 4)
	var wg sync.WaitGroup
	for i := range caches {
		wg.Go(func() {
			var err error
			if caches[i], err = OpenMachineCache(dir, slog.Default()); err != nil {
				t.Error(err)
			}
		})
	}
	if wg.Wait(); t.Failed() {
		return
	}
	env := testEnvelope("p1")
	if got := caches[1].Get(ctx, env.Key); got != nil {
		t.Errorf("found %v", got)
	}
	if err := caches[0].Put(env); err != nil {
		t.Fatal(err)
	}
	caches[0].Close()
	for _, c := range caches[1:] {
		if got := c.Get(ctx, env.Key); got == nil || string(got.Object) != "object" {
			t.Errorf("found %+v", got)
		}
		c.Close()
	}
	// Nobody who cannot write there can put code there: a file signed with another key is none.
	sealed, err := testEnvelope("p2").Seal(testKey(t))
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDisk(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.put(testEnvelope("p2").Key, sealed); err != nil {
		t.Fatal(err)
	}
	c, err := OpenMachineCache(dir, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.Get(ctx, testEnvelope("p2").Key); got != nil {
		t.Errorf("found %+v", got)
	}
	var none *MachineCache
	if none.Get(ctx, env.Key) != nil || none.Put(env) != nil {
		t.Error("no cache, and something in it")
	}
	none.Close()
}

// Code is not taken from where others may write.
func TestMachineCacheIsOurs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{file, open, filepath.Join(file, "below")} {
		if _, err := OpenMachineCache(bad, slog.Default()); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	torn := filepath.Join(dir, "torn")
	if err := os.Mkdir(torn, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(torn, machineKeyFile), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMachineCache(torn, slog.Default()); err == nil {
		t.Error("a torn key was taken")
	}
}
