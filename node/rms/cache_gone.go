package rms

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// A mapping keeps the space of a deleted file taken: whoever drops a table because the disk is full waits for the
// caches to let go of it. Nobody tells them what was deleted, so they look.

// goneEvery is the time between two looks for deleted objects.
const goneEvery = time.Second

// goneShare bounds what looking costs where it is slow, as in a file system of the network: one part in so many of the
// time.
const goneShare = 50

// watchGone looks until stop is closed.
func (c *Cache) watchGone(m mapper) {
	defer close(c.watched)
	t := time.NewTimer(goneEvery)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
		}
		began := time.Now()
		c.dropGone(m)
		t.Reset(max(goneEvery, goneShare*time.Since(began)))
	}
}

// dropGone forgets objects whose files were deleted.
func (c *Cache) dropGone(m mapper) {
	c.mu.Lock()
	names := slices.Collect(maps.Keys(c.objects))
	c.mu.Unlock()
	gone := map[string]bool{}
	for _, name := range names {
		if _, err := os.Lstat(m.localPath(name)); errors.Is(err, fs.ErrNotExist) {
			gone[name] = true
		}
	}
	if len(gone) > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.dropLocked(gone)
	}
}
