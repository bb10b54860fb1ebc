package leader

import (
	"context"
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

// catalogDir is the folder of the catalog within a data directory.
const catalogDir = "catalog"

// storageDir is the folder of the objects, unless --storage names another.
const storageDir = "storage"

// ours are the entries that a data directory may have before it holds a cluster: a first start may have
// been interrupted, and a disk's root has a folder of its own.
var ours = []string{catalogDir, clusterFile, clusterFile + ".new", storageDir, "node", "artifacts", "load_errors.jsonl", "lost+found"}

// checkDir refuses a directory that is somebody else's. It makes nothing.
func checkDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	if replica.Exists(filepath.Join(dir, catalogDir)) {
		return nil
	}
	if node.Holds(dir) {
		return fmt.Errorf("the directory %s holds the caches of a compute node: a leader needs one of its own", dir)
	}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) {
			return fmt.Errorf("the directory %s holds no data of Slipher's, but is not empty, there is %q: name an empty directory or a new one", dir, e.Name())
		}
	}
	return nil
}

// apart makes sure that the objects of a new cluster lie by themselves: neither among what else is in the data directory,
// where a cache may be deleted and a catalog copied, nor around it. A cluster that is there already stays where it is.
func (o *Options) apart() error {
	root := rms.Folder(rms.Resolve(o.Dir, o.Storage))
	if root == "" || replica.Exists(filepath.Join(o.Dir, catalogDir)) {
		return nil
	}
	if up, err := filepath.Rel(root, o.Dir); err == nil && filepath.IsLocal(up) {
		return fmt.Errorf("--storage %s holds the data directory %s: name a folder of its own", o.Storage, o.Dir)
	}
	in, err := filepath.Rel(o.Dir, root)
	if err != nil || !filepath.IsLocal(in) {
		return nil
	}
	if first, _, _ := strings.Cut(in, string(filepath.Separator)); first != storageDir && slices.Contains(ours, first) {
		return fmt.Errorf("--storage %s: %q in the data directory is for something else", o.Storage, first)
	}
	return nil
}

// prepareStorage makes managed storage for a cluster that is about to be made: whatever is wrong
// with it is found before anything is written to the data directory.
func (s *Server) prepareStorage(ctx context.Context) error {
	_, err := rms.Make(ctx, rms.Resolve(s.opts.Dir, s.opts.bootstrapStorage()))
	return err
}

// bootstrapStorage is where a new cluster's objects will be. A folder of the data directory is kept as such, so that it goes
// where the directory goes, unless other leaders are to find it.
func (o *Options) bootstrapStorage() string {
	if o.Storage == "" {
		return defaultStorage
	}
	if o.Embedded {
		return rms.Relative(o.Dir, o.Storage)
	}
	return o.Storage
}
