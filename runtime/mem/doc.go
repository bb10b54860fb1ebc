// Package mem is memory outside the Go heap, accounted by query, operator and purpose, under limits.
//
//	Process (limit: Watch) ── query (limit) ── operator ◄── Buf, arenas, tables
//	   ├── block cache, small writes: NewCache, emptied when memory is short
//	   └── the Go heap, and what else the watcher finds
//
// An Account counts the bytes of its buffers, also towards its parent, up to the process. A request
// that goes beyond a limit on the way is refused with 53200, which names the account that asked and the one
// that is full. The counters lie outside the Go heap (runtime/kernels/include/account.h): kernels count where they
// allocate. The owner of a Buf frees it; Close of an account with bytes still in use is an error: a leak.
//
// Start reading at mem.go; process.go and watch.go are about the process as a whole, available.go finds out how
// much there is.
package mem
