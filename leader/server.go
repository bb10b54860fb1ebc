package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"slipher/catalog/fn"
	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/cluster"
	"slipher/leader/code"
	"slipher/leader/datadir"
	"slipher/leader/front"
	"slipher/leader/history"
	"slipher/leader/member"
	"slipher/leader/schedule"
	"slipher/leader/txn"
	"slipher/node"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/node/worker"
	"slipher/runtime/exec"
	"slipher/runtime/program"
)

// Server is a leader that serves. Start makes it, Close ends it.
//
// A process is a standby until raft makes it the active leader: then it begins a leadership, which has
// what only the active leader has, and ends it when another takes over.
type Server struct {
	opts Options
	log  *slog.Logger
	life life

	replica   *replica.Replica
	txns      *txn.Manager
	fns       *fn.Table
	history   history.Statements
	loads     *history.Loads
	shop      *code.Shop
	local     *wire.Local
	mux       *wire.Mux // nil if Embedded
	cluster   *cluster.Cluster
	scheduler *schedule.Service
	exec      *exec.Engine
	engine    worker.Engine           // exec, as nodes take it
	artifacts *worker.SignedArtifacts // of the leader's own executor; the key is set when it is known
	front     *front.Front
	members   *member.Members

	// leads is the leadership in progress, nil if there is none.
	leads atomic.Pointer[leadership]

	// stops are what Close undoes, the last started first.
	stops []func(ctx context.Context) error
}

// Start starts a leader. A lone one, and one that bootstraps, serves then; others may still
// have to join or to wait for an active leader: see WaitReady.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := datadir.Check(o.Dir); err != nil {
		return nil, err
	}
	s := &Server{opts: o, log: o.Log, fns: fn.Default(), life: newLife()}
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

// onStop is for what Start and its steps have started: f ends it.
func (s *Server) onStop(f func(ctx context.Context) error) { s.stops = append(s.stops, f) }

// Done is closed when the server cannot go on by itself: Err says why.
func (s *Server) Done() <-chan struct{} { return s.life.done }

// Err is why Done is closed, nil after a Close that was asked for.
func (s *Server) Err() error { return s.life.why() }

// SQLAddr is where clients connect.
func (s *Server) SQLAddr() string { return s.front.Addr() }

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

// openFront opens the SQL address. Clients are taken when the server lives.
func (s *Server) openFront() (err error) {
	s.front, err = front.Open(s.opts.Listen, s.opts.MaxConnections, s.log, s.life.fail)
	if err != nil {
		return err
	}
	s.onStop(func(context.Context) error { s.front.Stop(); return nil }) // if Start fails
	return nil
}

// openCompiler loads the primitives and opens the pool of compile workers.
func (s *Server) openCompiler(context.Context) (err error) {
	if s.exec, err = exec.NewEngine(s.fns); err != nil {
		return err
	}
	s.engine = worker.FromExec(s.exec)
	o := code.Options{Self: s.opts.Self, Cache: s.opts.CodeCache, Warm: s.opts.Warm, Log: s.log}
	if s.shop, err = code.Open(s.exec, s.fns, o); err != nil {
		return err
	}
	s.onStop(func(context.Context) error { s.shop.Close(); return nil })
	return nil
}

// NodeConfig is what a node of this machine runs code with.
func NodeConfig() (node.Config, error) {
	e, err := exec.NewEngine(fn.Default())
	if err != nil {
		return node.Config{}, err
	}
	return node.Config{Engine: worker.FromExec(e), Symbols: e.Symbols(), Target: string(e.Level())}, nil
}

