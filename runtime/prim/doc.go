// Package prim holds the primitive library: every suboperator for every combination of
// types, compiled ahead of time, one object bundle for each CPU level.
//
//	codegen/subop ──codegen/primgen (at build time, with libLLVM)──► objects/LEVEL.zst ──embed──►
//	Load(level, kernels) ──runtime/loader──► *Library ──Addr(name)──► what program.Ins calls
//
// Bundles are not committed. Without them the package compiles (objects holds a
// placeholder) and Load fails with ErrNotGenerated, which says what to run.
//
// Invariant: a bundle is made for one level and loaded only where HostLevel is at least that.
package prim

//go:generate go run slipher/codegen/primgen -out objects
