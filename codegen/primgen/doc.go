// Command primgen compiles the primitive library for every CPU level.
//
//	codegen/subop ──PrimitiveModules──► IR texts ──hash──► stamp (equal: nothing to do)
//	                                       └──codegen/llvm workers──► objects ──► out/LEVEL.zst, out/stamp
//
// build.sh runs it before every build (`go generate ./runtime/prim` does the same).
// It needs libLLVM.
//
// Invariant: files are written whole and the stamp last, so that an
// interrupted run is repeated.
package main
