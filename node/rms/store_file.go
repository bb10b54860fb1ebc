package rms

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"slipher/catalog/fault"
)

// fileStore keeps objects as files below root. Writing: a hidden temporary file, fsync,
// rename, fsync of the folders on the way to it. Only a whole file ever has an object's name.
type fileStore struct {
	root string

	mu    sync.Mutex
	known map[string]bool // folders whose own entry is durable; guarded by mu
}

func openFileStore(u *url.URL) (Store, error) {
	root, err := rootOf(u)
	if err != nil {
		return nil, err
	}
	switch info, err := os.Stat(root); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("managed storage %s does not exist on this machine", u)
	case err != nil:
		return nil, fmt.Errorf("managed storage %s: %w", u, err)
	case !info.IsDir():
		return nil, fmt.Errorf("managed storage %s is no folder", u)
	}
	return &fileStore{root: root, known: map[string]bool{root: true}}, nil
}

func (s *fileStore) localPath(name string) string {
	return filepath.Join(s.root, filepath.FromSlash(name))
}

func (s *fileStore) Put(ctx context.Context, name string, data []byte) error {
	if err := fault.Point("rms.put"); err != nil {
		return failed("writing", name, err)
	}
	w, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Abort()
		return err
	}
	return w.Commit()
}

func (s *fileStore) Create(_ context.Context, name string) (ObjectWriter, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := s.localPath(name)
	dir, base := filepath.Split(path)
	f, err := (*os.File)(nil), fault.Point("rms.create")
	if err == nil {
		err = s.makeDir(filepath.Clean(dir))
	}
	if err == nil {
		f, err = os.CreateTemp(dir, "."+base+".*"+leftoverEnd)
	}
	if err != nil {
		return nil, failed("creating", name, err)
	}
	return &fileWriter{s: s, f: f, name: name, path: path}, nil
}

// makeDir makes a folder below the root. The root itself is made when the store is opened and never
// again: in one that came later, objects would be lost when the right one is back.
func (s *fileStore) makeDir(dir string) error {
	if dir == s.root {
		_, err := os.Stat(dir)
		return err
	}
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.makeDir(filepath.Dir(dir)); err == nil {
			err = os.Mkdir(dir, 0o700)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

type fileWriter struct {
	s          *fileStore
	f          *os.File
	name, path string
}

func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := 0, fault.Point("rms.write")
	if err == nil {
		n, err = w.f.Write(p)
	}
	if err != nil {
		err = failed("writing", w.name, err)
	}
	return n, err
}

// Commit implements ObjectWriter. After an error nothing is left under the object's name: what could
// not be made durable may be gone after a power failure, and nobody shall have read it before.
func (w *fileWriter) Commit() error {
	err := fault.Point("rms.commit")
	if err == nil {
		err = w.f.Sync() // not tried again: the kernel may have dropped the pages
	}
	if e := w.f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(w.f.Name(), w.path)
	}
	if err != nil {
		os.Remove(w.f.Name())
		return failed("writing", w.name, err)
	}
	if err = fault.Point("rms.renamed"); err == nil {
		err = w.s.syncDirs(filepath.Dir(w.path))
	}
	if err != nil {
		os.Remove(w.path)
		return failed("writing", w.name, err)
	}
	return nil
}

func (w *fileWriter) Abort() {
	w.f.Close()
	os.Remove(w.f.Name())
}

// syncDirs makes dir's entries durable and, the first time, those of the folders above up to the
// store's. Whoever made a folder may not be the first to put an object in it, hence the memory.
func (s *fileStore) syncDirs(dir string) error {
	if err := syncDir(dir); err != nil {
		return err
	}
	s.mu.Lock()
	known := s.known[dir]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := s.syncDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	s.mu.Lock()
	s.known[dir] = true
	s.mu.Unlock()
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *fileStore) Get(_ context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := fault.Point("rms.get"); err != nil {
		return nil, failed("reading", name, err)
	}
	b, err := os.ReadFile(s.localPath(name))
	return b, fileErr("reading", name, err)
}

func (s *fileStore) GetRange(_ context.Context, name string, off, n int64) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := fault.Point("rms.get"); err != nil {
		return nil, failed("reading", name, err)
	}
	f, err := os.Open(s.localPath(name))
	if err != nil {
		return nil, fileErr("reading", name, err)
	}
	defer f.Close()
	b := make([]byte, n)
	if _, err := f.ReadAt(b, off); err != nil {
		return nil, failed("reading", name, err)
	}
	return b, nil
}

// Delete implements Store. It does not make the deletion durable.
func (s *fileStore) Delete(_ context.Context, name string) error {
	if _, leftover := LeftoverOf(name); !leftover {
		if err := checkName(name); err != nil {
			return err
		}
	}
	err := fault.Point("rms.delete")
	if err == nil {
		err = os.Remove(s.localPath(name))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("deleting", name, err)
	}
	return nil
}

func (s *fileStore) List(_ context.Context, prefix string) ([]string, error) {
	return s.list(prefix, func(name string) bool {
		return checkName(name) == nil && strings.HasPrefix(name, prefix)
	})
}

func (s *fileStore) Leftovers(context.Context) ([]string, error) {
	return s.list("", func(name string) bool {
		_, ok := LeftoverOf(name)
		return ok
	})
}

// list walks over all files' names.
func (s *fileStore) list(what string, want func(name string) bool) ([]string, error) {
	if err := fault.Point("rms.list"); err != nil {
		return nil, failed("listing", what, err)
	}
	var names []string
	err := filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed while we walk
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(s.root, path)
		if name := filepath.ToSlash(rel); err == nil && want(name) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, failed("listing", what, err)
	}
	sort.Strings(names)
	return names, nil
}

func fileErr(what, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return missing(name)
	}
	return failed(what, name, err)
}
