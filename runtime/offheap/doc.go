// Package offheap reads and writes memory outside the Go heap: what generated code, kernels and Go share.
//
// A View is a stretch of such memory, borrowed from whoever allocated it (runtime/mem accounts for it). At and Set read
// and write a word of any type at an offset; value.go values of an SQL type's physical class, string.go strings behind
// the 16-byte headers of runtime/abi. Built with the tag invariants, as our tests are, a View knows how long it is and
// every access is checked: beyond its end is a panic. Without the tag it is an address, and an access a load or a
// store.
//
// Unsafe code that is not at a border (package kernels, libLLVM, mapped code) lies in view_unsafe.go.
package offheap
