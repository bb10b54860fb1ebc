// Package codec decodes and encodes the sections of column blocks in C.
//
//	values, nulls ──Encode…──► Section entries + body ──(runtime/block: header, checksum)──► block
//	block ──(runtime/block: validation)──► Cursor (abi.ColCursorSize bytes) ──decode──► vector
//
// A section is 1,024 values that decode alone. Its entry says how (mode, bits,
// reference value) and where its payload lies in the body. Packed payloads
// interleave: value i of a section lies in lane i mod L, so that plain loops over
// lanes vectorise (the layout of FastLanes, Afroozeh and Boncz, VLDB 2023), with
// L = 64 lanes of 16 bits up to 16 bits a value, 32 of 32, else 16 of 64.
//
// Invariant: decoders trust their cursor. Whoever fills it has validated every
// entry against the body's size with Check; decoders then cannot read beyond it.
//
// decode_kernels.h is compiled once per CPU level; dispatch.c chooses. Start reading at codec.h.
package codec
