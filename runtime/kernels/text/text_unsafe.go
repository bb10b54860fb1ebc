package text

/*
#cgo CFLAGS: -O2 -fno-strict-aliasing -Wall -DSLP_HEADERS=0x48e75aaa
#cgo LDFLAGS: -lm -Wl,--unresolved-symbols=ignore-all
#include "symbols.h"
*/
import "C"

import (
	"unsafe"

	"slipher/runtime/abi"
	_ "slipher/runtime/kernels/heap" // slp_arena_grow
)

// Symbols are the kernels' addresses.
var Symbols = symbols()

func symbols() []abi.Symbol {
	var out []abi.Symbol
	for s := C.slp_text_symbols(); s.name != nil; s = (*C.slp_symbol)(unsafe.Add(unsafe.Pointer(s), unsafe.Sizeof(*s))) {
		out = append(out, abi.Symbol{Name: C.GoString(s.name), Addr: uintptr(s.addr)})
	}
	return out
}
