package kerneltest

/*
#include <stdint.h>
typedef uint64_t (*int_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
	uint64_t, uint64_t, uint64_t, uint64_t, double, double, double, double);
typedef double (*float_fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
	uint64_t, uint64_t, uint64_t, uint64_t, double, double, double, double);

// Integer and float arguments use separate registers on amd64 and arm64, and only
// integers spill to the stack here, so that one order fits every signature.
#define ARGS i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], i[8], i[9], i[10], i[11], f[0], f[1], f[2], f[3]
static uint64_t call_int(uintptr_t fn, uint64_t *i, double *f) { return ((int_fn)fn)(ARGS); }
static double call_float(uintptr_t fn, uint64_t *i, double *f) { return ((float_fn)fn)(ARGS); }
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Int calls a kernel that returns an integer or nothing. Pointers among ints
// must point outside the Go heap, or be pinned by the caller.
func Int(addr uintptr, ints []uint64, floats []float64) uint64 {
	i, f, unpin := spread(ints, floats)
	defer unpin()
	return uint64(C.call_int(C.uintptr_t(addr), (*C.uint64_t)(unsafe.Pointer(i)), (*C.double)(unsafe.Pointer(f))))
}

// Float calls a kernel that returns a double.
func Float(addr uintptr, ints []uint64, floats []float64) float64 {
	i, f, unpin := spread(ints, floats)
	defer unpin()
	return float64(C.call_float(C.uintptr_t(addr), (*C.uint64_t)(unsafe.Pointer(i)), (*C.double)(unsafe.Pointer(f))))
}

func spread(ints []uint64, floats []float64) (*[12]uint64, *[4]float64, func()) {
	var i [12]uint64
	var f [4]float64
	if copy(i[:], ints) < len(ints) || copy(f[:], floats) < len(floats) {
		panic("BUG: too many arguments")
	}
	var p runtime.Pinner
	p.Pin(&i)
	p.Pin(&f)
	return &i, &f, p.Unpin
}
