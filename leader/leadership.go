package leader

import (
	"context"
	"path/filepath"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/codegen/artifact"
	"slipher/compiler/optimize"
	"slipher/leader/claim"
	"slipher/leader/cluster"
	"slipher/leader/code"
	"slipher/leader/datadir"
	"slipher/leader/facts"
	"slipher/leader/pause"
	"slipher/leader/pgwire"
	"slipher/leader/query"
	"slipher/leader/sample"
	"slipher/leader/short"
	"slipher/leader/statement"
	"slipher/node"
	"slipher/node/rms"
)

// leadership is what lives as long as this process is the active leader, in one term. lead makes it, begins and ends
// it; nothing of it outlives its end, and a process can have any number of them, one after another.
type leadership struct {
	s      *Server
	number uint64 // the term

	held  *claim.Held // managed storage
	store rms.Store   // it, guarded: for writes
	key   artifact.PrivateKey
	facts *facts.Facts
	code  *code.Maker
	// statements run what clients ask for, in sessions.
	statements *statement.Engine
	sessions   sessions

	// ends are what end does, the last started first.
	ends []func(ctx context.Context) error
}

// onEnd is for steps of begin: f ends what they have started.
func (t *leadership) onEnd(f func(ctx context.Context) error) { t.ends = append(t.ends, f) }

