// Package claim makes a leader the owner of managed storage.
//
//	catalog's claims ┐
//	the mark in the  ├─► Claimant.Claim ─► state.ClaimStorage in the log, then the mark ─► Held
//	storage (rms)    ┘
//
// Managed storage has one owner at a time. Whoever becomes the active leader claims it: he makes sure that
// his log knows the incarnation that the storage is in, that its owner does not live, writes a new
// incarnation into the log and then into the storage. From then on he and his nodes write there only as long as
// the storage says so (rms.Guard). A copy of a data directory knows what was claimed before it was made;
// when either of the two has claimed the storage since, the other's log does not know that.
//
// Start with claim.go; relocate.go is the claim of a server that is stopped.
package claim