// openCatalog opens the replica.
func (s *Server) openCatalog(ctx context.Context) (err error) {
	dir := filepath.Join(s.opts.Dir, datadir.Catalog)
	known := replica.Exists(dir)
	if !known && !s.opts.Bootstrap && len(s.opts.Join) == 0 {
		return errNoCluster
	}
	if !known && s.opts.Bootstrap {
		// Whatever is wrong with it is found before anything is written to the data directory.
		if _, err := rms.Make(ctx, rms.Resolve(s.opts.Dir, s.opts.bootstrapStorage())); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return err
	}
	if !known && !s.opts.Bootstrap {
		if err := s.members.BeAdded(ctx); err != nil {
			return err
		}
	}
	o := replica.Options{Dir: dir, ID: s.opts.ID, Bootstrap: s.opts.Bootstrap, Log: s.log, TrailingLogs: s.opts.LogKept}
	if s.mux != nil {
		o.Streams, o.Locate = s.mux.Raft(), s.members.Locate
	}
	if s.replica, err = replica.Open(o); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	s.onStop(s.replica.Shutdown)
	s.txns = txn.New(s.replica, txn.Options{Log: s.log, Wait: s.life.wait})
	if s.loads, err = history.OpenLoads(s.opts.Dir, history.LoadsLimit); err != nil {
		return err
	}
	s.history.After(s.loads.LastQuery())
	s.members.Open(s.replica)
	return nil
}

var errNoCluster = errors.New("the directory holds no cluster: start the first leader with --bootstrap, others with " +
	"--join")

// distHashVersion is the version of the function that places rows on slices: codegen's emitter.
const distHashVersion = 1

// openCluster opens the cluster address and makes the switchboard of this process and the scheduler.
func (s *Server) openCluster(context.Context) (err error) {
	s.members = member.New(member.Options{ID: s.opts.ID, Dir: s.opts.Dir, Join: s.opts.Join, SQLAddr: s.SQLAddr(),
		Log:    s.log,
		Active: func() bool { return s.life.active() != 0 }, Serves: s.life.serves, Moved: s.front.Moved, Fail: s.life.fail,
		CheckStorage: s.checkStorage})
	s.local = wire.NewLocal()
	peers := s.local.As(s.opts.ID)
	s.cluster = cluster.New(cluster.Config{LeaderID: s.opts.ID, Propose: s.proposeNodes, Dial: peers.Conn,
		SetTerm: s.local.SetTerm, Active: s.members.ActiveLeader, Leaders: s.members.Addrs, Log: s.log})
	s.artifacts = &worker.SignedArtifacts{Symbols: s.exec.Symbols()}
	own := worker.New(worker.Config{ID: s.opts.ID, Workers: ownWorkers, Engine: s.engine, Peers: peers, Log: s.log,
		Artifacts: s.artifacts})
	s.onStop(func(context.Context) error { return own.Close() })
	s.scheduler = schedule.New(schedule.Config{ID: s.opts.ID, Cluster: s.cluster, Local: own, Peers: peers, Seal: s.seal,
		Reserve: s.reserveIdentity, Log: s.log})
	s.local.Attach(s.opts.ID, s.scheduler)
	if s.opts.Embedded {
		return nil
	}
	id := wire.Identity{ID: s.opts.ID, Cluster: s.members.BelongsTo(), Wary: true, Secret: s.opts.Secret}
	s.mux, err = wire.Listen(id, s.opts.Cluster, s.members.Handler(s.scheduler), s.log)
	if err != nil {
		return err
	}
	s.local.SetNext(s.mux)
	s.members.Listen(s.mux)
	s.onStop(func(context.Context) error { return s.mux.Close() })
	return nil
}

// seal signs a program for nodes in other processes: schedule.Config.Seal.
func (s *Server) seal(p *program.Segment) ([]byte, error) {
	t := s.leads.Load()
	if t == nil {
		return nil, errDeposed
	}
	return t.code.Seal(p)
}

// reserveIdentity reserves ordinals of an identity column for a load:
// schedule.Config.Reserve. If the outcome is lost the load fails and a retry takes the next ones.
func (s *Server) reserveIdentity(ctx context.Context, t state.TableID, column types.ColumnID,
	count int64) (int64, error) {
	return s.txns.Reserve(ctx, t, column, count)
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
		s.front.Stop()
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

// checkStorage refuses a --storage that is not the cluster's, on a leader that stands by.
func (s *Server) checkStorage(url string) error {
	if s.opts.Storage == "" || s.opts.Relocate || s.opts.Storage == rms.Resolve(s.opts.Dir, url) {
		return nil
	}
	return fmt.Errorf("the managed storage of the cluster is %s, not %s as --storage says", url, s.opts.Storage)
}
