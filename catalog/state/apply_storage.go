package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

// claimsKept bounds a cluster's claims: of those that the storage has never seen, the oldest are forgotten.
const claimsKept = 64

func (o *ClaimStorage) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.cluster == nil {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTransactionState, "the cluster is not bootstrapped")
	}
	known := c.cluster.Claims
	if o.URL == "" || o.ClusterID == "" || o.Claim.Token == "" || len(known) > 0 && o.Claim.Incarnation <= known[len(known)-1].Incarnation {
		return OpResult{}, sqlerr.New(sqlerr.InvalidParameterValue, "malformed claim on managed storage")
	}
	if i := slices.IndexFunc(known, func(k Claim) bool { return k.Token == o.Since }); i > 0 {
		known = known[i:]
	}
	next := *c.cluster
	next.ID, next.StorageURL = o.ClusterID, o.URL
	next.Claims = append(slices.Clone(known[max(len(known)+1-claimsKept, 0):]), o.Claim)
	c.cluster = &next
	return OpResult{ID: int64(o.Claim.Incarnation)}, nil
}
