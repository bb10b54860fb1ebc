// Package rms is managed storage: immutable objects behind a small interface,
// and each node's cache of their blocks.
//
//	node/load ──Create/Put──► Store ──GetRange or mapping──► Cache ──RowGroup──► morsels
//
// Stores: file:// (a folder every process can reach) and mem:// (tests). Others are a new
// file with one more row in store.go's table. Object names are relative paths
// with term, transaction and sequence; see Name.
//
// A store has one owner at a time, who marks it (owner.go), shows that it lives (seat.go), and looks at the mark before
// each write and delete (guard.go).
//
// The cache holds opened blocks by heat within a limit; blocks in use are pinned by
// reference counts and may exceed it. Start reading at store.go, then cache.go.
package rms
