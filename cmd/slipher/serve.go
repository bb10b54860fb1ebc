package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"slipher/leader"
	"slipher/leader/keep"
	"slipher/node"
	"slipher/node/wire"
)

// failTimeout bounds the stop of a server that has failed.
const failTimeout = 2 * time.Second

// Parts of the time of grace (grace.part): for closing, and in a node before it for the queries that run on it.
const (
	closeParts = 4
	drainParts = 2
)

// startCmd is leader and node in one process.
type startCmd struct {
	Data           path          `help:"Directory of the data; made if missing." required:"" placeholder:"DIR"`
	Listen         listenAddress `help:"Address for SQL." default:"127.0.0.1:5439" placeholder:"HOST:PORT"`
	MaxConnections count         `name:"max-connections" help:"Clients served at once." default:"500" min:"1" max:"100000"`
	Slices         count         `help:"Slices, fixed when the directory is first used (default: cores)." min:"1" max:"4096"`
	Storage        storageURL    `help:"Managed storage (default: DIR/storage), fixed when the directory is first used." placeholder:"URL"`
	Take           bool          `name:"take-storage" help:"Take managed storage over from another server; what that has written since this directory was copied is lost."`
	FlushAfter     interval      `help:"Time after which small writes become row groups." default:"1s" min:"1ms" max:"24h"`
	KeepEvery      interval      `name:"keep-every" help:"Time between two runs of each housekeeping job (for tests)." hidden:"" min:"1ms" max:"24h"`
	Workers        count         `help:"Workers that run queries (default: cores)." min:"1" max:"1024"`
	CodeCache      path          `name:"code-cache" help:"Directory of compiled code that all your servers on this machine share; made if missing (default: none)." placeholder:"DIR"`
	memoryFlag
}

// Run serves until the process is told to stop.
func (c *startCmd) Run(ctx context.Context, log *slog.Logger, g *grace) error {
	stop, err := c.watch(log)
	if err != nil {
		return err
	}
	defer stop()
	o := c.options()
	o.Log = log
	return runLeader(ctx, g, o)
}

func (c *startCmd) options() leader.Options {
	return leader.Options{
		Dir: string(c.Data), ID: "leader", Listen: string(c.Listen), MaxConnections: int(c.MaxConnections),
		Cluster:   "127.0.0.1:0",
		Bootstrap: true, Slices: orCores(c.Slices), SlicesGiven: c.Slices > 0, Storage: string(c.Storage), Take: c.Take,
		Embedded: true, Workers: orCores(c.Workers), CodeCache: string(c.CodeCache),
		Housekeeping: housekeeping(c.FlushAfter, c.KeepEvery),
	}
}

// Validate implements kong.Validatable.
func (c *startCmd) Validate() error {
	return errors.Join(c.memoryFlag.Validate(), validate(c.options()))
}

// leaderCmd is a leader alone.
type leaderCmd struct {
	Data           path          `help:"Directory of the catalog; made if missing." required:"" placeholder:"DIR"`
	ID             shortID       `name:"id" help:"Short name of this leader." required:"" placeholder:"ID"`
	Listen         listenAddress `help:"Address for SQL." default:"127.0.0.1:5439" placeholder:"HOST:PORT"`
	MaxConnections count         `name:"max-connections" help:"Clients served at once." default:"500" min:"1" max:"100000"`
	Cluster        listenAddress `help:"Address for nodes and other leaders." required:"" placeholder:"HOST:PORT"`
	Bootstrap      bool          `help:"Make a new cluster if the directory holds none."`
	Join           []peerAddress `help:"Cluster addresses of leaders: become one of them, or find them again." placeholder:"HOST:PORT"`
	Slices         count         `help:"Slices of the whole cluster, with --bootstrap." min:"1" max:"4096"`
	Storage        storageURL    `help:"Managed storage, which all leaders and nodes can reach; fixed by the first leader (default, for one that stays alone: DIR/storage)." placeholder:"URL"`
	Relocate       bool          `help:"Managed storage was moved to --storage: make sure that all objects are there, and note it."`
	Take           bool          `name:"take-storage" help:"Take managed storage over from another cluster's leaders; what they have written since this directory was copied is lost."`
	FlushAfter     interval      `help:"Time after which small writes become row groups." default:"1s" min:"1ms" max:"24h"`
	KeepEvery      interval      `name:"keep-every" help:"Time between two runs of each housekeeping job (for tests)." hidden:"" min:"1ms" max:"24h"`
	LogKept        count         `name:"log-kept" help:"Commands that stay in the log behind a snapshot (for tests)." hidden:"" min:"0" max:"1000000000"`
	SecretFile     string        `help:"File with the secret of the cluster's links; needed unless all addresses are loopback." placeholder:"FILE"`
	CodeCache      path          `name:"code-cache" help:"Directory of compiled code that all your servers on this machine share; made if missing (default: none)." placeholder:"DIR"`
	memoryFlag
}

// Run serves until the process is told to stop.
func (c *leaderCmd) Run(ctx context.Context, log *slog.Logger, g *grace) error {
	stop, err := c.watch(log)
	if err != nil {
		return err
	}
	defer stop()
	secret, err := c.secret()
	if err != nil {
		return err
	}
	o := c.options()
	o.Secret, o.Log = secret, log
	return runLeader(ctx, g, o)
}

