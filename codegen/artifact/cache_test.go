package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// memStore is a shared level for tests.
type memStore struct {
	mu   sync.Mutex
	m    map[Hash][]byte
	fail error
}

func (s *memStore) Get(_ context.Context, key Hash) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	if b, ok := s.m[key]; ok {
		return b, nil
	}
	return nil, ErrNotFound
}

func (s *memStore) Put(_ context.Context, key Hash, b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[key] = b
	return s.fail
}

func testEntry(t *testing.T, name string) Entry {
	t.Helper()
	e := testEnvelope(name)
	b, err := e.Seal(testKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return Entry{e, b}
}

func testCache(t *testing.T, o CacheOptions) *Cache {
	t.Helper()
	o.Public = testKey(t).Public()
	c, err := NewCache(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// What was put is found in memory, after a restart on disk, in another place in the
// shared store; each find warms the levels above.
func TestCacheLevels(t *testing.T) {
	dir, shared := t.TempDir(), &memStore{m: map[Hash][]byte{}}
	a := testEntry(t, "a")
	c := testCache(t, CacheOptions{Dir: dir, Shared: shared})
	if _, where := c.Get(t.Context(), a.Key); where != Nowhere {
		t.Fatal(where)
	}
	c.Put(a)
	if e, where := c.Get(t.Context(), a.Key); where != Memory || !bytes.Equal(e.Sealed, a.Sealed) {
		t.Fatal(where)
	}
	c.Close()
	c.Close()

	c = testCache(t, CacheOptions{Dir: dir})
	if e, where := c.Get(t.Context(), a.Key); where != Disk || string(e.Object) != "object" {
		t.Fatal(where)
	}
	if _, where := c.Get(t.Context(), a.Key); where != Memory {
		t.Fatal(where)
	}
	other := t.TempDir()
	c = testCache(t, CacheOptions{Dir: other, Shared: shared})
	if _, where := c.Get(t.Context(), a.Key); where != Shared {
		t.Fatal(where)
	}
	c.Close()
	c = testCache(t, CacheOptions{Dir: other})
	if _, where := c.Get(t.Context(), a.Key); where != Disk {
		t.Fatal(where)
	}
	if s := c.Stats(); s.Hits[Disk] != 1 || s.Entries != 1 {
		t.Errorf("%+v", s)
	}
	c.Remove(a.Key)
	if _, where := c.Get(t.Context(), a.Key); where != Nowhere {
		t.Fatal(where)
	}
	shared.fail = errors.New("out of order")
	c = testCache(t, CacheOptions{Shared: shared})
	if _, where := c.Get(t.Context(), a.Key); where != Nowhere {
		t.Fatal(where)
	}
}

// Damaged, foreign and wrongly filed entries are not returned, and are removed.
func TestCacheDamage(t *testing.T) {
	dir := t.TempDir()
	a := testEntry(t, "a")
	path := filepath.Join(dir, a.Key.String()+diskSuffix)
	fill := func() []byte {
		c := testCache(t, CacheOptions{Dir: dir})
		c.Put(a)
		c.Close()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := fill()
	foreign, _ := NewPrivateKey()
	signed, err := testEnvelope("a").Seal(foreign)
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDisk(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.put(a.Key, signed); err != nil {
		t.Fatal(err)
	}
	foreignFile, _ := os.ReadFile(d.path(a.Key))
	misfiled := testEntry(t, "b")
	d.put(a.Key, misfiled.Sealed)
	misfiledFile, _ := os.ReadFile(d.path(a.Key))
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 4
	for name, b := range map[string][]byte{"flipped": flipped, "cut": good[:len(good)-1], "empty": nil,
		"foreign": foreignFile, "misfiled": misfiledFile} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c := testCache(t, CacheOptions{Dir: dir})
		if _, where := c.Get(t.Context(), a.Key); where != Nowhere {
			t.Errorf("%s: found in %v", name, where)
		}
		if c.Stats().Dropped != 1 {
			t.Errorf("%s: %+v", name, c.Stats())
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: still there", name)
		}
	}
}

// Memory and disk stay within their bounds; the least recently used go first.
func TestCacheBounds(t *testing.T) {
	dir := t.TempDir()
	var entries []Entry
	for i := range 10 {
		entries = append(entries, testEntry(t, fmt.Sprint("p", i)))
	}
	one := size(entries[0])
	file := int64(len(entries[0].Sealed) + diskHead)
	c := testCache(t, CacheOptions{Dir: dir, MemoryBytes: 3 * one, DiskBytes: 5 * file})
	for _, e := range entries[:3] {
		c.Put(e)
	}
	c.Get(t.Context(), entries[0].Key)
	c.Put(entries[3])
	if s := c.Stats(); s.Entries != 3 || s.Bytes > 3*one {
		t.Errorf("%+v", s)
	}
	if _, where := c.Get(t.Context(), entries[0].Key); where != Memory {
		t.Error("the entry just used is gone")
	}
	for _, e := range entries[4:] {
		c.Put(e)
	}
	c.Close()
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 5 {
		t.Errorf("%d files", len(names))
	}
	// A smaller bound holds from the next start on; leftovers of a crash go, what another process writes does not.
	for name, age := range map[string]time.Duration{"x": 2 * writeTime, "y": writeTime / 2} {
		name = filepath.Join(dir, name+diskTemp)
		os.WriteFile(name, []byte("half"), 0o600)
		os.Chtimes(name, time.Now().Add(-age), time.Now().Add(-age))
	}
	os.Chtimes(filepath.Join(dir, entries[9].Key.String()+diskSuffix), time.Now().Add(time.Hour),
		time.Now().Add(time.Hour))
	testCache(t, CacheOptions{Dir: dir, DiskBytes: 2*file + 1})
	names, _ = filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 3 {
		t.Errorf("%d files", len(names))
	}
	if _, err := os.Stat(filepath.Join(dir, entries[9].Key.String()+diskSuffix)); err != nil {
		t.Error("the newest file is gone")
	}
}

// Many goroutines may use a cache at once.
func TestCacheConcurrent(t *testing.T) {
	var entries []Entry
	for i := range 8 {
		entries = append(entries, testEntry(t, fmt.Sprint("p", i)))
	}
	c := testCache(t, CacheOptions{Dir: t.TempDir(), MemoryBytes: 4 * size(entries[0])})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				e := entries[(i*7+g)%len(entries)]
				if got, where := c.Get(t.Context(), e.Key); where != Nowhere && got.Key != e.Key {
					t.Error("another entry")
				}
				c.Put(e)
			}
		})
	}
	wg.Wait()
}
