package leader

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/codegen/artifact"
	"slipher/leader/cluster"
	"slipher/leader/pgwire"
	"slipher/node"
	"slipher/node/rms"
)

// life is how far the process has come.
type life struct {
	ready chan struct{} // closed when clients are served
	begun *sync.Once
	done  chan struct{} // closed when the server cannot go on
	ended *sync.Once

	left chan struct{} // closed when a server that stops waits no longer
	gone *sync.Once

	mu   *sync.Mutex
	err  error     // guarded by mu
	end  time.Time // of the server's stop, zero: it is not told to stop, or may take any time; guarded by mu
	term uint64    // this leader is active and serves since this term, 0: it stands by; guarded by mu
}

func newLife() life {
	return life{ready: make(chan struct{}), done: make(chan struct{}), begun: &sync.Once{}, ended: &sync.Once{}, left: make(chan struct{}), gone: &sync.Once{}, mu: &sync.Mutex{}}
}

func (l *life) serves() { l.begun.Do(func() { close(l.ready) }) }

// outcomePatience is how long a server that stops lets commits find out whether they count.
const outcomePatience = 3 * time.Second

func (l *life) leave() { l.gone.Do(func() { close(l.left) }) }

// wait is how transactions wait for what became of their commits: until changed is closed or
// d has passed, nil in both cases.
func (l *life) wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.left:
		return errStopping
	}
	return nil
}

var errStopping = errors.New("the server stops")

// fail ends Done: the server has lost what it cannot do without.
func (l *life) fail(err error) {
	l.ended.Do(func() {
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
		close(l.done)
	})
}

func (l *life) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *life) set(term uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.term = term
}

// endBy says when a stop that has begun is to have ended.
func (l *life) endBy(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = t
}

// patience is how long one part of a stop may wait for what would take up to d: never more than half of
// the time that is left, for others come after it.
func (l *life) patience(d time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end.IsZero() {
		return d
	}
	return min(d, time.Until(l.end)/2)
}

// active is the term in which this leader serves, 0 if it stands by.
func (l *life) active() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.term
}

// alone reports whether this leader waits for no other.
func (s *Server) alone() bool { return s.opts.Bootstrap || len(s.replica.Members()) == 1 }

// live starts what follows the leadership, and what keeps this leader a member.
func (s *Server) live() {
	s.openRelay()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.lead(ctx) })
	wg.Go(func() { s.stayMember(ctx) })
	s.onStop(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, s.life.patience(deposeTimeout))
		defer cancel()
		s.front.close(ctx)
		return nil
	})
	s.onStop(func(context.Context) error {
		stop()
		wg.Wait()
		return nil
	})
	wg.Go(func() { s.front.serve(s.front.listen) })
	if s.mux != nil {
		wg.Go(func() { s.front.serve(s.mux.SQL()) })
		s.onStop(func(context.Context) error { return s.mux.SQL().Close() })
	}
	if len(s.replica.Members()) > 1 {
		s.life.serves() // clients wait for whoever becomes active
	}
}

// lead makes this process the active leader for as long as raft does.
func (s *Server) lead(ctx context.Context) {
	for ctx.Err() == nil {
		term, changed := s.replica.Leads()
		if term == 0 {
			select {
			case <-changed:
			case <-s.replica.Failed():
				s.life.fail(s.replica.Err())
				return
			case <-ctx.Done():
			}
			continue
		}
		within, cancel := context.WithCancel(ctx)
		lost := make(chan struct{})
		go func() {
			defer close(lost)
			select {
			case <-changed:
			case <-s.replica.Failed():
				s.life.fail(s.replica.Err())
			case <-within.Done():
			}
			cancel()
		}()
		err := s.activate(within, term)
		if err == nil {
			s.life.serves()
			<-within.Done()
		} else if within.Err() == nil {
			s.life.fail(fmt.Errorf("cannot be the active leader: %w", err))
		}
		cancel()
		<-lost
		s.deactivate(ctx)
	}
}

// activate starts what only the active leader has. What a step starts it ends
// by onEnd. ctx ends with the leadership. The replica has applied everything before.
func (s *Server) activate(ctx context.Context, term uint64) error {
	s.log.Info("becoming the active leader", "id", s.opts.ID, "term", term)
	for _, step := range []func(context.Context, uint64) error{
		s.makeCluster, s.takeStorage, s.beLeader, s.openStorage, s.startCluster, s.startNode, s.startKeeper, s.startSQL,
	} {
		if err := step(ctx, term); err != nil {
			return err
		}
	}
	s.life.set(term)
	s.log.Info("active leader", "id", s.opts.ID, "term", term)
	return nil
}

