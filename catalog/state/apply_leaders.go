package state

import "slipher/catalog/sqlerr"

// Leaders lists the leaders that have registered, by id.
func (c *Catalog) Leaders() []*Leader { return c.leaders.values() }

// Leader finds a leader by id, nil if there is none.
func (c *Catalog) Leader(id string) *Leader {
	l, _ := c.leaders.get(id)
	return l
}

func (o *RegisterLeader) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Leader.ID == "" {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "a leader needs an id")
	}
	l := o.Leader
	if old := c.Leader(l.ID); old != nil && *old == l {
		return OpResult{Skipped: true}, nil
	}
	c.leaders = c.leaders.set(l.ID, &l)
	return OpResult{}, nil
}

func (o *RemoveLeader) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Leader(o.ID) == nil {
		return OpResult{}, sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist", o.ID)
	}
	c.leaders = c.leaders.delete(o.ID)
	return OpResult{}, nil
}

func (o *DrainNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	old := c.Node(o.ID)
	if old == nil {
		return OpResult{}, errNoNode(o.ID)
	}
	if old.Draining == o.Drain {
		return OpResult{ID: int64(old.Number), Skipped: true}, nil
	}
	n := *old
	n.Draining = o.Drain
	c.nodes = c.nodes.set(n.ID, &n)
	return OpResult{ID: int64(n.Number)}, nil
}
