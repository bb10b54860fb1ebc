package fn

import "slipher/catalog/types"

// Kernel is one C function that generated code may call. The C side is in
// runtime/kernels; its packages register the address under the same name.
type Kernel struct {
	Name   string
	Args   []types.Phys // Str: two words; I128: two words lo, hi; NoPhys: a pointer
	Result types.Phys   // Str, I128: written through a hidden first pointer argument
	// Err: the kernel returns int32 Code, its result (any class) is written
	// through the hidden pointer.
	Err bool
	// Arena: the kernel gets the query's string arena as first argument (after
	// the hidden pointer) and may allocate result bytes there.
	Arena bool
	// Pure: no side effect, result depends on the arguments only.
	Pure bool
	Doc  string
}
