package cluster

import (
	"context"
	"log/slog"
	"slices"
	"sort"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// Config is what the leader says about the cluster, from the catalog.
type Config struct {
	LeaderID  string
	ClusterID string
	Slices    int
	Storage   string // URL
	PublicKey []byte // of the artifacts' signing key
	Before    []string
	// Propose writes nodes and the slice map to the catalog. node is nil if only the map changes.
	Propose func(ctx context.Context, node *state.Node, slices []string) error
	Log     *slog.Logger
}

// Cluster keeps the nodes that are connected. Safe for concurrent use.
type Cluster struct {
	cfg Config

	change sync.Mutex // held while a node comes or goes, calls to the catalog included

	mu     sync.Mutex
	closed bool             // guarded by change
	nodes  map[string]*Node // connected; guarded by mu
	deal   []string         // guarded by mu
	news   chan struct{}    // closed at the next change; guarded by mu
}

// Node is a connected node.
type Node struct {
	ID      string
	Addr    string
	Workers int
	Target  string // CPU level
	Conn    wire.Conn
	Slices  []state.SliceID
}

// Map is which node has which slice, at one moment. Frozen.
type Map struct {
	Nodes  []*Node  // with at least one slice, by id
	Slices []string // node of each slice
}

// New makes a cluster that no node has joined yet.
func New(cfg Config) *Cluster {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	c := &Cluster{cfg: cfg, nodes: map[string]*Node{}, deal: cfg.Before, news: make(chan struct{})}
	if len(c.deal) != cfg.Slices {
		c.deal = nil
	}
	return c
}

// Slices is the number of slices of the whole cluster.
func (c *Cluster) Slices() int { return c.cfg.Slices }

// Register takes a node in (or in again, on a new link) and deals slices.
func (c *Cluster) Register(ctx context.Context, from wire.Conn, r *wire.Register) (*wire.Registered, error) {
	if r.ID != from.Peer() || !wire.ValidID(r.ID) || r.ID == c.cfg.LeaderID {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%q cannot be a node's id here", r.ID)
	}
	if r.Workers < 1 || r.Workers > 4096 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "node %s has %d workers", r.ID, r.Workers)
	}
	c.change.Lock()
	defer c.change.Unlock()
	c.mu.Lock()
	old := c.nodes[r.ID]
	c.mu.Unlock()
	if old != nil && old.Conn != from && old.Addr != r.Addr && alive(old.Conn) {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "a node with id %s is connected already, from %s", r.ID, old.Addr)
	}
	n := &Node{ID: r.ID, Addr: r.Addr, Workers: r.Workers, Target: r.Target, Conn: from}
	if err := c.redeal(ctx, func(nodes map[string]*Node) { nodes[r.ID] = n },
		&state.Node{ID: r.ID, Address: r.Addr, Workers: r.Workers, Target: r.Target}); err != nil {
		return nil, err
	}
	c.mu.Lock()
	mine := c.nodes[r.ID].Slices
	c.mu.Unlock()
	c.cfg.Log.Info("node joined", "node", r.ID, "addr", r.Addr, "workers", r.Workers, "slices", mine)
	return &wire.Registered{Cluster: c.cfg.ClusterID, Leader: c.cfg.LeaderID, Storage: c.cfg.Storage,
		PublicKey: c.cfg.PublicKey, Slices: mine}, nil
}

// Gone takes a node out whose link is lost; the others get its slices.
func (c *Cluster) Gone(peer wire.Conn) {
	c.change.Lock()
	defer c.change.Unlock()
	c.mu.Lock()
	n := c.nodes[peer.Peer()]
	c.mu.Unlock()
	if c.closed || n == nil || n.Conn != peer && alive(n.Conn) {
		return // a stranger, or a node that is back on a new link
	}
	c.cfg.Log.Warn("node lost", "node", n.ID)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.redeal(ctx, func(nodes map[string]*Node) { delete(nodes, n.ID) }, nil); err != nil {
		c.cfg.Log.Error("slices of a lost node", "node", n.ID, "err", err)
	}
}

// Close says that the leader stops: nodes that go from here on are not missed.
func (c *Cluster) Close() {
	c.change.Lock()
	c.closed = true
	c.change.Unlock()
}

// redeal applies an edit to the nodes and deals. Called with change held.
func (c *Cluster) redeal(ctx context.Context, edit func(map[string]*Node), node *state.Node) error {
	c.mu.Lock()
	nodes := map[string]*Node{}
	for id, n := range c.nodes {
		cp := *n
		nodes[id] = &cp
	}
	before := c.deal
	c.mu.Unlock()
	edit(nodes)
	var ms []Member
	for _, n := range nodes {
		ms = append(ms, Member{n.ID, n.Workers})
	}
	deal := Deal(c.cfg.Slices, ms, before)
	if c.cfg.Propose != nil && (node != nil || !slices.Equal(deal, before)) {
		if err := c.cfg.Propose(ctx, node, deal); err != nil {
			return err
		}
	}
	var tell []*Node
	for _, n := range nodes {
		had := n.Slices
		n.Slices = nil
		for s, id := range deal {
			if id == n.ID {
				n.Slices = append(n.Slices, state.SliceID(s))
			}
		}
		if (node == nil || n.ID != node.ID) && !slices.Equal(had, n.Slices) {
			tell = append(tell, n)
		}
	}
	c.mu.Lock()
	c.nodes, c.deal = nodes, deal
	close(c.news)
	c.news = make(chan struct{})
	c.mu.Unlock()
	for _, n := range tell { // only to warm caches: not waited for
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			_, _ = n.Conn.Call(ctx, &wire.Assign{Slices: n.Slices})
		}()
	}
	return nil
}

func alive(c wire.Conn) bool {
	select {
	case <-c.Done():
		return false
	default:
		return true
	}
}

// patience is how long a query waits for nodes when some slice has none.
const patience = 5 * time.Second

// Map gives the current map; it waits a little for nodes if there are none.
func (c *Cluster) Map(ctx context.Context) (*Map, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		c.mu.Lock()
		news := c.news
		m := &Map{Slices: c.deal}
		for _, n := range c.nodes {
			if len(n.Slices) > 0 {
				m.Nodes = append(m.Nodes, n)
			}
		}
		c.mu.Unlock()
		if len(m.Nodes) > 0 {
			sort.Slice(m.Nodes, func(i, j int) bool { return m.Nodes[i].ID < m.Nodes[j].ID })
			return m, nil
		}
		select {
		case <-news:
		case <-limit.C:
			return nil, sqlerr.New(sqlerr.CannotConnectNow, "no compute node is connected")
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
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
