package artifact

import "unsafe"

// word is the first 8 bytes of a crumb. In bounds and aligned: crumbs are
// crumbSize bytes at multiples of crumbSize of a mapping.
func word(crumb []byte) *int64 { return (*int64)(unsafe.Pointer(&crumb[0])) }
