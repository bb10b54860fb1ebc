package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	settings
	csv        string
	queries    []query
	contenders []contender // the reference first: figures are divided by its
	firsts     figures     // medians of first runs, nil if not measured
}

func (b *bench) slipherDir() string {
	return filepath.Join(b.cache, "slipher-"+b.suite.name+"-sf"+b.sf+b.shape())
}
func (b *bench) duckdbFile() string {
	return filepath.Join(b.cache, "duckdb-"+b.suite.name+"-sf"+b.sf+".db")
}
func (b *bench) loadedFile(of string) string {
	return filepath.Join(b.cache, "loaded-"+b.suite.name+"-sf"+b.sf+of)
}

// loaded is what loading cost.
type loaded struct {
	load, analyze time.Duration
	largest       time.Duration // the largest table's part of load
	table         string        // that one
	bytes         int64
	peak          int64 // of resident memory
}

// load loads both engines with the same files and reports it, unless the cache
// holds databases of an earlier run.
func (b *bench) load(ctx context.Context) error {
	tables, err := readTables(b.settings)
	if err != nil {
		return err
	}
	if err := b.touch(); err != nil { // the files, too, are in the page cache
		return err
	}
	duck, err := b.loadOnce("", []string{b.duckdbFile(), b.duckdbFile() + ".wal"}, func() (loaded, error) {
		return b.loadDuckDB(ctx, tables)
	})
	if err != nil {
		return err
	}
	slip, err := b.loadOnce("-slipher"+b.shape(), []string{b.slipherDir()}, func() (loaded, error) {
		return b.loadSlipher(ctx, tables)
	})
	if err != nil {
		return err
	}
	if duck.load > 0 && slip.load > 0 {
		reportLoad(duck, slip, size(b.csv))
	}
	return nil
}

// loadOnce has an engine loaded into paths, unless that was done.
func (b *bench) loadOnce(of string, paths []string, load func() (loaded, error)) (l loaded, err error) {
	done := b.loadedFile(of)
	if _, err := os.Stat(done); err == nil && !b.reload {
		return l, nil
	}
	for _, path := range append(paths, done) {
		if err := os.RemoveAll(path); err != nil {
			return l, err
		}
	}
	if l, err = load(); err != nil {
		return l, err
	}
	return l, os.WriteFile(done, nil, 0o644)
}

func (b *bench) loadDuckDB(ctx context.Context, tables []table) (l loaded, err error) {
	e, err := startDuckDB(ctx, b.settings, b.duckdbFile())
	if err != nil {
		return l, err
	}
	defer func() { e.close(); l.bytes = size(b.duckdbFile()) }()
	for _, t := range tables {
		if _, _, err := e.query(ctx, t.create); err != nil {
			return l, err
		}
		_, took, err := e.query(ctx, fmt.Sprintf("COPY %s FROM '%s' %s", t.name, b.file(t), b.suite.duckdbFormat))
		if err != nil {
			return l, err
		}
		l.add(t, took)
	}
	// Until here rows may be in the write-ahead log only.
	_, took, err := e.query(ctx, "CHECKPOINT")
	l.load += took
	l.peak = peak(e.pid())
	return l, err
}

func (b *bench) loadSlipher(ctx context.Context, tables []table) (l loaded, err error) {
	e, err := startSlipher(ctx, b.settings, b.slipherDir(), true)
	if err != nil {
		return l, err
	}
	defer e.close()
	for _, t := range tables {
		if _, _, err := e.query(ctx, t.create+" "+b.suite.attributes(t)); err != nil {
			return l, err
		}
		_, took, err := e.query(ctx, fmt.Sprintf("COPY %s FROM '%s' %s", t.name, b.file(t), b.suite.slipherFormat))
		if err != nil {
			return l, err
		}
		l.add(t, took)
	}
	for _, t := range tables {
		_, took, err := e.query(ctx, "ANALYZE "+t.name)
		if err != nil {
			return l, err
		}
		l.analyze += took
	}
	l.bytes, l.peak = size(b.slipherDir())-size(filepath.Join(b.slipherDir(),
		"artifacts"))-size(filepath.Join(b.slipherDir(), "storage", "artifacts")), peak(e.pid())
	if b.suite.more != nil {
		for _, t := range tables {
			if err := b.suite.more(ctx, b, e, t); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

func (l *loaded) add(t table, took time.Duration) {
	l.load += took
	if took > l.largest {
		l.largest, l.table = took, t.name
	}
}

func (b *bench) file(t table) string { return filepath.Join(b.csv, t.name+".csv") }

// touch reads everything once: no contender shall wait for the disk.
func (b *bench) touch() error {
	for _, root := range []string{b.csv, b.slipherDir(), b.duckdbFile()} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // not there yet
			}
			_, err = os.ReadFile(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// size is the bytes of all files below root.
func size(root string) int64 {
	var sum int64
	filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}

// peak is the most resident memory a process has had, in bytes; 0 where the
// system does not say.
func peak(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}
