package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_register_leader.go -o op_register_leader_gen.go -io=false -tests=false

// RegisterLeader adds a leader or renews its addresses.
type RegisterLeader struct {
	Leader Leader `msg:"leader"`
}

var _ = register("leader", facts[*RegisterLeader]{})

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
