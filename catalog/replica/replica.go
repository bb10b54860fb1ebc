package replica

import (
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

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Options say where a replica lives and how it talks.
type Options struct {
	Dir string // its own; made if missing
	ID  string // the leader's id: short, unique in the cluster
	// Bootstrap makes a new cluster with this replica as its only voter, if Dir
	// holds none yet.
	Bootstrap bool
	// Streams carries raft's connections to other leaders. nil: this replica
	// stands alone.
	Streams raft.StreamLayer
	Log     *slog.Logger // nil: slog.Default
	// Now is the clock put into commands: microseconds since 2000-01-01 UTC.
	// nil: the machine's.
	Now func() int64
}

// Timeouts: one voter needs none to be patient, for it hears of nobody. Several
// get raft's usual second. Measured: a lone voter is active about 0.2 s after Open.
const (
	aloneTimeout  = 80 * time.Millisecond
	groupTimeout  = time.Second
	enqueueWait   = 10 * time.Second
	segmentSize   = 16 << 20 // of the log on disk
	snapshotsKept = 2
)

// ErrNotActive: another leader (or none) is the active one.
var ErrNotActive = errors.New("this leader is not the active one")

// ErrOutcomeUnknown: the command may or may not count. Propose it again with
// the same transaction id, or ask Catalog.Outcome.
var ErrOutcomeUnknown = errors.New("the outcome of the command is unknown")

// Replica is one leader's copy of the catalog.
type Replica struct {
	raft  *raft.Raft
	fsm   *fsm
	log   *wal.WAL
	meta  *metadb.BoltMetaDB // the log's own database; closed by us: wal.WAL does not
	trans raft.Transport
	lock  *os.File
	opts  Options

	txns   txns
	leader leadership
	stop   context.CancelFunc
	wg     sync.WaitGroup
	closed sync.Once
}

// Open starts the replica in o.Dir. It is of use when WaitActive returns.
func Open(o Options) (_ *Replica, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = func() int64 { return types.MicrosOf(time.Now()) }
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, "log"), 0o700); err != nil {
		return nil, err
	}
	r := &Replica{opts: o, fsm: newFSM(), meta: &metadb.BoltMetaDB{}, txns: newTxns(), leader: newLeadership()}
	// On failure everything opened so far is closed again.
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if r.lock, err = lockDir(o.Dir); err != nil {
		return nil, err
	}
	logger := newLogger(o.Log)
	if r.log, err = wal.Open(filepath.Join(o.Dir, "log"), wal.WithSegmentSize(segmentSize),
		wal.WithMetaStore(r.meta),
		wal.WithLogger(logger.Named("wal"))); err != nil {
		return nil, fmt.Errorf("open the catalog's log: %w", err)
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger(o.Dir, snapshotsKept, logger.Named("snapshot"))
	if err != nil {
		return nil, fmt.Errorf("open the catalog's snapshots: %w", err)
	}
	r.trans = newTransport(o, logger)

	conf := config(o.ID)
	conf.Logger = logger
	if o.Bootstrap {
		if err := r.bootstrap(conf, snaps); err != nil {
			return nil, err
		}
	}
	alone, err := r.alone(*conf, snaps)
	if err != nil {
		return nil, err
	}
	conf.HeartbeatTimeout, conf.ElectionTimeout, conf.LeaderLeaseTimeout = timeouts(alone)
	if r.raft, err = raft.NewRaft(conf, r.fsm, r.log, r.log, snaps, r.trans); err != nil {
		return nil, fmt.Errorf("start raft: %w", err)
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

func config(id string) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(id)
	c.CommitTimeout = 10 * time.Millisecond
	// Commands of many sessions share an fsync anyhow: raft takes all that wait.
	// Its buffered channel would strand commands that are in it at shutdown.
	c.BatchApplyCh = false
	c.SnapshotThreshold = 8192
	c.TrailingLogs = 4096
	c.NoLegacyTelemetry = true
	return c
}

func timeouts(alone bool) (heartbeat, election, lease time.Duration) {
	t := groupTimeout
	if alone {
		t = aloneTimeout
	}
	return t, t, t / 2
}

// alone reports whether the cluster on disk has no other voter than this one.
// A cluster that does not know this replica's id is not its own: an error.
func (r *Replica) alone(conf raft.Config, snaps raft.SnapshotStore) (bool, error) {
	c, err := raft.GetConfiguration(&conf, newFSM(), r.log, r.log, snaps, r.trans)
	if err != nil {
		return false, fmt.Errorf("read raft's configuration: %w", err)
	}
	member := slices.ContainsFunc(c.Servers, func(s raft.Server) bool { return s.ID == conf.LocalID })
	if len(c.Servers) > 0 && !member {
		return false, fmt.Errorf("directory %s belongs to leader \"%s\", not to \"%s\"", r.opts.Dir, c.Servers[0].ID, conf.LocalID)
	}
	return len(c.Servers) == 1, nil
}

func newTransport(o Options, logger hclogger) raft.Transport {
	if o.Streams == nil {
		_, t := raft.NewInmemTransport(raft.ServerAddress(o.ID))
		return t
	}
	return raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: o.Streams, MaxPool: 3, Timeout: 10 * time.Second, Logger: logger.Named("transport"),
	})
}

