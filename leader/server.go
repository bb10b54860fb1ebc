package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipher/catalog/fn"
	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/codegen/artifact"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/leader/cluster"
	"slipher/leader/keep"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/txn"
	"slipher/node"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/node/worker"
)

// Server is a leader that serves. Start makes it, Close ends it.
type Server struct {
	opts Options
	log  *slog.Logger

	replica   *replica.Replica
	txns      *txn.Manager
	keeper    *keep.Keeper
	store     rms.Store
	fns       *fn.Table
	stats     statistics
	facts     facts
	flights   flights
	history   history
	errors    *loadErrors
	sessions  sessions
	key       artifact.PrivateKey
	pool      *llvm.Pool
	cache     *artifact.Cache
	local     *wire.Local
	mux       *wire.Mux // nil if Embedded
	cluster   *cluster.Cluster
	scheduler *schedule.Service
	engine    worker.Engine
	symbols   map[string]uintptr // kernels that code may call
	target    target.Target      // this machine's

	sql    *pgwire.Server
	listen net.Listener
	done   chan struct{} // closed when the server cannot go on
	failed sync.Once

	// stops are what Close undoes, the last started first.
	stops []func(ctx context.Context) error
}

// Start starts a leader. It serves when WaitReady returns.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{opts: o, log: o.Log, fns: fn.Default(), done: make(chan struct{})}
	defer func() {
		if err != nil {
			stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			s.Close(stop)
		}
	}()
	// The address first: a second start on the same port must fail before it touches the data.
	if s.listen, err = net.Listen("tcp", o.Listen); err != nil {
		return nil, err
	}
	s.onStop(func(context.Context) error { s.listen.Close(); return nil })
	for _, step := range []func(context.Context) error{s.openCatalog, s.openStorage, s.openCompiler, s.openCluster, s.openNode, s.openKeeper} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	s.sql = pgwire.NewServer(s, s.log)
	s.onStop(func(ctx context.Context) error { s.sql.Close(ctx); return nil })
	go func() {
		if err := s.sql.Serve(s.listen); err != nil {
			s.log.Error("SQL listener", "err", err)
			s.fail()
		}
	}()
	return s, nil
}

func (s *Server) onStop(f func(ctx context.Context) error) { s.stops = append(s.stops, f) }

// fail ends Done: the server has lost what it cannot do without.
func (s *Server) fail() { s.failed.Do(func() { close(s.done) }) }

// Done is closed when the server cannot go on by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// SQLAddr is where clients connect.
func (s *Server) SQLAddr() string { return s.listen.Addr().String() }

// ClusterAddr is where nodes connect, "-" if this process takes none.
func (s *Server) ClusterAddr() string {
	if s.mux == nil {
		return "-"
	}
	return s.mux.Addr()
}

// WaitReady waits until the leader answers SQL. Queries over tables may still
// have to wait for nodes.
func (s *Server) WaitReady(ctx context.Context) error {
	if err := s.replica.WaitActive(ctx); err != nil {
		return err
	}
	return s.replica.Barrier(ctx)
}

// openCatalog opens the replica and, with Bootstrap, makes the cluster.
func (s *Server) openCatalog(ctx context.Context) (err error) {
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.opts.Dir, "catalog")); err != nil && !s.opts.Bootstrap {
		return errNoCluster
	}
	if s.replica, err = replica.Open(replica.Options{Dir: filepath.Join(s.opts.Dir, "catalog"), ID: s.opts.ID, Bootstrap: s.opts.Bootstrap, Log: s.log}); err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	s.onStop(func(context.Context) error { return s.replica.Shutdown() })
	s.txns = txn.New(s.replica, txn.Options{Log: s.log})
	if err := s.WaitReady(ctx); err != nil {
		return err
	}
	if s.opts.Bootstrap {
		if err := s.replica.EnsureCluster(ctx, s.opts.Slices, s.opts.Storage, distHashVersion); err != nil {
			return err
		}
	}
	c := s.replica.Catalog().Cluster()
	if c == nil {
		return errNoCluster
	}
	if s.opts.SlicesGiven && c.Slices != s.opts.Slices {
		s.log.Warn("the number of slices is fixed", "slices", c.Slices, "asked", s.opts.Slices)
	}
	if s.key, err = artifact.PrivateKeyFromSeed(c.SigningKey); err != nil {
		return err
	}
	s.errors, err = openLoadErrors(s.opts.Dir)
	return err
}

