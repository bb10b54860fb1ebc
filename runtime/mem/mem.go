package mem

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/heap"
)

// Account counts bytes of one query or purpose. Safe for concurrent use.
type Account struct {
	name   string
	parent *Account
	limit  int64 // bytes, 0: none
	used   atomic.Int64
	peak   atomic.Int64
}

// NewAccount makes a root account; limit in bytes, 0 for none.
func NewAccount(name string, limit int64) *Account { return &Account{name: name, limit: limit} }

// Child makes an account whose bytes count towards a as well.
func (a *Account) Child(name string) *Account { return &Account{name: name, parent: a} }

// Used is the number of bytes in use.
func (a *Account) Used() int64 { return a.used.Load() }

// Peak is the largest number of bytes that were in use at once.
func (a *Account) Peak() int64 { return a.peak.Load() }

// Buf is memory of an account. The zero Buf is empty.
type Buf struct {
	ptr  unsafe.Pointer
	size int
	acct *Account
}

// Alloc returns n cleared bytes, 64-byte aligned. It fails with 53200 when an
// account's limit or the system's memory is used up.
func (a *Account) Alloc(n int) (Buf, error) {
	if err := a.Reserve(int64(n)); err != nil {
		return Buf{}, err
	}
	p := heap.AllocZero(n)
	if p == nil {
		a.Release(int64(n))
		return Buf{}, Exhausted(n, a.name)
	}
	return Buf{ptr: p, size: n, acct: a}, nil
}

// Reserve counts n bytes that are allocated elsewhere (arenas of kernels).
func (a *Account) Reserve(n int64) error {
	for x := a; x != nil; x = x.parent {
		used := x.used.Add(n)
		if x.limit > 0 && used > x.limit && n > 0 {
			for y := a; ; y = y.parent {
				y.used.Add(-n)
				if y == x {
					break
				}
			}
			return sqlerr.New(sqlerr.OutOfMemory, "out of memory").WithDetail("%s would use %d bytes, its limit is %d.", x.name, used, x.limit)
		}
		if used > x.peak.Load() {
			x.peak.Store(used)
		}
	}
	return nil
}

// Release undoes Reserve.
func (a *Account) Release(n int64) {
	for x := a; x != nil; x = x.parent {
		x.used.Add(-n)
	}
}

// Close checks that nothing is in use any more.
func (a *Account) Close() error {
	if n := a.used.Load(); n != 0 {
		return fmt.Errorf("BUG: account %s closed with %d bytes in use", a.name, n)
	}
	return nil
}

// Ptr is the first byte.
func (b Buf) Ptr() unsafe.Pointer { return b.ptr }

// Size is the number of bytes.
func (b Buf) Size() int { return b.size }

// Bytes are the buffer's bytes, valid until Free.
func (b Buf) Bytes() []byte { return unsafe.Slice((*byte)(b.ptr), b.size) }

// Free gives the bytes back and empties b. Freeing an empty Buf does nothing.
func (b *Buf) Free() {
	if b.ptr == nil {
		return
	}
	heap.Free(b.ptr)
	b.acct.Release(int64(b.size))
	*b = Buf{}
}
