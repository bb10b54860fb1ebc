package heap

/*
#cgo CFLAGS: -DSLP_HEADERS=0x48e75aaa
#include "../include/account.h"
#include <stdlib.h>
*/
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// Account is where kernels and runtime/mem count bytes: include/account.h. Safe for concurrent use.
type Account struct{ a *C.slp_account }

// NewAccount makes an account below parent, whose memory Release gives back. Parent's a may be nil: a root.
func NewAccount(parent Account) Account {
	a := (*C.slp_account)(C.calloc(1, C.sizeof_slp_account))
	if a == nil {
		panic("out of memory") // for a hundred bytes
	}
	a.parent = parent.a
	return Account{a}
}

// Free gives the account's own memory back: nothing may count on it any more.
func (a Account) Free() { C.free(unsafe.Pointer(a.a)) }

// Ptr is the address for arenas and tables.
func (a Account) Ptr() unsafe.Pointer { return unsafe.Pointer(a.a) }

// Reserve counts n bytes; false: refused.
func (a Account) Reserve(n int64) bool { return C.slp_reserve(a.a, C.int64_t(n)) == 0 }

// Count counts n bytes whatever the limits; a negative n undoes Reserve.
func (a Account) Count(n int64) { C.slp_count(a.a, C.int64_t(n)) }

// Take gives n bytes outside the Go heap, 64-byte aligned, not cleared; nil: refused. Give takes them back.
func (a Account) Take(n int) unsafe.Pointer { return C.slp_take(a.a, C.size_t(n)) }

// Give frees what Take gave.
func (a Account) Give(p unsafe.Pointer, n int) { C.slp_give(a.a, p, C.size_t(n)) }

// Used and Peak are bytes now and at most.
func (a Account) Used() int64 { return load(&a.a.used) }

// Peak is the largest number of bytes that were counted at once.
func (a Account) Peak() int64 { return load(&a.a.peak) }

// Limit and Spare are as in include/account.h.
func (a Account) Limit() int64 { return load(&a.a.limit) }

// Spare is the part of the limit that is for those that use little.
func (a Account) Spare() int64 { return load(&a.a.spare) }

// SetLimit sets the limit, in bytes, and how much of it is for those that use little.
func (a Account) SetLimit(limit, spare int64) {
	store(&a.a.spare, spare)
	store(&a.a.limit, limit)
}

// SetVital lets the account use its parent's spare bytes.
func (a Account) SetVital() { store(&a.a.vital, 1) }

// Refused is the last request that was refused: its bytes, and the account that was full; none is: the system had no
// memory.
func (a Account) Refused() (full Account, wanted int64) {
	p := atomic.LoadPointer((*unsafe.Pointer)(unsafe.Pointer(&a.a.full)))
	return Account{(*C.slp_account)(p)}, load(&a.a.wanted)
}

func load(p *C.int64_t) int64     { return atomic.LoadInt64((*int64)(unsafe.Pointer(p))) }
func store(p *C.int64_t, v int64) { atomic.StoreInt64((*int64)(unsafe.Pointer(p)), v) }
