package rms

import (
	"bytes"
	"context"
	"net/url"
	"sort"
	"strings"
	"sync"
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
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = bytes.Clone(data)
	return nil
}

type memWriter struct {
	bytes.Buffer
	s    *memStore
	name string
}

func (s *memStore) Create(_ context.Context, name string) (ObjectWriter, error) {
	return &memWriter{s: s, name: name}, checkName(name)
}

func (w *memWriter) Commit() error { return w.s.Put(context.Background(), w.name, w.Bytes()) }
func (w *memWriter) Abort()        {}

func (s *memStore) Get(_ context.Context, name string) ([]byte, error) {
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
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, name)
	return nil
}

func (s *memStore) List(_ context.Context, prefix string) ([]string, error) {
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
