package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_assign_slices.go -o op_assign_slices_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// AssignSlices deals every slice to a node: Nodes[slice] is a node id.
type AssignSlices struct {
	Nodes []string `msg:"nodes"`
}

var _ = register("slices", facts[*AssignSlices]{})

func (o *AssignSlices) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if len(o.Nodes) != c.SliceCount() {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue,
			"%d slices dealt, the cluster has %d", len(o.Nodes), c.SliceCount())
	}
	for _, id := range o.Nodes {
		if id != "" && c.Node(id) == nil {
			return OpResult{}, errNoNode(id)
		}
	}
	c.slices = slices.Clone(o.Nodes)
	return OpResult{}, nil
}