var errNoCluster = errors.New("the directory holds no cluster: start the first leader with --bootstrap")

// distHashVersion is the version of the function that places rows on slices: codegen's emitter.
const distHashVersion = 1

func (s *Server) openStorage(context.Context) (err error) {
	url := s.replica.Catalog().Cluster().StorageURL
	if s.store, err = rms.Open(url); err != nil {
		return err
	}
	s.stats.store, s.stats.log = s.store, s.log
	s.facts.footers, s.facts.log = rms.NewCache(s.store, "", footerCache), s.log
	s.onStop(func(context.Context) error { return s.facts.footers.Close() })
	return nil
}

// footerCache bounds the leader's block cache: it reads footers only.
const footerCache = 1 << 20

// openCluster makes the switchboard of this process and the scheduler.
func (s *Server) openCluster(context.Context) (err error) {
	cat := s.replica.Catalog()
	c := cat.Cluster()
	s.local = wire.NewLocal()
	peers := s.local.As(s.opts.ID)
	s.cluster = cluster.New(cluster.Config{LeaderID: s.opts.ID, Propose: s.proposeNodes, Dial: peers.Conn, SetTerm: s.local.SetTerm, Log: s.log})
	own := worker.New(worker.Config{ID: s.opts.ID, Workers: ownWorkers, Engine: s.engine, Peers: peers, Log: s.log,
		Artifacts: &worker.SignedArtifacts{Key: s.key.Public(), Symbols: s.symbols}})
	s.onStop(func(context.Context) error { return own.Close() })
	s.scheduler = schedule.New(schedule.Config{ID: s.opts.ID, Cluster: s.cluster, Local: own, Peers: peers, Seal: s.seal, Reserve: s.reserveIdentity, Log: s.log})
	s.local.Attach(s.opts.ID, s.scheduler)
	s.onStop(func(context.Context) error { s.cluster.Stop(); return nil })
	facts := cluster.Facts{Term: s.replica.Term(), ClusterID: c.ID, Slices: c.Slices, Storage: c.StorageURL, PublicKey: s.key.Public(),
		Nodes: cat.Nodes(), Map: cat.Slices()}
	if s.opts.Embedded {
		s.cluster.Start(facts)
		return nil
	}
	s.mux, err = wire.Listen(wire.Identity{ID: s.opts.ID, Cluster: c.ID, Secret: s.opts.Secret}, s.opts.Cluster, s.scheduler, s.log)
	if err != nil {
		return err
	}
	s.local.SetNext(s.mux)
	s.onStop(func(context.Context) error { s.cluster.Stop(); return s.mux.Close() })
	facts.Addr = s.mux.Addr()
	s.cluster.Start(facts)
	return nil
}

// ownWorkers run the leader's own queries: catalog relations are small.
const ownWorkers = 1

// embeddedID is the name of the node in a leader's process.
const embeddedID = "node"

// openNode starts the embedded node.
func (s *Server) openNode(ctx context.Context) error {
	if !s.opts.Embedded {
		return nil
	}
	n, err := node.Start(node.Config{ID: embeddedID, Dir: filepath.Join(s.opts.Dir, "node"), Workers: s.opts.Workers, Target: s.target.Level,
		Engine: s.engine, Symbols: s.symbols, Local: s.local, Leader: s.opts.ID, Log: s.log})
	if err != nil {
		return err
	}
	s.onStop(func(context.Context) error { s.cluster.Stop(); return n.Close() })
	return n.Ready(ctx)
}

// proposeNodes writes nodes and the slice map to the catalog.
func (s *Server) proposeNodes(ctx context.Context, ops []state.Op) error {
	_, err := s.replica.Propose(ctx, &state.Command{Ops: ops})
	return err
}

// Close stops the server: clients first, then what they used. It returns the first error.
func (s *Server) Close(ctx context.Context) error {
	var errs []error
	for len(s.stops) > 0 {
		f := s.stops[len(s.stops)-1]
		s.stops = s.stops[:len(s.stops)-1]
		if err := f(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	s.fail()
	return errors.Join(errs...)
}
