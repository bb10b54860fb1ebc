package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_pin.go -o op_pin_gen.go -io=false -tests=false

// Pin sets the oldest catalog version any reader still holds: what garbage
// collection obeys. It never moves back.
type Pin struct {
	Version uint64 `msg:"ver"`
}

var _ = register("pin", facts[*Pin]{
	text: func(o *Pin) string { return fmt.Sprint(o.Version) },
})

// apply moves the mark of garbage collection, never back and never ahead of what is.
func (o *Pin) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	c.pinned = max(c.pinned, min(o.Version, c.version))
	return OpResult{}, nil
}
