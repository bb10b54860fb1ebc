package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_allocate.go -o op_allocate_gen.go -io=false -tests=false

// Allocate reserves Count ids for the proposer: OIDs or transaction ids.
type Allocate struct {
	What  string `msg:"what"` // AllocateOID, AllocateTxn
	Count int64  `msg:"n"`
}

// What Allocate can allocate.
const (
	AllocateOID = "oid"
	AllocateTxn = "txn"
)

var _ = register("alloc", facts[*Allocate]{
	text: func(o *Allocate) string { return fmt.Sprintf("%s %d", o.What, o.Count) },
})

func (o *Allocate) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if o.Count < 1 || o.Count > 1<<24 {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "cannot allocate %d ids", o.Count)
	}
	switch o.What {
	case AllocateOID:
		if int64(c.nextOID)+o.Count > maxOID {
			return OpResult{}, sqlerr.New(sqlerr.ProgramLimitExceeded, "out of object ids")
		}
		first := c.nextOID
		c.nextOID += uint32(o.Count)
		return OpResult{ID: int64(first)}, nil
	case AllocateTxn:
		first := c.nextTxn
		c.nextTxn += TxnID(o.Count)
		return OpResult{ID: int64(first)}, nil
	}
	return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "cannot allocate \"%s\"", o.What)
}
