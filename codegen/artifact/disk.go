package artifact

import (
	"container/list"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// disk is a directory of sealed artifacts, one file each, bounded in bytes. A file is
//
//	[diskMagic 8][CRC-32C of the rest 4][sealed envelope]
//
// and is written under another name first, so that a reader sees all of it or
// nothing. Nothing is synced: a file that a power cut damaged fails its checksum and goes.
type disk struct {
	dir   string
	limit int64

	mu     sync.Mutex
	files  map[Hash]*list.Element // guarded by mu; values *diskFile
	recent *list.List             // guarded by mu; most recently used in front
	bytes  int64                  // guarded by mu
}

type diskFile struct {
	key  Hash
	size int64
}

const (
	diskMagic  = "SLPHART1"
	diskHead   = len(diskMagic) + 4
	diskSuffix = ".artifact"
	diskTemp   = ".tmp"
)

// writeTime is more than writing a file takes: another process may be at it.
const writeTime = time.Hour

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openDisk lists the directory: the oldest files are the first to go.
func openDisk(dir string, limit int64) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	d := &disk{dir: dir, limit: limit, files: map[Hash]*list.Element{}, recent: list.New()}
	type found struct {
		diskFile
		used time.Time
	}
	var files []found
	for _, e := range entries {
		name := e.Name()
		key, err := ParseHash(strings.TrimSuffix(name, diskSuffix))
		info, statErr := e.Info()
		if strings.HasSuffix(name, diskTemp) && statErr == nil && time.Since(info.ModTime()) > writeTime {
			os.Remove(filepath.Join(dir, name)) // a crash left it
			continue
		}
		if err != nil || statErr != nil || !strings.HasSuffix(name, diskSuffix) {
			continue
		}
		files = append(files, found{diskFile{key, info.Size()}, info.ModTime()})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].used.Before(files[j].used) })
	for _, f := range files {
		d.note(f.key, f.size)
	}
	return d, nil
}

func (d *disk) path(key Hash) string { return filepath.Join(d.dir, key.String()+diskSuffix) }

// get reads an artifact; a damaged one is removed. Errors: ErrNotFound, ErrCorrupt, the system's.
func (d *disk) get(key Hash) ([]byte, error) {
	b, err := os.ReadFile(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if len(b) < diskHead || string(b[:len(diskMagic)]) != diskMagic ||
		binary.LittleEndian.Uint32(b[len(diskMagic):]) != crc32.Checksum(b[diskHead:], castagnoli) {
		d.remove(key)
		return nil, ErrCorrupt
	}
	now := time.Now()
	os.Chtimes(d.path(key), now, now) // order of eviction after a restart; failing is harmless
	d.mu.Lock()
	d.note(key, int64(len(b)))
	d.mu.Unlock()
	return b[diskHead:], nil
}

// put writes an artifact and evicts the least recently used.
func (d *disk) put(key Hash, sealed []byte) error {
	b := make([]byte, diskHead, diskHead+len(sealed))
	copy(b, diskMagic)
	binary.LittleEndian.PutUint32(b[len(diskMagic):], crc32.Checksum(sealed, castagnoli))
	b = append(b, sealed...)
	if int64(len(b)) > d.limit {
		return nil
	}
	f, err := os.CreateTemp(d.dir, "*"+diskTemp)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), d.path(key))
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note(key, int64(len(b)))
	return nil
}

// note counts a file as just used and evicts. mu is held, or d is not shared yet.
func (d *disk) note(key Hash, size int64) {
	d.forget(key)
	d.files[key] = d.recent.PushFront(&diskFile{key, size})
	d.bytes += size
	for d.bytes > d.limit {
		oldest := d.recent.Back().Value.(*diskFile).key
		d.forget(oldest)
		os.Remove(d.path(oldest))
	}
}

func (d *disk) forget(key Hash) {
	if e, ok := d.files[key]; ok {
		d.bytes -= d.recent.Remove(e).(*diskFile).size
		delete(d.files, key)
	}
}

func (d *disk) remove(key Hash) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(key)
	os.Remove(d.path(key))
}
