package cluster

import (
	"context"
	"log/slog"
	"sort"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// Config is what a leader's process knows whether it is the active one or not.
type Config struct {
	LeaderID string
	// Propose writes to the catalog.
	Propose func(ctx context.Context, ops []state.Op) error
	// Dial finds a node's process; addr is "" for one in this process. nil: nodes come by themselves.
	Dial func(ctx context.Context, id, addr string) (wire.Conn, error)
	// SetTerm raises the process's term. nil: no terms.
	SetTerm func(uint64)
	// Active says which leader is the active one and where it takes links, "" if that is not
	// known. Leaders are the addresses of all. Either may be nil.
	Active  func() (id, addr string)
	Leaders func() []string
	// Grace is how long a new active leader waits for nodes that had slices before it deals
	// them to others. 0: about a second.
	Grace time.Duration
	Log   *slog.Logger
}

// Facts are what a leader learns from the catalog when it becomes the active one.
type Facts struct {
	Term      uint64
	Addr      string // where this leader takes links
	ClusterID string
	Slices    int
	Storage   string // URL
	Claim     state.Claim
	PublicKey []byte // of the artifacts' signing key
	Nodes     []*state.Node
	Map       []string // node of each slice, as last dealt
}

// Cluster keeps the nodes that are connected to the active leader. On a leader
// that stands by it sends nodes to the active one. Safe for concurrent use.
type Cluster struct {
	cfg Config

	// change is held while a node comes or goes, calls to the catalog included. It is taken before mu.
	change sync.Mutex

	mu      sync.Mutex
	on      bool
	deposed uint64           // a higher term than ours, 0: none heard of
	facts   Facts            // while on; Nodes and Map are those of the start
	nodes   map[string]*Node // connected; each is frozen
	known   map[string]*Info // all of the catalog's
	deal    []string
	home    []string      // node of each slice if all were here
	settled bool          // slices of missing nodes are dealt
	news    chan struct{} // closed at the next change
	grace   *time.Timer
	stop    context.CancelFunc // ends ctx

	ctx context.Context // ends with the leadership; guarded by change
	wg  sync.WaitGroup  // what must end before the next one
}

// Node is a connected node. Frozen: changes make a new one.
type Node struct {
	ID      string
	Addr    string
	Workers int
	Target  string // CPU level
	Conn    wire.Conn
	Slices  []state.SliceID
	leaving bool // its process is about to stop
}

// Map is which node has which slice, at one moment. Frozen.
type Map struct {
	Term   uint64
	Nodes  []*Node  // with at least one slice, by id
	Slices []string // node of each slice
}

// graceDefault is enough for nodes whose links broke with the leader that ended:
// they try again after a quarter of a second at most.
const graceDefault = time.Second

// New makes a cluster that stands by.
func New(cfg Config) *Cluster {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Grace == 0 {
		cfg.Grace = graceDefault
	}
	return &Cluster{cfg: cfg, nodes: map[string]*Node{}, known: map[string]*Info{}, news: make(chan struct{})}
}

// Start makes this the active leader's cluster: it calls the nodes of the catalog.
func (c *Cluster) Start(f Facts) {
	c.Stop()
	if c.cfg.SetTerm != nil {
		c.cfg.SetTerm(f.Term)
	}
	c.change.Lock()
	defer c.change.Unlock()
	ctx, stop := context.WithCancel(context.Background())
	c.ctx = ctx
	c.mu.Lock()
	c.stop = stop
	c.on, c.facts, c.deal, c.settled = true, f, f.Map, true
	if len(c.deal) != f.Slices {
		c.deal = nil
	}
	c.home = c.deal
	if c.deposed <= f.Term {
		c.deposed = 0
	}
	for _, n := range f.Nodes {
		c.known[n.ID] = &Info{ID: n.ID, Addr: n.Address, Workers: n.Workers, Draining: n.Draining}
	}
	for _, id := range c.deal {
		if id != "" && !c.known[id].drained() {
			c.settled = false
		}
	}
	if !c.settled {
		c.later(c.cfg.Grace)
	}
	c.changed()
	c.mu.Unlock()
	for _, n := range f.Nodes {
		c.contact(n.ID, 0)
	}
}

// Stop makes the cluster stand by. It ends changes under way and waits for them.
func (c *Cluster) Stop() {
	c.mu.Lock()
	stop := c.stop
	c.mu.Unlock()
	if stop != nil {
		stop()
	}
	c.change.Lock()
	c.mu.Lock()
	c.on, c.nodes, c.known, c.deal = false, map[string]*Node{}, map[string]*Info{}, nil
	if c.grace != nil {
		c.grace.Stop()
		c.grace = nil
	}
	c.changed()
	c.mu.Unlock()
	c.change.Unlock()
	c.wg.Wait()
}

// Fence tells of a higher term than ours: this leader has been replaced, though it may
// not know it yet. It takes no nodes and starts no queries any more.
func (c *Cluster) Fence(term uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on && term > c.facts.Term {
		c.deposed = term
		c.changed()
	}
}

// Term is the term this leader leads in, 0 if it stands by.
func (c *Cluster) Term() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on {
		return 0
	}
	return c.facts.Term
}

// changed wakes who waits for a change. Called with mu held.
func (c *Cluster) changed() {
	close(c.news)
	c.news = make(chan struct{})
}

// Slices is the number of slices of the whole cluster.
func (c *Cluster) Slices() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.facts.Slices
}

// patience is how long a query waits for nodes when some slice has none.
const patience = 5 * time.Second

// Map gives the current map; it waits a little for nodes if slices lack theirs.
func (c *Cluster) Map(ctx context.Context) (*Map, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		m, news, err := c.mapNow()
		if m != nil || err != nil {
			return m, err
		}
		select {
		case <-news:
		case <-limit.C:
			return nil, c.noNodes()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// mapNow gives the map if every slice has its node, else a channel that is closed at the next change.
func (c *Cluster) mapNow() (*Map, <-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on {
		return nil, nil, errStandby()
	}
	if c.deposed > 0 {
		return nil, nil, wire.ErrFenced(c.facts.Term, c.deposed)
	}
	for _, id := range c.deal {
		if n := c.nodes[id]; n == nil || !alive(n.Conn) {
			return nil, c.news, nil
		}
	}
	if len(c.deal) == 0 {
		return nil, c.news, nil
	}
	m := &Map{Term: c.facts.Term, Slices: c.deal}
	for _, n := range c.nodes {
		if len(n.Slices) > 0 {
			m.Nodes = append(m.Nodes, n)
		}
	}
	sort.Slice(m.Nodes, func(i, j int) bool { return m.Nodes[i].ID < m.Nodes[j].ID })
	return m, nil, nil
}

func errStandby() error {
	return wire.LostError(sqlerr.New(sqlerr.CannotConnectNow, "this leader is not the active one"))
}

func (c *Cluster) noNodes() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.nodes) > 0 {
		return sqlerr.New(sqlerr.CannotConnectNow, "some slices have no compute node yet")
	}
	return sqlerr.New(sqlerr.CannotConnectNow, "no compute node is connected")
}

// Nodes are the connected nodes by id, those without slices too.
func (c *Cluster) Nodes() []*Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*Node
	for _, n := range c.nodes {
		out = append(out, n)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

func alive(c wire.Conn) bool {
	select {
	case <-c.Done():
		return false
	default:
		return true
	}
}
