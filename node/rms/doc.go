// Package rms is managed storage: immutable objects behind a small interface,
// and each node's cache of their blocks.
//
//	node/load ──Create/Put──► Store ──GetRange or mapping──► Cache ──RowGroup──► morsels
//
// Stores: file:// (a folder every process can reach) and mem:// (tests). Others are a new
// file with one more row in store.go's table. Object names are relative paths
// with term, transaction and sequence; see Name.
//
// The cache holds opened blocks by heat within a limit; blocks in use are pinned by
// reference counts and may exceed it. Start reading at store.go, then cache.go.
package rms
