//go:build invariants

package heap

// #cgo CFLAGS: -DSLP_INVARIANTS
import "C"
