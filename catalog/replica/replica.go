package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/metadb"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Options say where a replica lives and how it talks.
type Options struct {
	Dir string // its own; made if missing
	ID  string // the leader's id: short, unique in the cluster
	// Bootstrap makes a new cluster with this replica as its only voter, if Dir
	// holds none yet. A replica that neither bootstraps nor finds a cluster in Dir waits
	// for an active leader to add it.
	Bootstrap bool
	// Streams carries raft's connections to other leaders. nil: this replica
	// stands alone for ever.
	Streams Streams
	// Locate says where a leader takes links now, "" if nobody knows: then the
	// address in raft's configuration counts. May be nil.
	Locate func(id string) string
	Log    *slog.Logger // nil: slog.Default
	// Now is the clock put into commands: microseconds since 2000-01-01 UTC.
	// nil: the machine's.
	Now func() int64

	// For tests: 0 means the constants below.
	Heartbeat         time.Duration
	SnapshotThreshold uint64
	TrailingLogs      uint64
	SegmentSize       int // of the log on disk
}

// Timeouts. A voter that has not heard of the active leader for heartbeat to
// 2*heartbeat asks for votes, so another leads 0.8 to 1.6 s after a crash, rarely (a
// split vote) 3 s. A leader that has not reached a majority for lease steps down; lease is
// shorter than heartbeat, so that it does before another can be elected. A lone
// voter waits for nobody: transport.elect.
const (
	heartbeat     = 800 * time.Millisecond
	leasePercent  = 75
	commitTimeout = 25 * time.Millisecond // when idle, how soon followers hear what is committed
	batchEntries  = 32                    // in one message
	enqueueWait   = 10 * time.Second
	segmentSize   = 16 << 20 // of the log on disk
	snapshotsKept = 2
	snapshotAfter = 8192 // commands
	trailingLogs  = 4096 // kept behind a snapshot for followers that lag
)

var (
	// ErrNotActive: another leader (or none) is the active one.
	ErrNotActive = errors.New("this leader is not the active one")

	// ErrOutcomeUnknown: the command may or may not count. Propose it again with
	// the same transaction id, or ask Catalog.Outcome.
	ErrOutcomeUnknown = errors.New("the outcome of the command is unknown")

	errUnknownPlace = errors.New("no other address is known")
)

// Replica is one leader's copy of the catalog.
type Replica struct {
	raft  *raft.Raft
	fsm   *fsm
	log   *store
	meta  *metadb.BoltMetaDB // the log's own database; closed by us: wal.WAL does not
	snaps raft.SnapshotStore
	trans *transport
	lock  *os.File
	opts  Options

	txns   txns
	turn   turn
	leader leadership
	lease  lease
	stop   context.CancelFunc
	wg     sync.WaitGroup
	closed sync.Once
	ending chan struct{} // closed when Shutdown begins
	down   chan struct{} // closed when raft has ended behind that
}

// Open starts the replica in o.Dir. It is of use when WaitActive returns.
func Open(o Options) (_ *Replica, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = func() int64 { return types.MicrosOf(time.Now()) }
	}
	r := &Replica{opts: o, fsm: newFSM(), txns: newTxns(), leader: newLeadership(), ending: make(chan struct{}),
		down: make(chan struct{})}
	// On failure everything opened so far is closed again.
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if err := r.openDisk(); err != nil {
		return nil, err
	}
	logger := newLogger(o.Log)
	r.trans = newTransport(o, logger)

	conf := o.config()
	conf.Logger = logger
	if o.Bootstrap {
		if err := r.bootstrap(conf); err != nil {
			return nil, err
		}
	}
	members, err := r.members(*conf)
	if err != nil {
		return nil, err
	}
	if r.raft, err = raft.NewRaft(conf, r.fsm, r.log, r.log, r.snaps, r.trans); err != nil {
		return nil, fmt.Errorf("start raft: %w", err)
	}
	if len(members) == 1 {
		r.trans.elect()
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		r.watch(ctx)
	}()
	return r, nil
}

// openDisk opens the log and the snapshots, for this process alone.
func (r *Replica) openDisk() (err error) {
	o := r.opts
	if err := os.MkdirAll(filepath.Join(o.Dir, "log"), 0o700); err != nil {
		return err
	}
	if r.lock, err = lockDir(o.Dir); err != nil {
		return err
	}
	logger := newLogger(o.Log)
	r.meta = &metadb.BoltMetaDB{}
	log, err := wal.Open(filepath.Join(o.Dir, "log"), wal.WithSegmentSize(cmp.Or(o.SegmentSize, segmentSize)),
		wal.WithMetaStore(r.meta),
		wal.WithLogger(logger.Named("wal")))
	if err != nil {
		return fmt.Errorf("open the catalog's log: %w", err)
	}
	r.log = &store{WAL: log, failure: failure{done: make(chan struct{})}}
	r.fsm.lost = r.log.failure.set
	snaps, err := raft.NewFileSnapshotStoreWithLogger(o.Dir, snapshotsKept, logger.Named("snapshot"))
	if err != nil {
		return fmt.Errorf("open the catalog's snapshots: %w", err)
	}
	r.snaps = snapshots{snaps}
	return nil
}

