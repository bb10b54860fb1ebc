package leader

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipher/node/rms"
)

// A leader does not serve from storage that has lost its objects or its mark, or is another cluster's.
func TestStorageIsOurs(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, never)
	h.exec("CREATE TABLE t (a int)")
	h.exec("INSERT INTO t VALUES (1)")
	h.exec("VACUUM t") // into an object
	h.close()
	storage := filepath.Join(dir, "storage")
	aside := filepath.Join(t.TempDir(), "aside")
	start := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := Start(ctx, Options{Dir: dir, ID: "l1", Listen: "127.0.0.1:0", Bootstrap: true, Slices: 4, Embedded: true,
			Workers:      1,
			Housekeeping: never, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		defer s.Close(context.Background())
		return s.WaitReady(ctx)
	}
	refused := func(word string) {
		t.Helper()
		if err := start(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("want a refusal with %q, got %v", word, err)
		}
	}
	if err := os.Rename(storage, aside); err != nil {
		t.Fatal(err)
	}
	refused("Is it mounted")
	if err := os.RemoveAll(storage); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, storage); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(storage, rms.OwnerName)
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	refused("lacks the mark")
	if err := os.WriteFile(mark, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("belongs to cluster")
}
