package rms

import (
	"bytes"
	"context"
	"net/url"
	"sort"
	"strings"
	"sync"

	"slipher/catalog/fault"
)

// memStore keeps objects in memory: for tests, and as the example of a store without local files.
type memStore struct {
	mu      sync.Mutex
	objects map[string][]byte // guarded by mu; the slices never change
}

// memStores: one URL is one store, as it would be with a real one.
var memStores sync.Map

func openMemStore(u *url.URL) (Store, error) {
	s, _ := memStores.LoadOrStore(u.String(), &memStore{objects: map[string][]byte{}})
	return s.(*memStore), nil
}

func (s *memStore) Put(_ context.Context, name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := fault.Point("rms.put"); err != nil {
		return failed("writing", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = bytes.Clone(data)
	return nil
}

type memWriter struct {
	data bytes.Buffer
	s    *memStore
	name string
}

func (s *memStore) Create(_ context.Context, name string) (ObjectWriter, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := fault.Point("rms.create"); err != nil {
		return nil, failed("creating", name, err)
	}
	return &memWriter{s: s, name: name}, nil
}

func (w *memWriter) Write(p []byte) (int, error) {
	if err := fault.Point("rms.write"); err != nil {
		return 0, failed("writing", w.name, err)
	}
	return w.data.Write(p)
}

func (w *memWriter) Commit() error {
	if err := fault.Point("rms.commit"); err != nil {
		return failed("writing", w.name, err)
	}
	return w.s.Put(context.Background(), w.name, w.data.Bytes())
}
func (w *memWriter) Abort() {}

func (s *memStore) Get(_ context.Context, name string) ([]byte, error) {
	if err := fault.Point("rms.get"); err != nil {
		return nil, failed("reading", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[name]
	if !ok {
		return nil, missing(name)
	}
	return b, nil
}

func (s *memStore) GetRange(ctx context.Context, name string, off, n int64) ([]byte, error) {
	b, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if off < 0 || n < 0 || off > int64(len(b)) || n > int64(len(b))-off {
		return nil, failed("reading", name, bytes.ErrTooLarge)
	}
	return b[off : off+n], nil
}

func (s *memStore) Delete(_ context.Context, name string) error {
	if err := fault.Point("rms.delete"); err != nil {
		return failed("deleting", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, name)
	return nil
}

func (s *memStore) List(_ context.Context, prefix string) ([]string, error) {
	if err := fault.Point("rms.list"); err != nil {
		return nil, failed("listing", prefix, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for n := range s.objects {
		if strings.HasPrefix(n, prefix) {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return names, nil
}

// Leftovers implements Store: unfinished objects are their writers' alone.
func (s *memStore) Leftovers(context.Context) ([]string, error) { return nil, nil }
