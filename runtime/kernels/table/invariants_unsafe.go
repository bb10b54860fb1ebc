//go:build invariants

package table

// #cgo CFLAGS: -DSLP_COUNT_MOMENTS
// #include <stdint.h>
// extern int64_t slp_moment_steps;
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// MomentSteps is how often a value or a state was put to the state of a variance: tests count by it what accumulating
// costs.
func MomentSteps() int64 { return atomic.LoadInt64((*int64)(unsafe.Pointer(&C.slp_moment_steps))) }
