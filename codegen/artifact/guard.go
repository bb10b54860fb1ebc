package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Guard keeps an artifact that killed the process from killing it again. Each
// worker notes in a mapped file what it runs; the note survives the process. The next start
// finds it and puts the artifact under quarantine: its segments run on primitives.
//
// A process that is killed from outside leaves notes, too, and the artifact
// was innocent. So the first time counts for an hour, the second for good.
// Set and Clear are for the worker's own goroutine, Quarantined for all.
type Guard struct {
	dir    string
	file   []byte // mapped, crumbSize bytes a worker
	bad    map[Hash]strikes
	now    time.Time // of OpenGuard: what is under quarantine stays so while the process lives
	closed sync.Once
}

// strikes is one line of the quarantine file.
type strikes struct {
	count int
	last  time.Time
}

const (
	crumbSize      = 64 // [1 if running, 8 bytes][hash 32]
	crumbHash      = 8
	crumbsFile     = "breadcrumbs"
	quarantineFile = "quarantine"
	maxWorkers     = 1024
	firstStrike    = time.Hour
)

// OpenGuard opens the guard of a node's directory for workers 0 … workers-1,
// after having dealt with what the last process left.
func OpenGuard(dir string, workers int, now time.Time) (*Guard, error) {
	if workers < 1 || workers > maxWorkers {
		return nil, fmt.Errorf("%d workers", workers)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	g := &Guard{dir: dir, now: now}
	if err := g.readQuarantine(); err != nil {
		return nil, err
	}
	if err := g.readCrumbs(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, crumbsFile), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := workers * crumbSize
	if err := f.Truncate(int64(size)); err != nil {
		return nil, err
	}
	g.file, err = unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return g, err
}

// Set notes that a worker is about to run an artifact. A few nanoseconds.
func (g *Guard) Set(worker int, key Hash) {
	crumb := g.file[worker*crumbSize:][:crumbSize]
	copy(crumb[crumbHash:], key[:])
	atomic.StoreInt64(word(crumb), 1)
}

// Clear notes that it came back.
func (g *Guard) Clear(worker int) { atomic.StoreInt64(word(g.file[worker*crumbSize:]), 0) }

// Quarantined says that an artifact must not run.
func (g *Guard) Quarantined(key Hash) bool {
	s, ok := g.bad[key]
	return ok && (s.count > 1 || g.now.Sub(s.last) < firstStrike)
}

// List is the artifacts under quarantine.
func (g *Guard) List() []Hash {
	var keys []Hash
	for key := range g.bad {
		if g.Quarantined(key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// readCrumbs turns notes of the last process into strikes.
func (g *Guard) readCrumbs() error {
	b, err := os.ReadFile(filepath.Join(g.dir, crumbsFile))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	found := map[Hash]bool{}
	for ; len(b) >= crumbSize; b = b[crumbSize:] {
		if b[0] == 1 {
			found[Hash(b[crumbHash:crumbHash+len(Hash{})])] = true
		}
	}
	if len(found) == 0 {
		return nil
	}
	for key := range found {
		g.bad[key] = strikes{g.bad[key].count + 1, g.now}
	}
	return g.writeQuarantine()
}

// The quarantine file has a line an artifact: hash, strikes, time of the last (Unix seconds).
func (g *Guard) readQuarantine() error {
	g.bad = map[Hash]strikes{}
	b, err := os.ReadFile(filepath.Join(g.dir, quarantineFile))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	for line := range strings.Lines(string(b)) {
		var name string
		var count int
		var last int64
		if n, _ := fmt.Sscan(line, &name, &count, &last); n != 3 {
			continue // a damaged line costs a second crash at worst
		}
		if key, err := ParseHash(name); err == nil {
			g.bad[key] = strikes{count, time.Unix(last, 0)}
		}
	}
	return nil
}

func (g *Guard) writeQuarantine() error {
	var b strings.Builder
	for key, s := range g.bad {
		fmt.Fprintln(&b, key, s.count, s.last.Unix())
	}
	path := filepath.Join(g.dir, quarantineFile)
	if err := os.WriteFile(path+".tmp", []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// Close is a clean end: nothing was running. No worker may use the guard any more.
func (g *Guard) Close() error {
	var err error
	g.closed.Do(func() {
		clear(g.file)
		err = unix.Munmap(g.file)
	})
	return err
}
