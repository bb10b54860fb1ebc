// Command primgen compiles the primitive library for every CPU level.
//
//	codegen/subop ──PrimitiveModules──► IR texts ──hash──► stamp (equal: nothing to do)
//	                                       └──codegen/llvm workers──► objects ──► out/LEVEL.zst, out/LEVEL.stamp
//
// build.sh runs it before every build (`go generate ./runtime/prim` does the same).
// It needs libLLVM.
//
// A build may leave levels out (-levels host): its binary runs the next lower one
// that it has (prim.Best).
//
// Invariant: files are written whole and the stamp last, so that an
// interrupted run is repeated.
package main
