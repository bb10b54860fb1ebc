package state

import (
	"slices"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_claim_storage.go -o op_claim_storage_gen.go -io=false -tests=false

// ClaimStorage begins an incarnation of the owner of managed storage.
type ClaimStorage struct {
	Claim Claim `msg:"claim"`
	// Since is the token found in the storage: claims before it will not be found there any more.
	Since string `msg:"since"`
	// URL and ClusterID are what Cluster has from now on: other ones if the storage was moved or copied.
	URL       string `msg:"url"`
	ClusterID string `msg:"cluster"`
}

var _ = register("claim", facts[*ClaimStorage]{})

// claimsKept bounds a cluster's claims: of those that the storage has never seen, the oldest are forgotten.
const claimsKept = 64

func (o *ClaimStorage) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	if c.cluster == nil {
		return OpResult{}, sqlerr.New(sqlerr.InvalidTransactionState, "the cluster is not bootstrapped")
	}
	known := c.cluster.Claims
	if o.URL == "" || o.ClusterID == "" || o.Claim.Token == "" || len(known) > 0 &&
		o.Claim.Incarnation <= known[len(known)-1].Incarnation {
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
