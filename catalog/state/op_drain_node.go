package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_drain_node.go -o op_drain_node_gen.go -io=false -tests=false

// DrainNode says that a node shall have no slices (or may have some again).
type DrainNode struct {
	ID    string `msg:"id"`
	Drain bool   `msg:"drain"`
}

var _ = register("drain", facts[*DrainNode]{})

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
