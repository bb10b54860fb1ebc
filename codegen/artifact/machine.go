package artifact

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// MachineCache is a directory of compiled objects for all servers of one user on a machine, whatever their
// clusters, as compilers have: a server that is started anew, for a test say, compiles nothing that was compiled
// before. What is in it is signed with a key of its own, and a leader that takes something from it signs it for its
// cluster. The key lies in the directory: who can write there is trusted with this user's servers.
//
// Several processes may use a directory at once; each bounds what it knows of. A nil cache holds nothing.
// Safe for concurrent use.
type MachineCache struct {
	cache *Cache
	key   PrivateKey
}

// machineKeyFile is the directory's signing key: 32 bytes of seed.
const machineKeyFile = "key"

// CheckMachineCache tells why dir cannot be one: it is no directory, or other users may write there.
// One that does not exist yet is fine.
func CheckMachineCache(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no directory", dir)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if info.Mode()&0o022 != 0 || ok && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is another user's, or others may write there: code from it would be theirs", dir)
	}
	return nil
}

// OpenMachineCache opens the directory dir, which is made if needed.
func OpenMachineCache(dir string, log *slog.Logger) (*MachineCache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := CheckMachineCache(dir); err != nil {
		return nil, err
	}
	key, err := machineKey(filepath.Join(dir, machineKeyFile))
	if err != nil {
		return nil, err
	}
	// What is taken from it goes on to a cluster's cache, which keeps it in memory.
	cache, err := NewCache(CacheOptions{Public: key.Public(), Dir: dir, MemoryBytes: 1, Log: log})
	if err != nil {
		return nil, err
	}
	return &MachineCache{cache, key}, nil
}

// machineKey reads the key of a directory; the first process makes it.
func machineKey(file string) (PrivateKey, error) {
	for {
		seed, err := os.ReadFile(file)
		if err == nil {
			key, err := PrivateKeyFromSeed(seed)
			if err != nil {
				return key, fmt.Errorf("%s: %w", file, err)
			}
			return key, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return PrivateKey{}, err
		}
		if err := makeMachineKey(file); err != nil && !errors.Is(err, fs.ErrExist) {
			return PrivateKey{}, err
		}
	}
}

// makeMachineKey puts a key of 32 bytes there at once, or fails with fs.ErrExist.
func makeMachineKey(file string) error {
	key, err := NewPrivateKey()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), "*"+diskTemp) // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key.Seed()[:ed25519.SeedSize])
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), file)
}

// Get is the artifact of that name, nil if there is none. It is not signed for a cluster.
func (m *MachineCache) Get(ctx context.Context, key Hash) *Envelope {
	if m == nil {
		return nil
	}
	e, _ := m.cache.Get(ctx, key)
	return e.Envelope
}

// Put keeps e under e.Key, soon.
func (m *MachineCache) Put(e *Envelope) error {
	if m == nil {
		return nil
	}
	own := *e
	b, err := own.Seal(m.key)
	if err == nil {
		m.cache.Put(Entry{&own, b})
	}
	return err
}

// Close waits until what was put is written.
func (m *MachineCache) Close() {
	if m != nil {
		m.cache.Close()
	}
}
