package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"slipher/catalog/fn"
	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/leader/cluster"
	"slipher/leader/keep"
	"slipher/leader/schedule"
	"slipher/leader/txn"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/node/worker"
)

// Server is a leader that serves. Start makes it, Close ends it.
//
// A process is a standby until raft makes it the active leader: then activate
// starts what only that one has, and deactivate ends it when another takes over.
type Server struct {
	opts Options
	log  *slog.Logger

	// Of the process.
	replica   *replica.Replica
	txns      *txn.Manager
	fns       *fn.Table
	flights   flights
	history   history
	errors    *loadErrors
	sessions  sessions
	pool      *llvm.Pool
	local     *wire.Local
	mux       *wire.Mux // nil if Embedded
	cluster   *cluster.Cluster
	scheduler *schedule.Service
	engine    worker.Engine
	small     *smallInserts
	artifacts *worker.SignedArtifacts // of the leader's own executor; the key is set when it is known
	symbols   map[string]uintptr      // kernels that code may call
	target    target.Target           // this machine's
	front     *front
	joining   joining
	opened    chan struct{} // closed when replica is set: peers may call before

	// Of the active leader; each activation sets them anew.
	key    artifact.PrivateKey
	keeper *keep.Keeper
	held   *holding  // managed storage
	store  rms.Store // it, guarded: for writes
	cache  *artifact.Cache
	shared *artifact.MachineCache // nil: none
	stats  *statistics
	facts  *facts

	life life

	// stops are what Close undoes, the last started first; ends what deactivate does.
	stops, ends []func(ctx context.Context) error
}

// Start starts a leader. A lone one, and one that bootstraps, serves then; others may still
// have to join or to wait for an active leader: see WaitReady.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := checkDir(o.Dir); err != nil {
		return nil, err
	}
	s := &Server{opts: o, log: o.Log, fns: fn.Default(), life: newLife(), opened: make(chan struct{})}
	defer func() {
		if err != nil {
			stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			s.Close(stop)
		}
	}()
	// The address first: a second start on the same port must fail before it touches the data.
	if err := s.openFront(); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.openCompiler, s.openCluster, s.openCatalog} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	s.live()
	if s.alone() {
		return s, s.WaitReady(ctx)
	}
	return s, nil
}

func (s *Server) onStop(f func(ctx context.Context) error) { s.stops = append(s.stops, f) }

// onEnd is onStop for what ends with the leadership. For steps of activate.
func (s *Server) onEnd(f func(ctx context.Context) error) { s.ends = append(s.ends, f) }

// Done is closed when the server cannot go on by itself: Err says why.
func (s *Server) Done() <-chan struct{} { return s.life.done }

// Err is why Done is closed, nil after a Close that was asked for.
func (s *Server) Err() error { return s.life.why() }

// SQLAddr is where clients connect.
func (s *Server) SQLAddr() string { return s.front.listen.Addr().String() }

// ClusterAddr is where nodes and other leaders connect, "-" if this process takes none.
func (s *Server) ClusterAddr() string {
	if s.mux == nil {
		return "-"
	}
	return s.mux.Addr()
}

// WaitReady waits until the leader answers SQL, itself or by passing clients on. Queries over
// tables may still have to wait for nodes.
func (s *Server) WaitReady(ctx context.Context) error {
	select {
	case <-s.life.ready:
		return nil
	case <-s.life.done:
		if err := s.Err(); err != nil {
			return err
		}
		return errors.New("the server was closed")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// openCatalog opens the replica.
func (s *Server) openCatalog(ctx context.Context) (err error) {
	dir := filepath.Join(s.opts.Dir, catalogDir)
	known := replica.Exists(dir)
	if !known && !s.opts.Bootstrap && len(s.opts.Join) == 0 {
		return errNoCluster
	}
	if !known && s.opts.Bootstrap {
		if err := s.prepareStorage(ctx); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return err
	}
	if !known && !s.opts.Bootstrap {
		if err := s.beAdded(ctx); err != nil {
			return err
		}
	}
	o := replica.Options{Dir: dir, ID: s.opts.ID, Bootstrap: s.opts.Bootstrap, Log: s.log, TrailingLogs: s.opts.LogKept}
	if s.mux != nil {
		o.Streams, o.Locate = s.mux.Raft(), s.locate
	}
	if s.replica, err = replica.Open(o); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	s.onStop(s.replica.Shutdown)
	s.txns = txn.New(s.replica, txn.Options{Log: s.log, Wait: s.life.wait})
	if s.errors, err = openLoadErrors(s.opts.Dir, loadErrorsLimit); err != nil {
		return err
	}
	close(s.opened)
	return nil
}

var errNoCluster = errors.New("the directory holds no cluster: start the first leader with --bootstrap, others with --join")

// distHashVersion is the version of the function that places rows on slices: codegen's emitter.
const distHashVersion = 1

// openCluster opens the cluster address and makes the switchboard of this process and the scheduler.
func (s *Server) openCluster(context.Context) (err error) {
	s.local = wire.NewLocal()
	peers := s.local.As(s.opts.ID)
	s.cluster = cluster.New(cluster.Config{LeaderID: s.opts.ID, Propose: s.proposeNodes, Dial: peers.Conn, SetTerm: s.local.SetTerm,
		Active: s.activeLeader, Leaders: s.leaderAddrs, Log: s.log})
	s.artifacts = &worker.SignedArtifacts{Symbols: s.symbols}
	own := worker.New(worker.Config{ID: s.opts.ID, Workers: ownWorkers, Engine: s.engine, Peers: peers, Log: s.log, Artifacts: s.artifacts})
	s.onStop(func(context.Context) error { return own.Close() })
	s.scheduler = schedule.New(schedule.Config{ID: s.opts.ID, Cluster: s.cluster, Local: own, Peers: peers, Seal: s.seal, Reserve: s.reserveIdentity, Log: s.log})
	s.local.Attach(s.opts.ID, s.scheduler)
	if s.opts.Embedded {
		return nil
	}
	s.mux, err = wire.Listen(wire.Identity{ID: s.opts.ID, Cluster: s.belongsTo(), Wary: true, Secret: s.opts.Secret}, s.opts.Cluster, peerHandler{s.scheduler, s}, s.log)
	if err != nil {
		return err
	}
	s.local.SetNext(s.mux)
	s.onStop(func(context.Context) error { return s.mux.Close() })
	return nil
}

// ownWorkers run the leader's own queries: catalog relations are small.
const ownWorkers = 1

// proposeNodes writes nodes and the slice map to the catalog.
func (s *Server) proposeNodes(ctx context.Context, ops []state.Op) error {
	_, err := s.replica.Propose(ctx, &state.Command{Ops: ops})
	return err
}

// Close stops the server: clients first, then what they used. An active leader among
// several hands over first. It returns the first error.
func (s *Server) Close(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok {
		s.life.endBy(end)
	}
	if s.front != nil {
		s.handOver(ctx)
		s.front.stop()
	}
	// A commit whose outcome only the other leaders could tell is not waited for long.
	defer time.AfterFunc(outcomePatience, s.life.leave).Stop()
	var errs []error
	for len(s.stops) > 0 {
		f := s.stops[len(s.stops)-1]
		s.stops = s.stops[:len(s.stops)-1]
		if err := f(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	s.life.fail(nil)
	return errors.Join(errs...)
}
