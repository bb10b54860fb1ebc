package rms

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// fileStore keeps objects as files below root. Writing: a hidden temporary file, fsync,
// rename, fsync of the folder.
type fileStore struct{ root string }

func openFileStore(u *url.URL) (Store, error) {
	root := filepath.FromSlash(u.Host + u.Path) // file://relative/folder has a host
	if root == "" {
		return nil, errors.New("storage URL names no folder")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	return &fileStore{root: root}, nil
}

func (s *fileStore) localPath(name string) string {
	return filepath.Join(s.root, filepath.FromSlash(name))
}

func (s *fileStore) Put(ctx context.Context, name string, data []byte) error {
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
	dir := filepath.Dir(path)
	_, statErr := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failed("creating", name, err)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return nil, failed("creating", name, err)
	}
	return &fileWriter{f: f, name: name, path: path, newDir: statErr != nil}, nil
}

type fileWriter struct {
	f          *os.File
	name, path string
	newDir     bool
}

func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	if err != nil {
		err = failed("writing", w.name, err)
	}
	return n, err
}

func (w *fileWriter) Commit() error {
	err := w.f.Sync()
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
	dir := filepath.Dir(w.path)
	if err = syncDir(dir); err == nil && w.newDir {
		err = syncDir(filepath.Dir(dir))
	}
	if err != nil {
		return failed("writing", w.name, err)
	}
	return nil
}

func (w *fileWriter) Abort() {
	w.f.Close()
	os.Remove(w.f.Name())
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
	b, err := os.ReadFile(s.localPath(name))
	return b, fileErr("reading", name, err)
}

func (s *fileStore) GetRange(_ context.Context, name string, off, n int64) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
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

func (s *fileStore) Delete(_ context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := os.Remove(s.localPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("deleting", name, err)
	}
	return nil
}

func (s *fileStore) List(_ context.Context, prefix string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed while we walk
		}
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		rel, err := filepath.Rel(s.root, path)
		if name := filepath.ToSlash(rel); err == nil && strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, failed("listing", prefix, err)
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
