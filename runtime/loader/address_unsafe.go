package loader

import "unsafe"

// addressOf is where a mapping lies. In bounds: mem is not empty (layout refuses
// empty images) and not Go memory, so the address does not move.
func addressOf(mem []byte) uint64 { return uint64(uintptr(unsafe.Pointer(&mem[0]))) }
