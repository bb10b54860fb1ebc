package rms

import (
	"context"
	"os"
	"path/filepath"
	"sort"
	"sync"

	"slipher/catalog/state"
)

// disk is a node's folder of copies of remote objects. Losing it loses nothing.
type disk struct {
	root  string
	limit int64 // bytes; copies beyond it are removed, oldest use first

	mu   sync.Mutex       // one download at a time: they compete for the same line anyway
	size map[string]int64 // guarded by mu
	last map[string]int   // guarded by mu
	tick int              // guarded by mu
}

// diskLimit is how much of its disk a node uses for copies.
const diskLimit = 32 << 30

func newDisk(dir string) *disk {
	// What an earlier process left is not trusted to be whole.
	root := filepath.Join(dir, "objects")
	os.RemoveAll(root)
	return &disk{root: root, limit: diskLimit, size: map[string]int64{}, last: map[string]int{}}
}

func (d *disk) path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

// fetch returns the path of a local copy, made if there is none.
func (d *disk) fetch(ctx context.Context, s Store, ref state.ObjectRef) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tick++
	d.last[ref.Name] = d.tick
	path := d.path(ref.Name)
	if _, ok := d.size[ref.Name]; ok {
		return path, nil
	}
	data, err := s.Get(ctx, ref.Name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", failed("copying", ref.Name, err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		os.Remove(path)
		return "", failed("copying", ref.Name, err)
	}
	d.size[ref.Name] = int64(len(data))
	d.shrinkLocked()
	return path, nil
}

// shrinkLocked removes the copies used longest ago. Mappings of removed files stay valid.
func (d *disk) shrinkLocked() {
	total := int64(0)
	var names []string
	for n, s := range d.size {
		total += s
		names = append(names, n)
	}
	if total <= d.limit {
		return
	}
	sort.Slice(names, func(i, j int) bool { return d.last[names[i]] < d.last[names[j]] })
	for _, n := range names[:len(names)-1] {
		if total <= d.limit {
			return
		}
		total -= d.size[n]
		d.removeLocked(n)
	}
}

func (d *disk) removeLocked(name string) {
	os.Remove(d.path(name))
	delete(d.size, name)
	delete(d.last, name)
}

func (d *disk) remove(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.size[name]; ok {
		d.removeLocked(name)
	}
}
