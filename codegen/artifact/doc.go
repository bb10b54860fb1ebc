// Package artifact holds compiled segments: what the leader signs, ships and caches and nodes run.
//
//	program, object ──► Envelope ──Seal(private key)──► bytes ──► wire, Cache ──Open(public key)──► Envelope
//	KeyParts ──Key──► Hash (name in every cache, in breadcrumbs, on the wire)
//
//	Cache: memory (bounded, LRU) → directory (bounded, checksummed) → shared Store (managed storage)
//	MachineCache: a directory for servers of all clusters on a machine, signed with a key of its own
//	Guard: mapped breadcrumbs of what each worker runs → quarantine after a crash
//
// Invariants:
//   - a node runs nothing that does not carry the cluster's signature, which
//     covers all of the envelope: key, program, object;
//   - equal KeyParts give equal keys on every machine; whatever changes the
//     meaning of an object is a part of its key;
//   - a cache may lose entries at any time and returns no damaged one.
//
// Start reading at Envelope in envelope.go; cache.go, disk.go and guard.go stand alone.
package artifact