// bootstrap makes the cluster of one voter unless the directory holds a cluster.
func (r *Replica) bootstrap(conf *raft.Config, snaps raft.SnapshotStore) error {
	has, err := raft.HasExistingState(r.log, r.log, snaps)
	if err != nil || has {
		return err
	}
	voters := raft.Configuration{Servers: []raft.Server{{
		Suffrage: raft.Voter, ID: conf.LocalID, Address: r.trans.LocalAddr(),
	}}}
	if err := raft.BootstrapCluster(conf, r.log, r.log, snaps, r.trans, voters); err != nil {
		return fmt.Errorf("bootstrap raft: %w", err)
	}
	return nil
}

// Catalog is the newest version applied here. Current on the active leader.
func (r *Replica) Catalog() *state.Catalog { return r.fsm.catalog() }

// Changed is closed when a version newer than the one Catalog gave before may exist.
// Take the channel first, then look at Catalog, then wait.
func (r *Replica) Changed() <-chan struct{} { return r.fsm.changed() }

// Propose puts cmd into the log and waits until it is applied. The error is the
// command's own (then the result is set too), or ErrNotActive, ErrOutcomeUnknown
// or ctx's error wrapped in it. cmd's Term, Settled and Micros are filled in.
func (r *Replica) Propose(ctx context.Context, cmd *state.Command) (*state.Result, error) {
	term, ok := r.leader.term()
	if !ok {
		return nil, sqlerr.Wrap(ErrNotActive, sqlerr.CannotConnectNow)
	}
	c := *cmd
	if c.Term == 0 && c.Txn != 0 {
		c.Term = term
	}
	if c.Micros == 0 {
		c.Micros = r.opts.Now()
	}
	c.Settled = r.txns.settled()
	return r.apply(ctx, &c)
}

func (r *Replica) apply(ctx context.Context, cmd *state.Command) (*state.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := state.EncodeCommand(cmd)
	if err != nil {
		return nil, err
	}
	future := r.raft.Apply(data, enqueueWait)
	ended := make(chan error, 1)
	go func() { ended <- future.Error() }() // ends when raft answers or shuts down
	select {
	case err = <-ended:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, ctx.Err())
	}
	switch {
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrLeadershipTransferInProgress),
		errors.Is(err, raft.ErrEnqueueTimeout):
		return nil, sqlerr.Wrap(fmt.Errorf("%w: %v", ErrNotActive, err), sqlerr.CannotConnectNow)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	res := future.Response().(*state.Result)
	if res.Err != nil {
		// A copy: errors are decorated on their way out, results are kept.
		e := *res.Err
		return res, &e
	}
	return res, nil
}

// Barrier waits until everything committed before it is applied here.
func (r *Replica) Barrier(ctx context.Context) error {
	wait := time.Duration(0)
	if deadline, ok := ctx.Deadline(); ok {
		wait = max(time.Until(deadline), time.Millisecond)
	}
	if err := r.raft.Barrier(wait).Error(); err != nil {
		return sqlerr.Wrap(fmt.Errorf("%w: %v", ErrNotActive, err), sqlerr.CannotConnectNow)
	}
	return nil
}

// Leader is the active leader's id and raft address, "" while there is none.
func (r *Replica) Leader() (id, address string) {
	a, i := r.raft.LeaderWithID()
	return string(i), string(a)
}

// Snapshot writes a snapshot now and lets raft cut its log.
func (r *Replica) Snapshot() error {
	err := r.raft.Snapshot().Error()
	if errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return nil
	}
	return err
}

// Shutdown stops the replica and waits for it.
func (r *Replica) Shutdown() error {
	var err error
	r.closed.Do(func() {
		r.stop()
		err = r.raft.Shutdown().Error()
		r.wg.Wait()
		err = errors.Join(err, r.close())
	})
	return err
}

// close lets go of files and connections, whichever are open.
func (r *Replica) close() error {
	var errs []error
	if c, ok := r.trans.(raft.WithClose); ok && c != nil {
		errs = append(errs, c.Close())
	}
	if r.log != nil {
		errs = append(errs, r.log.Close())
	}
	errs = append(errs, r.meta.Close())
	if r.lock != nil {
		errs = append(errs, r.lock.Close())
	}
	return errors.Join(errs...)
}
