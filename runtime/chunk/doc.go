// Package chunk is a batch of up to abi.ChunkCapRows rows (fewer if they are wide) in one off-heap
// buffer: rows by column, which leave a query and which the leader turns into protocol rows, loaders into blocks. (Rows
// between segments are pages: runtime/page.)
//
//	generated code ──stores──► Chunk ──hand over──► leader or loader in the process
//	                             ├──AppendWire──► bytes ──FromWire──► Chunk elsewhere
//	                             └──AppendStored──► bytes in log and snapshots ──ReadStored──► Stored (node/inline)
//
// A chunk owns its strings: long ones lie in its arena. Whoever holds a chunk last frees it.
// The wire form (wire.go) lives as long as a query and needs the layout to be read; the
// stored form (stored.go) lives for ever, has a version and describes itself.
package chunk
