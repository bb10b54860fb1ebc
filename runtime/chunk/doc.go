// Package chunk is a batch of up to abi.ChunkCapRows rows in one off-heap
// buffer: what sinks fill, exchanges carry and the leader turns into protocol rows.
//
//	generated code ──stores──► Chunk ──hand over──► receiver in the process
//	                             └──AppendWire──► bytes ──FromWire──► Chunk elsewhere
//
// A chunk owns its strings: long ones lie in its arena. Whoever holds a chunk last frees it.
package chunk
