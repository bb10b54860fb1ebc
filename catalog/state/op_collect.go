package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_collect.go -o op_collect_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Collect says that dropped objects are deleted from managed storage.
type Collect struct {
	Names []string `msg:"names"`
}

var _ = register("collect", facts[*Collect]{
	text: func(o *Collect) string { return fmt.Sprint(o.Names) },
})

// apply forgets objects that were deleted from managed storage. Names that are no
// garbage are passed over: a collector may say it twice.
func (o *Collect) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	had := c.garbage.size
	for _, name := range o.Names {
		c.garbage = c.garbage.delete(name)
	}
	return OpResult{ID: int64(had - c.garbage.size)}, nil
}
