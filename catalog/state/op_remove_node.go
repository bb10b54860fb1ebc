package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_remove_node.go -o op_remove_node_gen.go -io=false -tests=false

// RemoveNode forgets a node that has no slices.
type RemoveNode struct {
	ID string `msg:"id"`
}

var _ = register("rmnode", facts[*RemoveNode]{})

func (o *RemoveNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Node(o.ID) == nil {
		return OpResult{}, errNoNode(o.ID)
	}
	if slices.Contains(c.slices, o.ID) {
		return OpResult{}, sqlerr.New(sqlerr.ObjectInUse, "node \"%s\" still has slices", o.ID)
	}
	c.nodes = c.nodes.delete(o.ID)
	return OpResult{}, nil
}
