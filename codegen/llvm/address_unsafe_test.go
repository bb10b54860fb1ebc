package llvm

import "unsafe"

// addressOfInts is where v's elements are; tests pass it to compiled code while v is alive.
func addressOfInts(v []int64) uintptr { return uintptr(unsafe.Pointer(&v[0])) }