func (o Options) config() *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(o.ID)
	c.HeartbeatTimeout = cmp.Or(o.Heartbeat, heartbeat)
	c.ElectionTimeout = c.HeartbeatTimeout
	c.LeaderLeaseTimeout = c.HeartbeatTimeout * leasePercent / 100
	c.CommitTimeout = commitTimeout
	c.MaxAppendEntries = batchEntries
	// Commands of many sessions share an fsync anyhow: raft takes all that wait.
	// Its buffered channel would strand commands that are in it at shutdown.
	c.BatchApplyCh = false
	c.SnapshotThreshold = cmp.Or(o.SnapshotThreshold, snapshotAfter)
	c.TrailingLogs = cmp.Or(o.TrailingLogs, trailingLogs)
	// A leader that was removed stays a silent follower until its process ends it.
	c.ShutdownOnRemove = false
	c.NoLegacyTelemetry = true
	return c
}

// members reads the cluster on disk, nil if there is none. A cluster that does
// not know this replica's id is not its own: an error.
func (r *Replica) members(conf raft.Config) ([]raft.Server, error) {
	c, err := raft.GetConfiguration(&conf, newFSM(), r.log, r.log, r.snaps, r.trans)
	if err != nil {
		return nil, fmt.Errorf("read raft's configuration: %w", err)
	}
	member := slices.ContainsFunc(c.Servers, func(s raft.Server) bool { return s.ID == conf.LocalID })
	if len(c.Servers) > 0 && !member {
		return nil, fmt.Errorf("directory %s belongs to leader \"%s\", not to \"%s\"", r.opts.Dir, c.Servers[0].ID,
			conf.LocalID)
	}
	return c.Servers, nil
}

// bootstrap makes the cluster of one voter unless the directory holds a cluster.
func (r *Replica) bootstrap(conf *raft.Config) error {
	has, err := raft.HasExistingState(r.log, r.log, r.snaps)
	if err != nil || has {
		return err
	}
	voters := raft.Configuration{Servers: []raft.Server{{
		Suffrage: raft.Voter, ID: conf.LocalID, Address: r.trans.LocalAddr(),
	}}}
	if err := raft.BootstrapCluster(conf, r.log, r.log, r.snaps, r.trans, voters); err != nil {
		return fmt.Errorf("bootstrap raft: %w", err)
	}
	return nil
}

// Exists reports whether dir holds a leader's catalog: one that took part in a cluster.
func Exists(dir string) bool {
	files, err := os.ReadDir(filepath.Join(dir, "log"))
	return err == nil && len(files) > 0
}

// Catalog is the newest version applied here. Current on the active leader.
func (r *Replica) Catalog() *state.Catalog { return r.fsm.catalog() }

// Changed is closed when a version newer than the one Catalog gave before may exist.
// Take the channel first, then look at Catalog, then wait.
func (r *Replica) Changed() <-chan struct{} { return r.fsm.changed() }

// Failed is closed when the log's disk has failed, or its contents are a later version's: Err says how. The process
// must end; nothing will be reported as done any more.
func (r *Replica) Failed() <-chan struct{} { return r.log.failure.done }

// Err is why Failed is closed, nil before.
func (r *Replica) Err() error { return r.log.failure.get() }

// Snapshot writes a snapshot now and lets raft cut its log.
func (r *Replica) Snapshot() error {
	err := r.raft.Snapshot().Error()
	if errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return nil
	}
	return err
}

// Shutdown stops the replica and waits for it, until ctx ends at the latest: then its goroutines may be
// held by a disk, its files stay open for them, and the process must end. What was reported as done is on disk.
func (r *Replica) Shutdown(ctx context.Context) error {
	var err error
	r.closed.Do(func() {
		close(r.ending)
		r.stop()
		down := r.raft.Shutdown()
		r.trans.halt()
		ended := make(chan struct{})
		go func() {
			_ = down.Error() // waits; there is none
			close(r.down)
			r.wg.Wait()
			close(ended)
		}()
		select {
		case <-ended:
			err = r.close()
		case <-ctx.Done():
			err = fmt.Errorf("the catalog's replica does not end: %w", context.Cause(ctx))
		}
	})
	return err
}

// await is f's outcome, or raft.ErrRaftShutdown when Shutdown begins.
func (r *Replica) await(f raft.Future) error { return unless(r.ending, f) }

// unless is f's outcome, or raft.ErrRaftShutdown when over is closed: raft, when it ends, forgets some questions (those
// in the buffers of its verifyCh and applyCh). A forgotten one costs a goroutine until the process ends.
func unless(over <-chan struct{}, f raft.Future) error {
	answer := make(chan error, 1)
	go func() { answer <- f.Error() }()
	select {
	case err := <-answer:
		return err
	case <-over:
		return raft.ErrRaftShutdown
	}
}

// close lets go of files and connections, whichever are open.
func (r *Replica) close() error {
	var errs []error
	if r.trans != nil {
		errs = append(errs, r.trans.Close())
	}
	if r.log != nil {
		errs = append(errs, r.log.Close())
	}
	if r.meta != nil {
		errs = append(errs, r.meta.Close())
	}
	if r.lock != nil {
		errs = append(errs, r.lock.Close())
	}
	return errors.Join(errs...)
}
