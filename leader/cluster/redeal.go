package cluster

import (
	"context"
	"slices"
	"time"

	"slipher/catalog/fault"
	"slipher/catalog/replica"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// redeal deals the slices to the nodes that are here, unless missing ones may still come. fact, if
// given, is written to the catalog with the deal; more operations with them. Called with change held.
func (c *Cluster) redeal(ctx context.Context, fact *state.Node, more ...state.Op) error {
	c.mu.Lock()
	if !c.settled && !c.missing() {
		c.settled = true
	}
	before, home, settled, total := c.deal, c.home, c.settled, c.facts.Slices
	members := c.members()
	c.mu.Unlock()
	deal := before
	if settled || before == nil {
		deal = Deal(total, members, before, home)
	}
	var ops []state.Op
	if fact != nil && !c.onRecord(fact) {
		ops = append(ops, &state.RegisterNode{Node: *fact})
	}
	ops = append(ops, more...)
	if !slices.Equal(deal, before) {
		ops = append(ops, &state.AssignSlices{Nodes: deal})
	}
	if len(ops) > 0 {
		if err := fault.Point("cluster.deal"); err != nil {
			return err
		}
		if err := c.propose(ctx, ops...); err != nil {
			return err
		}
	}
	if fact != nil {
		c.record(fact)
	}
	new := ""
	if fact != nil {
		new = fact.ID
	}
	c.publish(deal, new)
	return nil
}

// propose writes to the catalog, for as long as the leadership lasts. Called with change held.
func (c *Cluster) propose(ctx context.Context, ops ...state.Op) error {
	if c.cfg.Propose == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	return c.cfg.Propose(ctx, ops)
}

// missing reports whether a node that had slices is not back yet. Called with mu held.
func (c *Cluster) missing() bool {
	for _, id := range c.deal {
		if id != "" && c.nodes[id] == nil && !c.known[id].drained() {
			return true
		}
	}
	return false
}

// members are the nodes to deal to: those that are to leave only if there are no others. Called with mu held.
func (c *Cluster) members() []Member {
	var stay, all []Member
	for id, n := range c.nodes {
		m := Member{id, n.Workers}
		all = append(all, m)
		if !n.leaving && !c.known[id].drained() {
			stay = append(stay, m)
		}
	}
	if len(stay) == 0 {
		return all
	}
	return stay
}

// publish makes a deal the current one and tells nodes whose slices have changed, except one that learns
// it otherwise.
func (c *Cluster) publish(deal []string, except string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	had := c.nodes
	c.nodes = map[string]*Node{}
	for id, n := range had {
		cp := *n
		cp.Slices = nil
		for s, owner := range deal {
			if owner == id {
				cp.Slices = append(cp.Slices, state.SliceID(s))
			}
		}
		c.nodes[id] = &cp
		if id != except && !slices.Equal(n.Slices, cp.Slices) {
			c.tell(&cp)
		}
	}
	c.deal = deal
	c.settleHomes()
	c.changed()
}

// settleHomes makes a slice's node its home, unless that is another one that may come
// back for it. Called with mu held.
func (c *Cluster) settleHomes() {
	home := slices.Clone(c.deal)
	for s := range home {
		if s >= len(c.home) || c.home[s] == "" {
			continue
		}
		n, k := c.nodes[c.home[s]], c.known[c.home[s]]
		if k != nil && (n == nil || n.leaving) {
			home[s] = c.home[s]
		}
	}
	c.home = home
}

// tell sends a node its slices: only to warm caches, so it is not waited for. Called with mu held.
func (c *Cluster) tell(n *Node) {
	ctx, term := c.ctx, c.facts.Term
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		ctx, cancel := context.WithTimeout(ctx, changeTimeout)
		defer cancel()
		_, _ = wire.At(n.Conn, term).Call(ctx, &wire.Assign{Slices: n.Slices})
	}()
}

// changeTimeout bounds what a change of the map waits for the catalog.
const changeTimeout = 10 * time.Second

// dealAgain is the wait before a deal that the catalog did not take is tried again.
const dealAgain = 250 * time.Millisecond

// dealOn deals because a node is gone or does not come; it tries until it succeeds or
// the leadership ends. Called with change held.
func (c *Cluster) dealOn() {
	err := c.redeal(c.ctx, nil)
	if err == nil || c.ctx.Err() != nil {
		return
	}
	c.cfg.Log.Log(c.ctx, replica.Level(err), "slices cannot be dealt yet", "err", err)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.later(dealAgain)
}

// later deals after a wait, to the nodes that are here then. Called with mu and change held.
func (c *Cluster) later(wait time.Duration) {
	if c.grace != nil {
		c.grace.Stop()
	}
	ctx := c.ctx
	c.grace = time.AfterFunc(wait, func() {
		c.change.Lock()
		defer c.change.Unlock()
		if ctx.Err() != nil {
			return
		}
		c.mu.Lock()
		c.settled = true
		c.mu.Unlock()
		c.dealOn()
	})
}

// onRecord reports whether the catalog has these facts already; record notes that it has.
func (c *Cluster) onRecord(fact *state.Node) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.facts.Nodes {
		if n.ID == fact.ID {
			was := *n
			was.Number = fact.Number
			return was == *fact
		}
	}
	return false
}

func (c *Cluster) record(fact *state.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(fact.ID)
	c.facts.Nodes = append(c.facts.Nodes, fact)
}

// forget drops a node's facts. Called with mu held.
func (c *Cluster) forget(id string) {
	c.facts.Nodes = slices.DeleteFunc(slices.Clone(c.facts.Nodes), func(n *state.Node) bool { return n.ID == id })
}
