package cluster

import (
	"context"
	"sort"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
)

// Info is a node of the catalog and what has become of it: stv_nodes.
type Info struct {
	ID        string
	Addr      string
	Workers   int
	Draining  bool
	Connected bool
	Slices    int
	// LastSeen is now for connected nodes, else when the link was lost; zero: not under this leader.
	LastSeen time.Time
}

// drained reports whether a node shall have no slices. nil, a node nobody knows, shall have none.
func (i *Info) drained() bool { return i == nil || i.Draining }

// Infos are all nodes of the catalog by id.
func (c *Cluster) Infos() []Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Info
	for id, k := range c.known {
		i := *k
		if n := c.nodes[id]; n != nil {
			i.Connected, i.LastSeen = true, time.Now()
			i.Draining = i.Draining || n.leaving
		}
		for _, owner := range c.deal {
			if owner == id {
				i.Slices++
			}
		}
		out = append(out, i)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].ID < out[b].ID })
	return out
}

func (c *Cluster) draining(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.known[id]
	return k != nil && k.Draining
}

// Drain deals a node's slices away and gives it none until Undrain. Queries that run
// there go on to their end. False: it was draining before.
func (c *Cluster) Drain(ctx context.Context, id string) (bool, error) {
	c.change.Lock()
	defer c.change.Unlock()
	if err := c.mayChange(id); err != nil {
		return false, err
	}
	c.mu.Lock()
	others := 0
	for other, n := range c.nodes {
		if other != id && !n.leaving && !c.known[other].drained() {
			others++
		}
	}
	c.mu.Unlock()
	if others == 0 {
		return false, sqlerr.New(sqlerr.ObjectInUse, "node \"%s\" cannot be drained: no other node can take its slices", id)
	}
	return c.setDraining(ctx, id, true)
}

// Undrain lets a node have slices again. False: it was not draining.
func (c *Cluster) Undrain(ctx context.Context, id string) (bool, error) {
	c.change.Lock()
	defer c.change.Unlock()
	if err := c.mayChange(id); err != nil {
		return false, err
	}
	return c.setDraining(ctx, id, false)
}

// setDraining writes the node's state and the deal that follows from it in one command.
// Called with change held.
func (c *Cluster) setDraining(ctx context.Context, id string, drain bool) (bool, error) {
	c.mu.Lock()
	was := c.known[id].Draining
	c.known[id].Draining = drain
	c.mu.Unlock()
	if was == drain {
		return false, nil
	}
	err := c.redeal(ctx, nil, &state.DrainNode{ID: id, Drain: drain})
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.known[id].Draining = was
		return false, err
	}
	for i, n := range c.facts.Nodes {
		if n.ID == id {
			cp := *n
			cp.Draining = drain
			c.facts.Nodes[i] = &cp
		}
	}
	return true, nil
}

// mayChange: the node must be known and this leader lead. Called with change held.
func (c *Cluster) mayChange(id string) error {
	if !c.leads() {
		return errStandby()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[id] == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "node \"%s\" does not exist", id)
	}
	return nil
}

// Remove forgets a node that has no slices: it was drained, or is lost.
func (c *Cluster) Remove(ctx context.Context, id string) error {
	c.change.Lock()
	defer c.change.Unlock()
	if err := c.mayChange(id); err != nil {
		return err
	}
	c.mu.Lock()
	n, k := c.nodes[id], c.known[id]
	owns := false
	for _, owner := range c.deal {
		owns = owns || owner == id
	}
	c.mu.Unlock()
	if owns || n != nil && !k.Draining {
		return sqlerr.New(sqlerr.ObjectInUse, "node \"%s\" still has slices", id).
			WithHint("Drain it first: SELECT slipher_drain_node('%s').", id)
	}
	if err := c.propose(ctx, &state.RemoveNode{ID: id}); err != nil {
		return err
	}
	c.mu.Lock()
	term := c.facts.Term
	delete(c.known, id)
	delete(c.nodes, id)
	c.forget(id)
	c.changed()
	c.mu.Unlock()
	if n != nil { // else it would come again with its next link
		ctx, cancel := context.WithTimeout(ctx, contactCall)
		defer cancel()
		_, _ = wire.At(n.Conn, term).Call(ctx, &wire.Dismiss{})
	}
	return nil
}

// Leave deals away the slices of a node whose process is about to stop. It gets
// some again when it registers anew.
func (c *Cluster) Leave(ctx context.Context, from wire.Conn) error {
	c.change.Lock()
	defer c.change.Unlock()
	c.mu.Lock()
	n := c.nodes[from.Peer()]
	if n != nil {
		cp := *n
		cp.leaving = true
		c.nodes[n.ID] = &cp
	}
	c.mu.Unlock()
	if n == nil || !c.leads() {
		return nil
	}
	c.cfg.Log.Info("node leaves", "node", n.ID)
	return c.redeal(ctx, nil)
}
