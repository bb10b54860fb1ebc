package leader

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"slipher/codegen/artifact"
	"slipher/leader/datadir"
	"slipher/leader/keep"
	"slipher/leader/pgwire"
	"slipher/node/rms"
)

// Options say what kind of leader to start and where.
type Options struct {
	Dir     string // of the catalog and caches; absolute
	ID      string // short name of this leader
	Listen  string // SQL address
	Cluster string // address for nodes; unused if Embedded
	// Bootstrap makes a new cluster if Dir holds none, with these facts. They are fixed afterwards.
	Bootstrap bool
	// Join are cluster addresses of leaders. A leader without a cluster in Dir becomes a member of
	// theirs; one that is a member finds the others there.
	Join        []string
	Slices      int
	SlicesGiven bool // by the user: a contradiction to what is fixed is worth a warning
	// Storage is managed storage's URL, "": what the catalog says, or for a new cluster a folder of Dir. It must be what
	// the catalog says, unless Relocate: the objects have been moved there, and the catalog shall say so.
	Storage  string
	Relocate bool
	// Take the storage although another server owns it, or has owned it since: what that has written is lost.
	Take   bool
	Secret []byte // of the cluster's links
	// Embedded: one compute node lives in this process, with Workers workers.
	Embedded bool
	Workers  int
	Self     string // path of the binary, for compile workers
	Warm     bool   // start the compile workers with the server, not with the first query
	// CodeCache is a directory of compiled code for all servers of this user on this machine; "": none.
	CodeCache string
	// MaxConnections is how many clients are served at once, 0: pgwire.MaxConnections.
	MaxConnections int
	Log            *slog.Logger
	// Housekeeping is how eagerly small objects are merged and garbage is collected; zero values are defaults.
	Housekeeping keep.Policy
	// LogKept is how many commands stay in the log behind a snapshot, 0: replica's choice.
	LogKept uint64
}

// Check finds what is wrong with o before anything is opened or made; Start does it, too.
func (o Options) Check() error { return o.check() }

// check completes o and finds what is wrong with it.
func (o *Options) check() (err error) {
	if !filepath.IsAbs(o.Dir) {
		return fmt.Errorf("BUG: the data directory %q is not absolute", o.Dir)
	}
	if o.Bootstrap && o.Slices == 0 {
		return fmt.Errorf("--bootstrap needs --slices, 1 to %d", maxSlices)
	}
	if o.Bootstrap && (o.Slices < 1 || o.Slices > maxSlices) {
		return fmt.Errorf("--slices must be 1 to %d", maxSlices)
	}
	if o.Bootstrap && len(o.Join) > 0 {
		return errors.New("--bootstrap makes a new cluster, --join takes part in one: not both")
	}
	if o.Embedded && len(o.Join) > 0 {
		return errors.New("BUG: an embedded leader has no address for others")
	}
	if o.Storage != "" {
		if o.Storage, err = rms.Normalize(o.Storage); err != nil {
			return err
		}
		if !o.Embedded && rms.IsRelative(o.Storage) {
			return fmt.Errorf("--storage %s: other leaders would not find it in the directory of this one", o.Storage)
		}
		if err := datadir.Apart(o.Dir, o.Storage); err != nil {
			return err
		}
	}
	if o.Relocate && o.Storage == "" {
		return errors.New("--relocate needs --storage: where the objects are now")
	}
	if o.CodeCache != "" {
		if o.CodeCache, err = filepath.Abs(o.CodeCache); err == nil && o.CodeCache == filepath.Clean(o.Dir) {
			err = errors.New("the directory of the data is none for code that servers share")
		}
		if err == nil {
			err = artifact.CheckMachineCache(o.CodeCache)
		}
		if err != nil {
			return fmt.Errorf("--code-cache: %w", err)
		}
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = pgwire.MaxConnections
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return nil
}

// maxSlices bounds a cluster's slices: enough for 128 nodes of 32.
const maxSlices = 4096

// bootstrapStorage is where a new cluster's objects will be. A folder of the data directory is kept as such, so that
// it goes where the directory goes, unless other leaders are to find it.
func (o *Options) bootstrapStorage() string {
	if o.Storage == "" {
		return datadir.DefaultStorage
	}
	if o.Embedded {
		return rms.Relative(o.Dir, o.Storage)
	}
	return o.Storage
}
