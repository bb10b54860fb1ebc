package cluster

import (
	"context"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// Register takes a node in (or in again, on a new link) and deals slices. On a leader
// that is not the active one the answer says who is.
func (c *Cluster) Register(ctx context.Context, from wire.Conn, r *wire.Register) (wire.Message, error) {
	if r.ID != from.Peer() || !wire.ValidID(r.ID) || r.ID == c.cfg.LeaderID {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%q cannot be a node's id here", r.ID)
	}
	if r.Workers < 1 || r.Workers > 4096 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "node %s has %d workers", r.ID, r.Workers)
	}
	c.change.Lock()
	defer c.change.Unlock()
	if !c.leads() {
		return c.elsewhere(), nil
	}
	if err := fault.Point("cluster.register"); err != nil {
		return nil, err
	}
	c.mu.Lock()
	old := c.nodes[r.ID]
	c.mu.Unlock()
	if old != nil && old.Conn != from && old.Addr != r.Addr && alive(old.Conn) {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "a node with id %s is connected already, from %s", r.ID,
			old.Addr)
	}
	if !alive(from) {
		return nil, wire.ErrLinkLost // Gone has been told already
	}
	n := &Node{ID: r.ID, Addr: r.Addr, Workers: r.Workers, Target: r.Target, Conn: from}
	fact := state.Node{ID: r.ID, Address: r.Addr, Workers: r.Workers, Target: r.Target, Draining: c.draining(r.ID)}
	c.put(n)
	if err := c.redeal(ctx, &fact); err != nil {
		c.take(n)
		c.mu.Lock()
		c.later(dealAgain) // it may have had slices
		c.mu.Unlock()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	mine := c.nodes[r.ID]
	if mine == nil {
		return nil, wire.ErrLinkLost
	}
	c.cfg.Log.Info("node joined", "node", r.ID, "addr", r.Addr, "workers", r.Workers, "slices", mine.Slices)
	f := &c.facts
	return &wire.Registered{Term: f.Term, Addr: f.Addr, Leaders: c.leaders(), Cluster: f.ClusterID, Leader: c.cfg.LeaderID,
		Storage: f.Storage, Claim: f.Claim, PublicKey: f.PublicKey, Slices: mine.Slices}, nil
}

// leads reports whether this is the active leader, as far as it knows.
func (c *Cluster) leads() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.on && c.deposed == 0
}

func (c *Cluster) elsewhere() *wire.NotActive {
	m := &wire.NotActive{}
	if c.cfg.Active != nil {
		m.ID, m.Addr = c.cfg.Active()
	}
	if m.ID == c.cfg.LeaderID { // it has won but does not serve yet
		m.ID, m.Addr = "", ""
	}
	return m
}

func (c *Cluster) leaders() []string {
	if c.cfg.Leaders == nil {
		return nil
	}
	return c.cfg.Leaders()
}

// put takes a node in, take out again if it is still the same link.
func (c *Cluster) put(n *Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, id := range c.deal { // what it had before the leadership changed
		if id == n.ID {
			n.Slices = append(n.Slices, state.SliceID(s))
		}
	}
	c.nodes[n.ID] = n
	k := c.known[n.ID]
	if k == nil {
		k = &Info{ID: n.ID}
		c.known[n.ID] = k
	}
	k.Addr, k.Workers = n.Addr, n.Workers
}

func (c *Cluster) take(n *Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.nodes[n.ID]; now != nil && now.Conn == n.Conn {
		delete(c.nodes, n.ID)
	}
	if k := c.known[n.ID]; k != nil {
		k.LastSeen = time.Now()
	}
}

// Gone takes a node out whose link is lost; the others get its slices.
func (c *Cluster) Gone(peer wire.Conn) {
	c.change.Lock()
	defer c.change.Unlock()
	c.mu.Lock()
	n, on := c.nodes[peer.Peer()], c.on
	c.mu.Unlock()
	if !on || n == nil || n.Conn != peer && alive(n.Conn) {
		return // a stranger, or a node that is back on a new link
	}
	if n.leaving {
		c.cfg.Log.Info("node left", "node", n.ID)
	} else {
		c.cfg.Log.Warn("node lost", "node", n.ID)
	}
	c.take(n)
	c.contact(n.ID, contactLast)
	c.dealOn()
}

// contact tells a node of the catalog that this leader is the active one, until
// it is connected or the leadership ends: the node may still hang on a leader that is paused.
// Called with change held.
func (c *Cluster) contact(id string, wait time.Duration) {
	if c.cfg.Dial == nil || c.ctx.Err() != nil {
		return
	}
	ctx := c.ctx
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		for {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
			c.mu.Lock()
			k, here := c.known[id], c.nodes[id] != nil
			lead := &wire.Lead{Term: c.facts.Term, ID: c.cfg.LeaderID, Addr: c.facts.Addr}
			addr := ""
			if k != nil {
				addr = k.Addr
			}
			c.mu.Unlock()
			if here || k == nil {
				return
			}
			c.callOut(ctx, id, addr, lead)
			wait = min(max(2*wait, contactFirst), contactLast)
		}
	}()
}

// Waits between calls to a node that does not come.
const (
	contactFirst = 100 * time.Millisecond
	contactLast  = 500 * time.Millisecond
	contactCall  = time.Second
)

func (c *Cluster) callOut(ctx context.Context, id, addr string, lead *wire.Lead) {
	ctx, cancel := context.WithTimeout(ctx, contactCall)
	defer cancel()
	conn, err := c.cfg.Dial(ctx, id, addr)
	if err == nil {
		_, err = wire.At(conn, lead.Term).Call(ctx, lead)
	}
	if err != nil {
		c.cfg.Log.Debug("node not reached", "node", id, "addr", addr, "err", err)
	}
}
