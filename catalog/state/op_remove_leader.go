package state

import (
	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_remove_leader.go -o op_remove_leader_gen.go -io=false -tests=false

// RemoveLeader forgets a leader. Raft's own membership is changed elsewhere.
type RemoveLeader struct {
	ID string `msg:"id"`
}

var _ = register("rmleader", facts[*RemoveLeader]{})

func (o *RemoveLeader) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.Leader(o.ID) == nil {
		return OpResult{}, sqlerr.New(sqlerr.UndefinedObject, "leader \"%s\" does not exist", o.ID)
	}
	c.leaders = c.leaders.delete(o.ID)
	return OpResult{}, nil
}
