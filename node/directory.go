package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// lockFile is locked by the process that uses a node's directory.
const lockFile = "LOCK"

// crumbs is what every node's directory has once the node was registered.
const crumbs = "breadcrumbs"

// ours are the entries of a node's directory, and what a disk's root has.
var ours = []string{"cache", crumbs, "quarantine", "quarantine.tmp", lockFile, "lost+found"}

// Holds reports whether a directory is a node's.
func Holds(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, crumbs))
	return err == nil
}

// checkDir refuses a directory that is somebody else's: a node deletes what it finds in its caches. It
// makes nothing.
func checkDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the node's directory: %w", err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "catalog" || name == "CLUSTER":
			return fmt.Errorf("the directory %s holds the catalog of a leader: a node needs one of its own", dir)
		case !slices.Contains(ours, name):
			return fmt.Errorf(
				"the directory %s is not that of a node, and not empty, there is %q: name an empty directory or a new one", dir,
				name)
		}
	}
	return nil
}

// lockDir makes a directory and keeps other processes out: two would tread on each other's caches. The lock
// goes with the process.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("the directory %s is in use by another process", dir)
	}
	return f, nil
}
