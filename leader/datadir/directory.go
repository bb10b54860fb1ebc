// Package datadir is what a leader's data directory may hold, before and after it holds a cluster.
//
//	DIR/catalog             the log and its snapshots (catalog/replica)
//	DIR/storage             the objects, unless --storage names another place
//	DIR/CLUSTER             the cluster's id, known before raft has a majority
//	DIR/node, DIR/artifacts caches
//	DIR/load_errors.jsonl   what COPY refused (leader/history)
//	DIR/load_files.jsonl    what it loaded
package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"slipher/catalog/replica"
	"slipher/node"
	"slipher/node/rms"
)

// Names of the entries.
const (
	Catalog     = "catalog"
	Storage     = "storage"
	ClusterFile = "CLUSTER"
	Node        = "node"
	Artifacts   = "artifacts"
	LoadErrors  = "load_errors.jsonl"
	LoadFiles   = "load_files.jsonl"
)

// DefaultStorage is the URL of Storage, relative to the data directory.
var DefaultStorage = rms.RelativeURL(Storage)

// ours are the entries that a data directory may have before it holds a cluster: a first start may have
// been interrupted, and a disk's root has a folder of its own.
var ours = []string{Catalog, ClusterFile, ClusterFile + ".new", Storage, Node, Artifacts, LoadErrors, LoadFiles,
	"lost+found"}

// Check refuses a directory that is somebody else's. It makes nothing.
func Check(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	if HoldsCatalog(dir) {
		return nil
	}
	if node.Holds(dir) {
		return fmt.Errorf("the directory %s holds the caches of a compute node: a leader needs one of its own", dir)
	}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) {
			return fmt.Errorf("the directory %s holds no data of Slipher's, but is not empty, there is %q: "+
				"name an empty directory or a new one", dir, e.Name())
		}
	}
	return nil
}

// HoldsCatalog reports whether a directory holds a cluster's catalog.
func HoldsCatalog(dir string) bool { return replica.Exists(filepath.Join(dir, Catalog)) }

// Apart makes sure that the objects of a new cluster lie by themselves: neither among what else is in the data
// directory, where a cache may be deleted and a catalog copied, nor around it. A cluster that is there already
// stays where it is.
func Apart(dir, storage string) error {
	root := rms.Folder(rms.Resolve(dir, storage))
	if root == "" || HoldsCatalog(dir) {
		return nil
	}
	if up, err := filepath.Rel(root, dir); err == nil && filepath.IsLocal(up) {
		return fmt.Errorf("--storage %s holds the data directory %s: name a folder of its own", storage, dir)
	}
	in, err := filepath.Rel(dir, root)
	if err != nil || !filepath.IsLocal(in) {
		return nil
	}
	if first, _, _ := strings.Cut(in, string(filepath.Separator)); first != Storage && slices.Contains(ours, first) {
		return fmt.Errorf("--storage %s: %q in the data directory is for something else", storage, first)
	}
	return nil
}
