package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/codegen/artifact"
	"slipher/node/load"
	"slipher/node/rms"
	"slipher/node/wire"
	"slipher/node/worker"
	"slipher/runtime/mem"
)

// Config is what a node needs; the rest it learns from the leader.
type Config struct {
	ID      string
	Dir     string // the cache's; may be deleted when the node is stopped
	Workers int
	Target  string // CPU level of this machine
	Engine  worker.Engine
	Symbols map[string]uintptr // kernels that artifacts may call

	// Either Local, for a leader in the same process, whose id is Leader…
	Local  *wire.Local
	Leader string
	// …or Leaders' cluster addresses and our own.
	Leaders     []string
	ClusterAddr string
	Secret      []byte

	CacheBytes int64 // blocks kept in memory, 0: 1 GB
	LoadBytes  int64 // buffers of loads, 0: 160 MB
	Log        *slog.Logger
}

// Defaults of Config.
const (
	defaultCache = 1 << 30
	defaultLoad  = 160 << 20 // sorting and encoding come on top: a process that loads stays under 1 GB
)

// atMost is n, or limit if that is less; 0 is no limit.
func atMost(n, limit int64) int64 {
	if limit > 0 {
		return min(n, limit)
	}
	return n
}

// Node is a running compute node. It implements wire.Handler.
type Node struct {
	cfg   Config
	mux   *wire.Mux // nil in a leader's process
	peers wire.Peers
	ctx   context.Context
	stop  context.CancelFunc
	wg    sync.WaitGroup
	ready chan struct{}
	once  sync.Once
	moved chan struct{} // 1: another leader may be the active one

	mu     sync.Mutex
	exec   *worker.Executor // nil before the first registration; guarded by mu
	cache  *rms.Cache       // guarded by mu
	crumbs *artifact.Guard  // guarded by mu; nil without a directory
	reg    *wire.Registered // guarded by mu
	slices []state.SliceID  // guarded by mu
	err    error            // why it will never be ready; guarded by mu

	giveUp  context.CancelFunc // ends the attempt to register under way; guarded by mu
	lead    wire.Lead          // who leads in the highest term, as far as it has said so; guarded by mu
	leaders []string           // addresses learned from leaders; guarded by mu
	leaving bool               // the node drains, or was dismissed: it does not register again; guarded by mu

	lock  *os.File                    // of the directory, nil without one
	claim atomic.Pointer[state.Claim] // of the storage's owner
}

