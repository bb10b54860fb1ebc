package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_register_node.go -o op_register_node_gen.go -io=false -tests=false

// RegisterNode adds a node or renews its facts. Number is ignored: it is given.
type RegisterNode struct {
	Node Node `msg:"node"`
}

var _ = register("node", facts[*RegisterNode]{})

func (o *RegisterNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Node.ID == "" || o.Node.Workers < 1 {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "a node needs an id and at least one worker")
	}
	n := o.Node
	if old := c.Node(n.ID); old != nil {
		n.Number, n.Draining = old.Number, old.Draining
	} else {
		n.Number = c.freeNodeNumber()
	}
	c.nodes = c.nodes.set(n.ID, &n)
	return OpResult{ID: int64(n.Number)}, nil
}

// freeNodeNumber is the smallest number no node has.
func (c *Catalog) freeNodeNumber() int {
	used := map[int]bool{}
	c.nodes.all(func(_ string, n *Node) { used[n.Number] = true })
	number := 0
	for used[number] {
		number++
	}
	return number
}