// begin starts what only the active leader has. What a step starts it ends
// by onEnd. ctx ends with the leadership. The replica has applied everything before.
func (t *leadership) begin(ctx context.Context) error {
	log, id := t.s.log, t.s.opts.ID
	log.Info("becoming the active leader", "id", id, "term", t.number)
	for _, step := range []func(context.Context) error{
		t.makeCluster, t.takeStorage, t.beLeader, t.openStorage, t.startCluster, t.startNode, t.startKeeper, t.startSQL,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	t.s.life.set(t.number)
	log.Info("active leader", "id", id, "term", t.number)
	return nil
}

// end ends what begin has started, the last first.
func (t *leadership) end(ctx context.Context) {
	s := t.s
	if s.life.active() != 0 && ctx.Err() == nil {
		s.log.Info("no longer the active leader", "id", s.opts.ID)
	}
	s.life.set(0)
	ctx, cancel := context.WithTimeout(context.Background(), s.life.patience(deposeTimeout))
	defer cancel()
	for len(t.ends) > 0 {
		f := t.ends[len(t.ends)-1]
		t.ends = t.ends[:len(t.ends)-1]
		if err := f(ctx); err != nil {
			s.log.Warn("ending the leadership", "err", err)
		}
	}
	s.leads.CompareAndSwap(t, nil)
}

// deposeTimeout is how long sessions get to end when the leader stops or is deposed.
const deposeTimeout = 5 * time.Second

// errDeposed is what clients of a leader read that was deposed.
var errDeposed = sqlerr.New(sqlerr.AdminShutdown, "terminating connection because another leader has become the "+
	"active one").
	WithHint("Connect again.")

// makeCluster bootstraps the catalog if that was asked for.
func (t *leadership) makeCluster(ctx context.Context) (err error) {
	s := t.s
	if s.opts.Bootstrap {
		if err := s.replica.EnsureCluster(ctx, s.opts.Slices, s.opts.bootstrapStorage(), distHashVersion); err != nil {
			return err
		}
	}
	if s.replica.Catalog().Cluster() == nil {
		return errNoCluster
	}
	return nil
}

// beLeader writes this leader's addresses down.
func (t *leadership) beLeader(ctx context.Context) (err error) {
	s := t.s
	c := s.replica.Catalog().Cluster()
	if s.opts.SlicesGiven && c.Slices != s.opts.Slices {
		s.log.Warn("the number of slices is fixed", "slices", c.Slices, "asked", s.opts.Slices)
	}
	if s.mux != nil {
		s.members.Belong(c.ID)
		if err := s.members.RegisterSelf(ctx); err != nil {
			return err
		}
	}
	if t.key, err = artifact.PrivateKeyFromSeed(c.SigningKey); err != nil {
		return err
	}
	s.artifacts.Key = t.key.Public()
	return nil
}

// footerCache bounds the leader's block cache: it reads footers only.
const footerCache = 1 << 20

// openStorage opens what reads from managed storage and writes to it.
func (t *leadership) openStorage(context.Context) (err error) {
	s := t.s
	t.facts = &facts.Facts{Footers: rms.NewCache(t.store, "", footerCache), Log: s.log}
	t.onEnd(func(context.Context) error { return t.facts.Footers.Close() })
	artifacts := filepath.Join(s.opts.Dir, datadir.Artifacts)
	if t.code, err = s.shop.NewMaker(t.key, artifacts, t.store, s.history.Compiled); err != nil {
		return err
	}
	t.onEnd(func(context.Context) error { t.code.Close(); return nil })
	r := &query.Runner{Log: s.log, Fns: s.fns, Scheduler: s.scheduler, Code: t.code, Facts: t.facts,
		Stats:   facts.NewStatistics(t.facts.Footers, t.store, s.log),
		Samples: &optimize.Samples{Run: (&sample.Evaluator{Engine: s.exec, Fns: s.fns}).Run},
		History: &s.history, Catalog: s.replica.Catalog, Relations: t.relationEnv, Effect: s.effect}
	t.statements = &statement.Engine{Runner: r, Store: t.store, Loads: s.loads, Clients: t.sessions.in,
		Short: short.New(r, s.exec, t.store, s.txns)}
	t.onEnd(func(context.Context) error { t.statements.Short.Close(); return nil })
	s.leads.Store(t)
	return nil
}

// startCluster calls the nodes of the catalog.
func (t *leadership) startCluster(context.Context) error {
	s := t.s
	cat := s.replica.Catalog()
	c := cat.Cluster()
	f := cluster.Facts{Term: t.number, ClusterID: c.ID, Slices: c.Slices, Storage: t.held.URL, Claim: t.held.Claim,
		PublicKey: t.key.Public(), Nodes: cat.Nodes(), Map: cat.Slices()}
	if s.mux != nil {
		f.Addr = s.mux.Addr()
	}
	s.cluster.Start(f)
	t.onEnd(func(context.Context) error { s.cluster.Stop(); return nil })
	return nil
}

// embeddedID is the name of the node in a leader's process.
const embeddedID = "node"

// startNode starts the embedded node.
func (t *leadership) startNode(ctx context.Context) error {
	s := t.s
	if !s.opts.Embedded {
		return nil
	}
	n, err := node.Start(node.Config{ID: embeddedID, Dir: filepath.Join(s.opts.Dir, datadir.Node), Workers: s.opts.Workers,
		Target: s.shop.Target.Level, Engine: s.engine, Symbols: s.exec.Symbols(), Local: s.local, Leader: s.opts.ID,
		Log: s.log})
	if err != nil {
		return err
	}
	// First the cluster: that the node goes is no loss.
	t.onEnd(func(context.Context) error { s.cluster.Stop(); return n.Close() })
	return n.Ready(ctx)
}

// startSQL lets clients in.
func (t *leadership) startSQL(context.Context) error {
	s := t.s
	sql := pgwire.NewServer(t, s.log, s.opts.MaxConnections)
	s.front.Lead(sql)
	t.onEnd(func(ctx context.Context) error {
		s.front.Lead(nil)
		if s.front.Closing() {
			sql.Close(ctx)
		} else {
			sql.CloseFor(ctx, errDeposed)
		}
		return nil
	})
	return nil
}

// takeStorage makes this leader the owner of managed storage for as long as it is the active one.
func (t *leadership) takeStorage(ctx context.Context) (err error) {
	s := t.s
	c := &claim.Claimant{Storage: s.opts.Storage, Relocate: s.opts.Relocate, Take: s.opts.Take, Dir: s.opts.Dir,
		ID:   s.opts.ID,
		Term: t.number, Alone: len(s.replica.Members()) == 1, Lone: s.opts.Embedded, Replica: s.replica, Log: s.log}
	if t.held, err = c.Claim(ctx); err != nil {
		return err
	}
	h := t.held
	if h.Found >= 0 {
		s.log.Info("managed storage has all objects of the catalog", "storage", h.URL, "objects", h.Found)
	}
	t.store = rms.Guard(h.Store, func() state.Claim { return h.Claim })
	// The place is given up as soon as the leadership is lost, not when all that was started is ended.
	beats, stop := context.WithCancel(ctx)
	left := make(chan struct{})
	go func() {
		defer close(left)
		h.Seat.Hold(beats, h.Claim, func(err error) { s.taken(ctx, err) })
	}()
	t.onEnd(func(context.Context) error {
		stop()
		<-left
		return nil
	})
	return nil
}

// takenPatience is how long a leader among several whose storage has another owner waits to hear that
// it was deposed.
const takenPatience = 3 * time.Second

// taken ends the server: its storage has another owner. Whoever has been elected in its place has a right to that.
func (s *Server) taken(ctx context.Context, err error) {
	if len(s.replica.Members()) > 1 && !pause.Sleep(ctx, takenPatience) || ctx.Err() != nil {
		return
	}
	s.life.fail(err)
}