// deactivate ends what activate has started, the last first.
func (s *Server) deactivate(ctx context.Context) {
	if s.life.active() != 0 && ctx.Err() == nil {
		s.log.Info("no longer the active leader", "id", s.opts.ID)
	}
	s.life.set(0)
	ctx, cancel := context.WithTimeout(context.Background(), s.life.patience(deposeTimeout))
	defer cancel()
	for len(s.ends) > 0 {
		f := s.ends[len(s.ends)-1]
		s.ends = s.ends[:len(s.ends)-1]
		if err := f(ctx); err != nil {
			s.log.Warn("ending the leadership", "err", err)
		}
	}
}

// deposeTimeout is how long sessions get to end when the leader stops or is deposed.
const deposeTimeout = 5 * time.Second

// errDeposed is what clients of a leader read that was deposed.
var errDeposed = sqlerr.New(sqlerr.AdminShutdown, "terminating connection because another leader has become the active one").
	WithHint("Connect again.")

// makeCluster bootstraps the catalog if that was asked for.
func (s *Server) makeCluster(ctx context.Context, _ uint64) (err error) {
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
func (s *Server) beLeader(ctx context.Context, _ uint64) (err error) {
	c := s.replica.Catalog().Cluster()
	if s.opts.SlicesGiven && c.Slices != s.opts.Slices {
		s.log.Warn("the number of slices is fixed", "slices", c.Slices, "asked", s.opts.Slices)
	}
	if s.mux != nil {
		s.belong(c.ID)
		if err := s.register(ctx, state.Leader{ID: s.opts.ID, Cluster: s.mux.Addr(), SQL: s.sqlAddr()}); err != nil {
			return err
		}
	}
	if s.key, err = artifact.PrivateKeyFromSeed(c.SigningKey); err != nil {
		return err
	}
	s.artifacts.Key = s.key.Public()
	return nil
}

// footerCache bounds the leader's block cache: it reads footers only.
const footerCache = 1 << 20

// openStorage opens what reads from managed storage and writes to it.
func (s *Server) openStorage(context.Context, uint64) (err error) {
	s.stats = &statistics{store: s.store, log: s.log}
	s.facts = &facts{footers: rms.NewCache(s.store, "", footerCache), log: s.log}
	s.onEnd(func(context.Context) error { return s.facts.footers.Close() })
	s.cache, err = artifact.NewCache(artifact.CacheOptions{Public: s.key.Public(), Dir: filepath.Join(s.opts.Dir, "artifacts"),
		Shared: artifact.SharedIn(artifactStore{s.store}, "artifacts", errNoArtifact), Log: s.log})
	if err != nil {
		return err
	}
	s.onEnd(func(context.Context) error { s.flights.wait(); s.cache.Close(); return nil })
	return nil
}

// startCluster calls the nodes of the catalog.
func (s *Server) startCluster(_ context.Context, term uint64) error {
	cat := s.replica.Catalog()
	c := cat.Cluster()
	f := cluster.Facts{Term: term, ClusterID: c.ID, Slices: c.Slices, Storage: s.held.url, Claim: s.held.claim, PublicKey: s.key.Public(), Nodes: cat.Nodes(), Map: cat.Slices()}
	if s.mux != nil {
		f.Addr = s.mux.Addr()
	}
	s.cluster.Start(f)
	s.onEnd(func(context.Context) error { s.cluster.Stop(); return nil })
	return nil
}

// embeddedID is the name of the node in a leader's process.
const embeddedID = "node"

// startNode starts the embedded node.
func (s *Server) startNode(ctx context.Context, _ uint64) error {
	if !s.opts.Embedded {
		return nil
	}
	n, err := node.Start(node.Config{ID: embeddedID, Dir: filepath.Join(s.opts.Dir, "node"), Workers: s.opts.Workers, Target: s.target.Level,
		Engine: s.engine, Symbols: s.symbols, Local: s.local, Leader: s.opts.ID, Log: s.log})
	if err != nil {
		return err
	}
	// First the cluster: that the node goes is no loss.
	s.onEnd(func(context.Context) error { s.cluster.Stop(); return n.Close() })
	return n.Ready(ctx)
}

// startSQL lets clients in.
func (s *Server) startSQL(context.Context, uint64) error {
	sql := pgwire.NewServer(s, s.log, s.opts.MaxConnections)
	s.front.lead(sql)
	s.onEnd(func(ctx context.Context) error {
		s.front.lead(nil)
		if s.front.closing() {
			sql.Close(ctx)
		} else {
			sql.CloseFor(ctx, errDeposed)
		}
		return nil
	})
	return nil
}

// handOver makes another leader the active one, if this one is and there are others.
func (s *Server) handOver(ctx context.Context) {
	term := s.life.active()
	if term == 0 || len(s.replica.Members()) < 2 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, handOverTimeout)
	defer cancel()
	if err := s.replica.Transfer(ctx, ""); err != nil {
		s.log.Info("leadership is not handed over", "err", err)
		return
	}
	for now, changed := s.replica.Leads(); now == term; now, changed = s.replica.Leads() {
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// handOverTimeout bounds how long a leader that stops tries to make another one active.
const handOverTimeout = 3 * time.Second