func (c *leaderCmd) options() leader.Options {
	return leader.Options{
		Dir: string(c.Data), ID: string(c.ID), Listen: string(c.Listen), MaxConnections: int(c.MaxConnections),
		Cluster:   string(c.Cluster),
		Bootstrap: c.Bootstrap, Join: texts(c.Join), Slices: int(c.Slices), SlicesGiven: c.Slices > 0,
		Storage:  string(c.Storage),
		Relocate: c.Relocate, Take: c.Take, CodeCache: string(c.CodeCache),
		Housekeeping: housekeeping(c.FlushAfter, c.KeepEvery), LogKept: uint64(c.LogKept),
	}
}

// Validate implements kong.Validatable.
func (c *leaderCmd) Validate() error {
	_, err := c.secret()
	return errors.Join(c.memoryFlag.Validate(), validate(c.options()), err)
}

func (c *leaderCmd) secret() ([]byte, error) {
	return loadSecret(c.SecretFile, append(texts(c.Join), string(c.Cluster))...)
}

// validate finds flags that cannot be meant together, or in their data directory.
func validate(o leader.Options) (err error) {
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	return o.Check()
}

func loadSecret(file string, addrs ...string) ([]byte, error) {
	secret, err := wire.LoadSecret(file, addrs...)
	if err != nil && file != "" {
		err = fmt.Errorf("--secret-file: %w", err)
	}
	return secret, err
}

// housekeeping is the policy of a leader whose small writes wait for flush; every is for tests, in which all
// must happen soon.
func housekeeping(flush, often interval) keep.Policy {
	p := keep.Policy{FlushAge: time.Duration(flush)}
	if every := time.Duration(often); every > 0 {
		p = keep.Policy{Tick: every / 2, FlushAge: every, Idle: 2 * every, Collect: every, Sweep: every}
	}
	return p
}

func runLeader(ctx context.Context, g *grace, o leader.Options) error {
	var err error
	if o.Self, err = os.Executable(); err != nil {
		return err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	o.Warm = true
	s, err := leader.Start(ctx, o)
	if err != nil {
		return stopped(ctx, err)
	}
	if err := s.WaitReady(ctx); err != nil {
		g.close(s.Close)
		return stopped(ctx, err)
	}
	fmt.Printf("slipher: ready sql=%s cluster=%s id=%s\n", s.SQLAddr(), s.ClusterAddr(), o.ID)
	select {
	case <-ctx.Done():
	case <-s.Done():
	}
	g.begin()
	o.Log.Info("stopping")
	if err := s.Err(); err != nil {
		return failing(err, s.Close)
	}
	return g.close(s.Close)
}

// failing ends a server that cannot go on. It does not wait for long: sessions may hang on what has failed.
func failing(err error, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), failTimeout)
	defer cancel()
	closed := make(chan struct{})
	go func() { _ = f(ctx); close(closed) }()
	select {
	case <-closed:
	case <-ctx.Done():
	}
	return err
}

// nodeCmd is a compute node.
type nodeCmd struct {
	Data       path          `help:"Directory of caches; may be deleted when the node is stopped." required:"" placeholder:"DIR"`
	ID         shortID       `name:"id" help:"Short name of this node." required:"" placeholder:"ID"`
	Leader     []peerAddress `help:"Cluster addresses of leaders." required:"" placeholder:"HOST:PORT"`
	Cluster    listenAddress `help:"Address for leaders and other nodes." required:"" placeholder:"HOST:PORT"`
	Workers    count         `help:"Workers that run queries (default: cores)." min:"1" max:"1024"`
	SecretFile string        `help:"File with the secret of the cluster's links; needed unless all addresses are loopback." placeholder:"FILE"`
	memoryFlag
}

// Validate implements kong.Validatable.
func (c *nodeCmd) Validate() error {
	_, err := c.secret()
	return errors.Join(c.memoryFlag.Validate(), err)
}

func (c *nodeCmd) secret() ([]byte, error) {
	return loadSecret(c.SecretFile, append(texts(c.Leader), string(c.Cluster))...)
}

func orCores(n count) int {
	if n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}

// stopped makes no error of a stop that was asked for.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// close ends a server in order.
func (g *grace) close(f func(context.Context) error) error {
	g.begin()
	ctx, cancel := context.WithTimeout(context.Background(), g.part(closeParts))
	defer cancel()
	err := f(ctx)
	if errors.Is(err, context.DeadlineExceeded) { // what is held is still there to be seen
		g.giveUp(err.Error())
	}
	return err
}

// Run serves until the process is told to stop.
func (c *nodeCmd) Run(ctx context.Context, log *slog.Logger, g *grace) error {
	stop, err := c.watch(log)
	if err != nil {
		return err
	}
	defer stop()
	secret, err := c.secret()
	if err != nil {
		return err
	}
	cfg, err := leader.NodeConfig()
	if err != nil {
		return err
	}
	cfg.ID, cfg.Dir, cfg.Workers = string(c.ID), string(c.Data), orCores(c.Workers)
	cfg.Leaders, cfg.ClusterAddr, cfg.Secret, cfg.Log = texts(c.Leader), string(c.Cluster), secret, log
	n, err := node.Start(cfg)
	if err != nil {
		return err
	}
	if err := n.Ready(ctx); err != nil {
		g.begin()
		n.Close()
		return stopped(ctx, err)
	}
	fmt.Printf("slipher: ready sql=- cluster=%s id=%s\n", n.Addr(), c.ID)
	<-ctx.Done()
	log.Info("stopping")
	drain, cancel := context.WithTimeout(context.Background(), g.part(drainParts))
	defer cancel()
	n.Drain(drain)
	return n.Close()
}