// Start listens and begins to register. It does not wait for the leader: see Ready.
func Start(cfg Config) (*Node, error) {
	if !wire.ValidID(cfg.ID) {
		return nil, fmt.Errorf("%q is no node id", cfg.ID)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.CacheBytes == 0 {
		cfg.CacheBytes = atMost(defaultCache, mem.Process().Limit()/4)
	}
	if cfg.LoadBytes == 0 {
		cfg.LoadBytes = atMost(defaultLoad, mem.QueryLimit()/4)
	}
	if cfg.Dir != "" {
		if err := checkDir(cfg.Dir); err != nil {
			return nil, err
		}
	}
	cfg.Workers = max(cfg.Workers, 1)
	n := &Node{cfg: cfg, ready: make(chan struct{}), moved: make(chan struct{}, 1)}
	n.ctx, n.stop = context.WithCancel(context.Background())
	local := cfg.Local
	if local == nil {
		local = wire.NewLocal() // a node sends to itself, too
		mux, err := wire.Listen(wire.Identity{ID: cfg.ID, Secret: cfg.Secret}, cfg.ClusterAddr, n, cfg.Log)
		if err != nil {
			n.stop()
			return nil, err
		}
		n.mux = mux
		local.SetNext(mux)
	}
	if cfg.Dir != "" {
		var err error
		if n.lock, err = lockDir(cfg.Dir); err != nil {
			n.stop()
			if n.mux != nil {
				_ = n.mux.Close()
			}
			return nil, err
		}
	}
	local.Attach(cfg.ID, n)
	n.peers = local.As(cfg.ID)
	n.wg.Add(1)
	go func() {
		defer n.wg.Done()
		n.stayRegistered()
	}()
	return n, nil
}

// Addr is where the node takes links, "" within a leader's process.
func (n *Node) Addr() string {
	if n.mux == nil {
		return ""
	}
	return n.mux.Addr()
}

// Ready waits until the node has its slices. An error is final.
func (n *Node) Ready(ctx context.Context) error {
	select {
	case <-n.ready:
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Slices are the slices the leader last told.
func (n *Node) Slices() []state.SliceID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.slices
}

// Close stops the node: its queries fail, its links end.
func (n *Node) Close() error {
	n.stop()
	var errs []error
	// Links first: that they are lost is what our peers' queries should end with.
	if n.mux != nil {
		errs = append(errs, n.mux.Close())
	} else {
		n.cfg.Local.Detach(n.cfg.ID)
	}
	n.wg.Wait()
	n.mu.Lock()
	exec, cache, crumbs := n.exec, n.cache, n.crumbs
	n.mu.Unlock()
	if exec != nil {
		errs = append(errs, exec.Close())
	}
	if cache != nil {
		errs = append(errs, cache.Close())
	}
	if crumbs != nil {
		errs = append(errs, crumbs.Close())
	}
	if n.lock != nil {
		n.lock.Close()
	}
	return errors.Join(errs...)
}

// open makes what works with storage and code. Called with mu held.
func (n *Node) open(reg *wire.Registered) error {
	store, err := rms.Open(reg.Storage)
	if err != nil {
		return err
	}
	dir := ""
	if n.cfg.Dir != "" {
		dir = filepath.Join(n.cfg.Dir, "cache")
	}
	var crumbs worker.Breadcrumbs
	if dir != "" {
		g, err := artifact.OpenGuard(n.cfg.Dir, n.cfg.Workers, time.Now())
		if err != nil {
			return err
		}
		for _, key := range g.List() {
			n.cfg.Log.Warn("artifact under quarantine: a process died in it", "key", key.String())
		}
		n.crumbs, crumbs = g, g
	}
	n.cache = rms.NewCache(store, dir, n.cfg.CacheBytes)
	n.exec = worker.New(worker.Config{
		ID: n.cfg.ID, Workers: n.cfg.Workers, Engine: n.cfg.Engine, Peers: n.peers, Log: n.cfg.Log, Crumbs: crumbs,
		Artifacts: &worker.SignedArtifacts{Key: artifact.PublicKey(reg.PublicKey), Symbols: n.cfg.Symbols, Crumbs: crumbs},
		Storage: &worker.Storage{Store: rms.Guard(store, func() state.Claim { return *n.claim.Load() }), Cache: n.cache,
			Budget: load.NewBudget(n.cfg.LoadBytes)},
	})
	n.exec.Fence(reg.Term)
	return nil
}

// Call implements wire.Handler.
func (n *Node) Call(ctx context.Context, from wire.Conn, m wire.Message) (wire.Message, error) {
	switch m := m.(type) {
	case *wire.Ping:
		return &wire.OK{}, nil
	case *wire.Lead:
		return &wire.OK{}, n.led(from, m)
	}
	// The leader may be quicker with a first query than we with its reply to Register.
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	select {
	case <-n.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
	}
	n.mu.Lock()
	exec := n.exec
	n.mu.Unlock()
	if exec == nil {
		return nil, sqlerr.New(sqlerr.CannotConnectNow, "node %s is starting up", n.cfg.ID)
	}
	// Who may ask is a matter of terms, and settled by the link.
	switch m := m.(type) {
	case *wire.Assign:
		n.mu.Lock()
		n.slices = m.Slices
		n.mu.Unlock()
		return &wire.OK{}, nil
	case *wire.Dismiss:
		n.cfg.Log.Warn("this node was removed from the cluster; started anew it joins again", "node", n.cfg.ID)
		n.mu.Lock()
		n.leaving = true
		n.mu.Unlock()
		return &wire.OK{}, nil
	}
	return exec.Call(ctx, from, m)
}

// Fence implements wire.Fenced.
func (n *Node) Fence(term uint64) {
	n.mu.Lock()
	exec := n.exec
	n.mu.Unlock()
	if exec != nil {
		exec.Fence(term)
	}
}

// Data implements wire.Handler.
func (n *Node) Data(from wire.Conn, d *wire.Data) {
	n.mu.Lock()
	exec := n.exec
	n.mu.Unlock()
	if exec == nil {
		d.Free()
		return
	}
	exec.Data(from, d)
}

// Gone implements wire.Handler.
func (n *Node) Gone(peer wire.Conn) {
	n.mu.Lock()
	exec := n.exec
	n.mu.Unlock()
	if exec != nil {
		exec.Gone(peer)
	}
}
