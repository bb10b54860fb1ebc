// Package llvm compiles IR text into ELF objects with libLLVM, in worker processes.
//
//	Job (IR text, target, passes) ──Pool.Compile──► queue ──frame──► worker process ──dlopen──► libLLVM.so.19.1
//	Result (object, opt. IR, asm, times) ◄────────────────frame──────────┘
//
// The library is loaded at run time (purego), only in workers: child processes of
// the same binary, fed length-prefixed msgp over pipes. An abort or a leak in LLVM
// costs a worker, not the warehouse. A job whose worker dies is tried once more on
// a new one; a worker that has grown or done many jobs is replaced.
//
// Objects are position independent (PIC, small code model): references inside an
// object are 32-bit relative, calls to kernels go through R_X86_64_PLT32, kernel
// addresses through R_X86_64_GOTPCRELX. runtime/loader handles these and refuses others.
//
// Invariants:
//   - no other package knows libLLVM;
//   - without the library (or with SLIPHER_LLVM=off) every job fails with
//     ErrNoLLVM and nothing else changes;
//   - the same job gives the same bytes, whichever worker runs it.
//
// Start reading at Pool in pool.go; worker.go is the other end of the pipe,
// compiler.go talks to LLVM, listing.go makes assembly that people can read.
package llvm
