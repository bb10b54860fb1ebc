package state

import "slipher/catalog/sqlerr"

func (o *Truncate) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("Truncate")
}

func (o *Replace) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("Replace")
}

func (o *Collect) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("Collect")
}

func (o *DrainNode) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("DrainNode")
}

func (o *RegisterLeader) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("RegisterLeader")
}

func (o *RemoveLeader) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	return OpResult{}, sqlerr.Unsupported("RemoveLeader")
}
